import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { createSignInLimits } from '../../src/users/sign-in-limits.ts';

const VICTIM = 'victim@example.com';

function setUp() {
  const clock = { time: 1_700_000_000_000, now: () => clock.time };
  return { clock, limits: createSignInLimits(clock) };
}

describe('the limits on signing in', () => {
  it('slow down guesses at one e-mail address from one network, and say how long', () => {
    const { clock, limits } = setUp();
    const waits = Array.from({ length: 6 }, () => limits.countTry(VICTIM, '198.51.100.7'));
    assert.deepEqual(waits, [0, 0, 0, 0, 0, 30_000]);
    clock.time += 29_999;
    assert.equal(limits.countTry(VICTIM, '198.51.100.7'), 1);
    clock.time += 1;
    assert.equal(limits.countTry(VICTIM, '198.51.100.7'), 0);
  });

  it('never lock the victim out while others hammer from elsewhere', () => {
    const { limits } = setUp();
    for (let host = 0; host < 250; host += 1) {
      for (let round = 0; round < 50; round += 1) limits.countTry(VICTIM, `203.0.113.${host}`);
    }
    assert.equal(limits.countTry(VICTIM, '198.51.100.7'), 0);
  });

  it('slow down guesses at many e-mail addresses from one network', () => {
    const { limits } = setUp();
    const waits = Array.from({ length: 200 }, (_, user) =>
      limits.countTry(`user${user}@example.com`, '198.51.100.7'),
    );
    assert.equal(waits.filter((wait) => wait === 0).length, 20);
  });

  it('allow no more than two guesses a minute at one account in the long run', () => {
    const { clock, limits } = setUp();
    let guesses = 0;
    for (let second = 0; second < 3_600; second += 1) {
      clock.time += 1_000;
      if (limits.countTry(VICTIM, '198.51.100.7') === 0) guesses += 1;
    }
    assert.ok(guesses <= 125, `${guesses} guesses in an hour`);
  });

  it('take upper case, a whole /64, and an IPv4 address in IPv6 form for the same', () => {
    for (const [one, other] of [
      ['2001:db8:1:2::1', '2001:0db8:0001:0002:aaaa:bbbb:cccc:dddd'],
      ['2001:db8::1', '2001:db8:0:0:ffff::'],
      ['::1', '0:0:0:0:0:0:0:1'],
      ['198.51.100.7', '::ffff:198.51.100.7'],
    ] as const) {
      const { limits } = setUp();
      for (let round = 0; round < 5; round += 1) limits.countTry(VICTIM, one);
      assert.notEqual(limits.countTry(VICTIM.toUpperCase(), other), 0, `${one} and ${other}`);
    }
  });

  it('take spaces of every kind around an address, and its case, for the same', () => {
    const { limits } = setUp();
    for (const typed of [VICTIM, ` ${VICTIM}`, `${VICTIM}\t\r\n`, `\u00a0${VICTIM}\u2003`]) {
      assert.equal(limits.countTry(typed, '198.51.100.7'), 0);
    }
    assert.equal(limits.countTry(`\ufeff${VICTIM.toUpperCase()}\u3000`, '198.51.100.7'), 0);
    for (const typed of [VICTIM, `\u2028${VICTIM}`, `${' '.repeat(300)}${VICTIM}`, `${VICTIM}\v`]) {
      assert.notEqual(limits.countTry(typed, '198.51.100.7'), 0, JSON.stringify(typed));
    }
  });

  it('do not take another /64 for the same', () => {
    const { limits } = setUp();
    for (let round = 0; round < 5; round += 1) limits.countTry(VICTIM, '2001:db8:1:2::1');
    assert.equal(limits.countTry(VICTIM, '2001:db8:1:3::1'), 0);
  });

  it('do not count a try that succeeded', () => {
    const { limits } = setUp();
    for (let round = 0; round < 100; round += 1) {
      assert.equal(limits.countTry(VICTIM, '198.51.100.7'), 0);
      limits.forgetTry(VICTIM, '198.51.100.7');
    }
  });

  it('stay small when tries come from everywhere', () => {
    setFlagsFromString('--expose-gc');
    const collectGarbage: () => void = runInNewContext('gc');
    const { limits } = setUp();
    collectGarbage();
    const before = process.memoryUsage().heapUsed;
    for (let host = 0; host < 200_000; host += 1) {
      limits.countTry(`${host}${'x'.repeat(10_000)}`, `10.${host >> 16}.${host & 65_535}`);
    }
    collectGarbage();
    const grownMb = (process.memoryUsage().heapUsed - before) / 1e6;
    assert.ok(grownMb < 20, `the limits grew by ${grownMb} MB`);
    assert.equal(limits.countTry(VICTIM, '198.51.100.7'), 0);
  });
});
