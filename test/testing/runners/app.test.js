/** The same tests in vitest and in jest, which give a test file its functions by themselves. */

import { start } from 'connect-apps/testing';

/* global beforeAll, afterEach, afterAll, test, expect */
let world;
beforeAll(async () => {
  world = await start({ seed: 1, now: '2026-01-01T00:00:00Z' });
});
afterEach(() => world.reset());
afterAll(() => world.close());

const seen = [];

for (const name of ['first', 'second']) {
  test(`a customer who leaves is forgotten, the ${name} time`, async () => {
    const customer = world.customerOf(world.connectApp.sid);
    const { accountSid } = await customer.allow();
    world.inbox.answer(500, 200);
    await customer.revoke();
    await world.clock.advance('1h');
    expect(world.inbox.all().map((one) => one.signatureIsValid)).toEqual([true, true]);
    // The same seed, after a reset.
    seen.push(accountSid);
    expect(new Set(seen).size).toBe(1);
  });
}
