/** What waits and what was given up, over all accounts: what whoever runs the server wants to be told. */

import type { Context } from '../context.ts';
import { findNextAttempt } from './delivery-store.ts';
import { countFailed } from './failing-store.ts';

/** Reading no more keeps it cheap, however many there are. */
const MAX_COUNTED = 1000;

export interface Backlog {
  /** How long the callback that is due for longest has been due; 0 when none is. */
  oldestDueCallbackMs: number;
  /** Callbacks that were given up; of many, the bound to which they are counted. */
  failedCallbacks: number;
}

/** Reads how far delivery is behind: two reads of an index. */
export async function readBacklog({
  database: { query },
  clock,
}: Pick<Context, 'database' | 'clock'>): Promise<Backlog> {
  const [nextAt, failedCallbacks] = await Promise.all([
    findNextAttempt(query),
    countFailed(query, MAX_COUNTED),
  ]);
  const oldestDueCallbackMs = nextAt === undefined ? 0 : Math.max(0, clock.now() - nextAt);
  return { oldestDueCallbackMs, failedCallbacks };
}
