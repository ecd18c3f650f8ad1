import assert from 'node:assert/strict';
import { it } from 'node:test';
import { MAX_ATTEMPTS, nextAttemptDelayMs } from '../../src/callbacks/schedule.ts';

const EXACT_SECONDS = [0, 5, 300, 1_800, 7_200, 18_000, 36_000, 36_000];

it('a callback is tried at once, after 5 s, 5 min, 30 min, 2 h, 5 h, 10 h, 10 h, and no more', () => {
  const delays = EXACT_SECONDS.map((_, attemptsMade) => nextAttemptDelayMs(attemptsMade, () => 0));
  assert.deepEqual(
    delays,
    EXACT_SECONDS.map((seconds) => seconds * 1_000),
  );
  assert.equal(MAX_ATTEMPTS, EXACT_SECONDS.length);
  assert.equal(
    nextAttemptDelayMs(MAX_ATTEMPTS, () => 0),
    undefined,
  );
});

it('the spread makes a pause up to a tenth longer, never shorter', () => {
  assert.equal(
    nextAttemptDelayMs(0, () => 0.999),
    0,
  );
  for (let attemptsMade = 1; attemptsMade < MAX_ATTEMPTS; attemptsMade += 1) {
    const exactMs = (EXACT_SECONDS[attemptsMade] ?? 0) * 1_000;
    const delayMs = nextAttemptDelayMs(attemptsMade, () => 0.999) ?? 0;
    assert.ok(delayMs > exactMs && delayMs <= exactMs * 1.1, `${delayMs} ms for ${exactMs} ms`);
  }
});
