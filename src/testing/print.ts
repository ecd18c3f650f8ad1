/** Lines for a person who watches a server: what came, what was decided, what went out. */

import { colourOfStatus, painterOf, type TextOutput } from '../observability/logger.ts';
import type { OutgoingRequest } from '../outgoing/exchange.ts';
import type { Outcome } from '../outgoing/outcome.ts';
import type { Logged, Options } from './types.ts';

export interface Printer {
  answered(request: Logged): void;
  /** `attempt`: which one of its callback it was; undefined for what is no callback. */
  sent(
    request: OutgoingRequest,
    outcome: Outcome,
    when: { now: number; attempt: number | undefined },
  ): void;
}

export function createPrinter(level: NonNullable<Options['log']>, output: TextOutput): Printer {
  const paint = painterOf(output);
  const print = (at: string, arrow: string, what: string) =>
    output.write(`${paint('dim', at.slice(11, 19))} ${paint('bold', arrow)} ${what}\n`);
  return {
    answered({ at, method, path, status, code, reason, caller }) {
      const isRefused = status === null || status >= 400;
      if (level === 'silent' || (level === 'refused' && !isRefused)) return;
      const who = caller === null ? '' : ` by ${caller}`;
      const why = isRefused ? [code, reason].filter((part) => part !== null) : [];
      const result = paint(colourOfStatus(status ?? 500), [status ?? 'dropped', ...why].join(' '));
      print(at, '<-', `${method} ${path}${who}  ${result}`);
    },
    sent({ method, url }, outcome, { now, attempt }) {
      if (level !== 'all') return;
      const result = outcome.answered ? String(outcome.status) : outcome.reason;
      const status = outcome.answered ? outcome.status : 500;
      // Without its query, which may hold a state.
      const [place] = url.split('?');
      const which = attempt === undefined ? '' : ` attempt ${attempt}`;
      print(
        new Date(now).toISOString(),
        '->',
        `${method} ${place}${which}  ${paint(colourOfStatus(status), result)}`,
      );
    },
  };
}
