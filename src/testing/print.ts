/** Lines for a person who watches a world, on standard error: what came, what was decided, what went out. */

import type { OutgoingRequest } from '../outgoing/exchange.ts';
import type { Outcome } from '../outgoing/outcome.ts';
import type { Logged, Options } from './types.ts';

export interface Printer {
  answered(request: Logged): void;
  sent(request: OutgoingRequest, outcome: Outcome): void;
}

export function createPrinter(level: NonNullable<Options['log']>): Printer {
  const print = (line: string) => process.stderr.write(`${line}\n`);
  return {
    answered({ at, method, path, status, code, reason, caller }) {
      const isRefused = status === null || status >= 400;
      if (level === 'silent' || (level === 'refused' && !isRefused)) return;
      const who = caller === null ? '' : ` by ${caller}`;
      const why = isRefused ? ` ${[code, reason].filter((part) => part !== null).join(' ')}` : '';
      print(`${at.slice(11, 19)} <- ${method} ${path}${who}  ${status ?? 'dropped'}${why}`);
    },
    sent({ method, url }, outcome) {
      if (level !== 'all') return;
      const result = outcome.answered ? outcome.status : outcome.reason;
      // Without its query, which may hold a state.
      print(
        `${new Date().toISOString().slice(11, 19)} -> ${method} ${url.replace(/\?.*/s, '')}  ${result}`,
      );
    },
  };
}
