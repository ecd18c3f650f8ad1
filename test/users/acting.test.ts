/** A signed-in person acts only as long as the session lives and the account is still theirs. */

import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { authorizeConnectApp } from '../../src/authorizations/operations.ts';
import { createUser, deleteUser, updateUser } from '../../src/users/operations.ts';
import { setPassword } from '../../src/users/password-change.ts';
import { actingFor, beginSession, endSession } from '../../src/users/session.ts';
import { findUser } from '../../src/users/store.ts';
import { openContext, type TestContext } from '../support/context.ts';
import { DATABASES } from '../support/databases.ts';
import type { Credentials } from '../support/server.ts';
import { startSession } from '../support/session.ts';

for (const engine of DATABASES) {
  describe(`a person who acts, on ${engine}`, () => {
    let world: TestContext;
    let customer: Credentials;
    let connectAppSid: string;
    let users = 0;
    before(async () => {
      world = await openContext(engine);
      customer = await world.createAccount();
      const owner = await world.createAccount();
      connectAppSid = await world.createApp(owner.accountSid, {});
    });
    after(() => world.close());

    function addUser() {
      users += 1;
      return createUser(world.context, {
        email: `person${users}@example.com`,
        password: 'correct horse battery',
        accountSids: [customer.accountSid],
      });
    }
    const grant = (secret: string) =>
      authorizeConnectApp(
        actingFor(world.context, { secret, address: '127.0.0.1' }, customer.accountSid),
        {
          accountSid: customer.accountSid,
          connectAppSid,
        },
      );

    it('may, while signed in and a member', async () => {
      const user = await addUser();
      const secret = await startSession(world.context, user.sid);
      assert.equal((await grant(secret)).connectAppSid, connectAppSid);
    });

    it('may not, once the session, the membership or the user is gone, whenever that happens', async () => {
      const { context } = world;
      const without = { add: [], remove: [customer.accountSid] };
      for (const takeAway of [
        (secret: string) => endSession(context, secret),
        (_: string, email: string) => updateUser(context, email, without),
        (_: string, email: string) => deleteUser(context, email),
        (_: string, email: string) => setPassword(context, email, 'another horse battery'),
      ]) {
        const user = await addUser();
        const secret = await startSession(context, user.sid);
        await takeAway(secret, user.email);
        await assert.rejects(grant(secret), { problem: 'form_rejected' });
      }
    });

    it('begins no session with a password that was changed while it was checked', async () => {
      const { context } = world;
      const { sid, email } = await addUser();
      const checked = await findUser(context.database.query, sid);
      assert.ok(checked);
      await setPassword(context, email, 'another horse battery');
      assert.equal(await beginSession(context, checked), undefined);
      await deleteUser(context, email);
      assert.equal(await beginSession(context, checked), undefined);
    });
  });
}
