/** Waiting for a condition, with a limit: no test sleeps for luck. */

import assert from 'node:assert/strict';
import { setTimeout } from 'node:timers/promises';
import { Problem } from '../../src/problem.ts';

/** What one look at a condition, and the pause after it, count for at most. */
const LONGEST_LOOK_MS = 3000;

const MOST_TRIES = 60;
const RETRY_MS = 500;

/** Resolves once `condition` holds; fails when it does not within `limitMs`. */
export async function until(
  what: string,
  condition: () => boolean | Promise<boolean>,
  limitMs = 60_000,
): Promise<void> {
  let waitedMs = 0;
  for (let since = performance.now(); !(await condition()); ) {
    const now = performance.now();
    // A machine that stood still has not waited.
    waitedMs += Math.min(now - since, LONGEST_LOOK_MS);
    since = now;
    assert.ok(waitedMs < limitMs, `still waiting until ${what}`);
    await setTimeout(20);
  }
}

/** Does it again while the database is away or busy with others, as whoever is told 503 would. */
export async function whenThere<T>(work: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await work();
    } catch (error) {
      const isAway = error instanceof Problem && error.problem === 'storage_unavailable';
      if (!isAway || tries === MOST_TRIES) throw error;
      await setTimeout(RETRY_MS);
    }
  }
}
