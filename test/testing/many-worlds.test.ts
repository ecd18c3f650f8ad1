/** A hundred worlds in one process, several tests in each, all at once: none sees anything of another. */

import assert from 'node:assert/strict';
import { it } from 'node:test';
import { start } from '../../src/testing.ts';
import { send } from '../support/server.ts';

const WORLDS = 100;
/** MANY_WORLDS_TESTS=50 is for a machine with nothing else to do. */
const TESTS = Number(process.env.MANY_WORLDS_TESTS ?? 10);

it(`${WORLDS} worlds with ${TESTS} tests each, all at once`, async () => {
  const worlds = await Promise.all(
    Array.from({ length: WORLDS }, (_, seed) => start({ seed, now: '2026-01-01T00:00:00Z' })),
  );
  try {
    await Promise.all(
      worlds.map(async (world, index) => {
        for (let test = 0; test < TESTS; test += 1) {
          const friendlyName = `App ${index} of ${test}`;
          const app = await world.createApp({ friendlyName });
          const { accountSid } = await world.customerOf(app.sid).allow();
          await world.customerOf(app.sid).revoke();
          if (test % 10 === 0) await world.clock.advance('1h');
          const path = `/2010-04-01/Accounts/${world.developer.accountSid}/ConnectApps.json`;
          const { json } = await send(world.url, 'GET', path, { auth: world.developer });
          const names = (json as { connect_apps: { friendly_name: string }[] }).connect_apps.map(
            (one) => one.friendly_name,
          );
          assert.deepEqual(names.toSorted(), [friendlyName, 'Test app']);
          const callback = await world.inbox.next();
          assert.equal(callback.params.AccountSid, accountSid);
          assert.equal(world.inbox.all().length, 1);
          assert.equal(world.requests.all().length, 1);
          await world.reset();
        }
      }),
    );
  } finally {
    await Promise.all(worlds.map((world) => world.close()));
  }
});
