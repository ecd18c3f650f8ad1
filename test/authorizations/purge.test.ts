/** Within 30 days nothing of a deleted app remains, in no file of the database. */

import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { it } from 'node:test';
import { authorizeConnectApp, revokeAuthorization } from '../../src/authorizations/operations.ts';
import { deleteConnectApp } from '../../src/connect-apps/operations.ts';
import { purge } from '../../src/server/maintenance.ts';
import { createUser } from '../../src/users/operations.ts';
import { findSession } from '../../src/users/session.ts';
import { openContext } from '../support/context.ts';
import { DATABASES } from '../support/databases.ts';
import { fill, insertApps, insertAuthorizations } from '../support/fill.ts';
import { startSession } from '../support/session.ts';

/** Several times what is looked at together. */
const STAYING = 1700;
const GOING = 1100;
const DAY_MS = 24 * 60 * 60 * 1000;

for (const engine of DATABASES) {
  it(`forgets a deleted app on ${engine}`, async (t) => {
    const world = await openContext(engine);
    t.after(() => world.close());
    const { context } = world;
    const owner = await world.createAccount();
    const customer = await world.createAccount();
    const texts = {
      friendlyName: 'Unforgettable name',
      companyName: 'Unforgettable company',
      description: `Unforgettable description ${'x'.repeat(5000)}`,
      homepageUrl: 'https://unforgettable.example.com/home',
      authorizeRedirectUrl: 'https://unforgettable.example.com/authorize',
      deauthorizeCallbackUrl: 'https://unforgettable.example.com/bye',
    };
    const app = await world.createApp(owner.accountSid, texts);
    const kept = await world.createApp(owner.accountSid, { friendlyName: 'Kept' });
    const keyOf = (connectAppSid: string) => ({ accountSid: customer.accountSid, connectAppSid });
    await authorizeConnectApp(context, keyOf(app));
    await authorizeConnectApp(context, keyOf(kept));
    await revokeAuthorization(context, keyOf(kept));
    await deleteConnectApp(context, owner.accountSid, app);
    const user = await createUser(context, {
      email: 'ada@example.com',
      password: 'a horse battery staple',
      accountSids: [],
    });
    const session = await startSession(context, user.sid);

    await purge(context);
    assert.ok(await findSession(context, session).then(() => true));
    const rowsOf = async (table: 'authorizations' | 'callbacks' | 'sessions') =>
      context.database.query.selectFrom(table).selectAll().execute();
    assert.equal((await rowsOf('authorizations')).length, 2);
    assert.equal((await rowsOf('callbacks')).length, 1);

    world.passMs(29 * DAY_MS + 60_000);
    await purge(context);
    const left = await rowsOf('authorizations');
    assert.deepEqual(
      left.map((row) => row.connect_app_sid),
      [kept],
      'an authorization of an app that is there can be given again, and keeps its subaccount',
    );
    assert.deepEqual(await rowsOf('callbacks'), []);
    assert.deepEqual(await rowsOf('sessions'), []);

    if (engine !== 'sqlite') return;
    for (const file of await readdir(world.folder)) {
      const bytes = (await readFile(join(world.folder, file))).toString('latin1');
      for (const [name, text] of Object.entries(texts)) {
        // The name of the subaccount is the customer's: it says what the subaccount was made for.
        if (name !== 'friendlyName') assert.ok(!bytes.includes(text), `${name} is in ${file}`);
      }
    }
  });

  it(`finds what can go behind all that stays, on ${engine}`, async (t) => {
    const world = await openContext(engine);
    t.after(() => world.close());
    const { context, databaseUrl } = world;
    const { accountSid: owner } = await world.createAccount();
    const { accountSid: customer } = await world.createAccount();
    // The longest ended are of apps that are there.
    await fill(databaseUrl, [
      insertApps(owner, STAYING),
      insertAuthorizations({ customer, owner }, STAYING + GOING, '1 + n / 7'),
    ]);
    await purge(context);
    const left = await context.database.query
      .selectFrom('authorizations')
      .innerJoin('connect_apps', 'connect_apps.sid', 'authorizations.connect_app_sid')
      .select('revoked_at')
      .execute();
    assert.equal(left.length, STAYING);
    const all = await context.database.query.selectFrom('authorizations').selectAll().execute();
    assert.equal(all.length, STAYING);
  });
}
