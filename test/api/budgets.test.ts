/** The budgets of work themselves, on a clock that is moved by hand. */

import assert from 'node:assert/strict';
import { it } from 'node:test';
import { createBudgets } from '../../src/http/rate-limit.ts';

const RATE = 10;

/** Budgets of 10 units a second. */
function open() {
  let now = 0;
  const spend = createBudgets(RATE, () => now);
  return {
    spend,
    passMs(durationMs: number) {
      now += durationMs;
    },
  };
}

it('a budget fills by its rate, and holds no more than a second of it', () => {
  const { spend, passMs } = open();
  passMs(60_000);
  for (let left = RATE - 1; left >= 0; left -= 1) assert.equal(spend('a', 1).left, left);
  assert.deepEqual(spend('a', 1), { isServed: false, left: 0, retryAfterSeconds: 1 });
  passMs(100);
  assert.equal(spend('a', 1).isServed, true);
  assert.equal(spend('a', 1).isServed, false);
});

it('what costs more than is left is served, and paid before anything else is', () => {
  const { spend, passMs } = open();
  assert.deepEqual(spend('a', 29), { isServed: true, left: 0, retryAfterSeconds: 2 });
  assert.equal(spend('b', 1).isServed, true, 'another pays nothing of it');
  passMs(1900);
  assert.equal(spend('a', 1).isServed, false);
  passMs(100);
  assert.equal(spend('a', 1).isServed, true, 'when it is told to come again');
});

it('what is refused costs nothing', () => {
  const { spend, passMs } = open();
  spend('a', RATE);
  for (let tries = 0; tries < 1000; tries += 1) assert.equal(spend('a', 5).isServed, false);
  passMs(100);
  assert.equal(spend('a', 1).isServed, true);
});

it('a flood of other accounts forgives no debt', () => {
  const { spend, passMs } = open();
  spend('a', 1000);
  for (let other = 0; other < 50_000; other += 1) {
    spend(`other ${other}`, 1);
    if (other % 1000 === 0) passMs(100);
  }
  assert.equal(spend('a', 1).isServed, false);
});
