/** Failures to order: which request fails next, and how. */

import { matches } from './match.ts';
import type { Failure, Logged, RequestFilter } from './types.ts';

export interface Faults {
  add(filter: RequestFilter, how: Failure): number;
  remove(id: number): void;
  clear(): void;
  /** How this request is to fail; counts as one of its times. */
  take(
    request: Pick<Logged, 'method' | 'path' | 'route' | 'account' | 'caller'>,
  ): Failure | undefined;
  list(): { id: number; match: RequestFilter; how: Failure }[];
}

export function createFaults(): Faults {
  const faults = new Map<number, { match: RequestFilter; how: Failure; left: number }>();
  let last = 0;
  return {
    add(match, how) {
      last += 1;
      faults.set(last, { match, how, left: how.times ?? Number.POSITIVE_INFINITY });
      return last;
    },
    remove: (id) => void faults.delete(id),
    clear: () => faults.clear(),
    take(request) {
      for (const [id, fault] of faults) {
        if (!matches(request, fault.match)) continue;
        fault.left -= 1;
        if (fault.left <= 0) faults.delete(id);
        return fault.how;
      }
      return undefined;
    },
    list: () => [...faults].map(([id, { match, how }]) => ({ id, match, how })),
  };
}
