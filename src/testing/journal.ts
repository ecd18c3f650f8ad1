/** What was asked of a world, and assertions that say what came instead. */

import { differences, matches, nearest } from './match.ts';
import type { Logged, RequestFilter, Requests } from './types.ts';
import { createBell } from './wait.ts';

/** With more, the oldest are forgotten. */
const MAX_REQUESTS = 10_000;
const TIMEOUT_MS = 2000;

export interface Journal extends Requests {
  add(request: Logged): void;
  /** As `waitFor`, but what came within the time, whether that is enough or not. */
  gather(filter: RequestFilter, times: number, timeoutMs: number): Promise<Logged[]>;
}

export function createJournal(): Journal {
  let requests: Logged[] = [];
  const bell = createBell();
  const all = (filter: RequestFilter = {}) => requests.filter((one) => matches(one, filter));

  async function gather(filter: RequestFilter, times: number, timeoutMs: number) {
    await bell.until(() => (all(filter).length >= times ? true : undefined), timeoutMs);
    return all(filter);
  }

  return {
    add(request) {
      requests.push(request);
      if (requests.length > MAX_REQUESTS) requests = requests.slice(-MAX_REQUESTS / 2);
      bell.ring();
    },
    all,
    gather,
    async waitFor(filter, { times = 1, timeoutMs = TIMEOUT_MS } = {}) {
      const found = await gather(filter, times, timeoutMs);
      if (found.length >= times) return found;
      throw new Error(explain(requests, filter, `${times}`, found.length));
    },
    expect(filter, times) {
      const { length } = all(filter);
      if (times === undefined ? length > 0 : length === times) return;
      throw new Error(explain(requests, filter, String(times ?? 'at least 1'), length));
    },
    clear() {
      requests = [];
    },
  };
}

/** Says that too few requests match, and what came instead: the nearest first, and why each is not one of them. */
export function explain(
  requests: readonly Logged[],
  filter: RequestFilter,
  wanted: string,
  count: number,
): string {
  const asked = Object.entries(filter).map(([name, value]) => `${name} ${value}`);
  const lines = nearest(requests, filter).map((one) => {
    const refusal = one.reason === null ? '' : ` ${one.reason}`;
    const why = differences(one, filter).join(', ') || 'this one matches';
    return `\n  ${one.method} ${one.path} ${one.status}${refusal}\n    ${why}`;
  });
  const instead =
    lines.length === 0 ? ' No request came.' : ` The nearest that came:${lines.join('')}`;
  return `Expected ${wanted} requests with ${asked.join(', ') || 'anything'}, and there were ${count}.${instead}`;
}
