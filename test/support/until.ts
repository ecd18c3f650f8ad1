/** Waiting for a condition, with a limit: no test sleeps for luck. */

import assert from 'node:assert/strict';
import { setTimeout } from 'node:timers/promises';

/** Resolves once `condition` holds; fails when it does not within `limitMs`. */
export async function until(
  what: string,
  condition: () => boolean | Promise<boolean>,
  limitMs = 10_000,
): Promise<void> {
  const deadline = Date.now() + limitMs;
  while (!(await condition())) {
    assert.ok(Date.now() < deadline, `still waiting until ${what}`);
    await setTimeout(20);
  }
}
