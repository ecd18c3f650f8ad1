/** Auth Tokens in steps: no moment without one, and none changed that was not meant. */

import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { authenticate } from '../../src/access/authenticate.ts';
import { updateAccount } from '../../src/accounts/operations.ts';
import {
  createSecondaryToken,
  deleteSecondaryToken,
  getStoredTokens,
  promoteSecondaryToken,
  revealTokens,
  tokenNames,
} from '../../src/accounts/token-rotation.ts';
import { present } from '../api/narrow.ts';
import { openContext, type TestContext } from '../support/context.ts';
import { DATABASES } from '../support/databases.ts';

for (const engine of DATABASES) {
  describe(`the rotation of Auth Tokens on ${engine}`, () => {
    let world: TestContext;
    before(async () => {
      world = await openContext(engine);
    });
    after(() => world.close());

    async function opens(accountSid: string, authToken: string): Promise<boolean> {
      const { context } = world;
      const asked = authenticate(context.database.query, context.keyring, {
        username: accountSid,
        password: authToken,
      });
      return asked.then(
        () => true,
        () => false,
      );
    }
    const names = async (accountSid: string) =>
      tokenNames(world.context, await getStoredTokens(world.context.database.query, accountSid));

    it('makes a secondary token, promotes it, and only then the old one is refused', async () => {
      const { context } = world;
      const { accountSid, authToken } = await world.createAccount();
      assert.deepEqual(await revealTokens(context, accountSid), {
        primary: authToken,
        secondary: undefined,
      });
      await createSecondaryToken(context, accountSid);
      const secondary = present((await revealTokens(context, accountSid)).secondary);
      assert.match(secondary, /^[0-9a-f]{32}$/);
      assert.ok((await opens(accountSid, authToken)) && (await opens(accountSid, secondary)));

      await promoteSecondaryToken(
        context,
        accountSid,
        present((await names(accountSid)).secondary),
      );
      assert.deepEqual(await revealTokens(context, accountSid), {
        primary: secondary,
        secondary: undefined,
      });
      assert.equal(await opens(accountSid, authToken), false);
      assert.equal(await opens(accountSid, secondary), true);
    });

    it('makes one secondary token, however many ask at once', async () => {
      const { context } = world;
      const { accountSid } = await world.createAccount();
      await Promise.all(Array.from({ length: 8 }, () => createSecondaryToken(context, accountSid)));
      const { secondary } = await names(accountSid);
      await createSecondaryToken(context, accountSid);
      assert.equal((await names(accountSid)).secondary, secondary);
    });

    it('promotes once, however many ask at once for the same token', async () => {
      const { context } = world;
      const { accountSid, authToken } = await world.createAccount();
      await createSecondaryToken(context, accountSid);
      const promoted = present((await revealTokens(context, accountSid)).secondary);
      const name = present((await names(accountSid)).secondary);
      await Promise.all(
        Array.from({ length: 8 }, () => promoteSecondaryToken(context, accountSid, name)),
      );
      assert.deepEqual(await revealTokens(context, accountSid), {
        primary: promoted,
        secondary: undefined,
      });
      assert.equal(await opens(accountSid, authToken), false);
    });

    it('changes no other token than the one that a page showed', async () => {
      const { context } = world;
      const { accountSid, authToken } = await world.createAccount();
      await createSecondaryToken(context, accountSid);
      const stale = present((await names(accountSid)).secondary);
      await deleteSecondaryToken(context, accountSid, stale);
      await deleteSecondaryToken(context, accountSid, stale);
      await createSecondaryToken(context, accountSid);
      const { secondary } = await revealTokens(context, accountSid);
      for (const name of [stale, '', 'x', secondary ?? '']) {
        for (const change of [promoteSecondaryToken, deleteSecondaryToken]) {
          await assert.rejects(change(context, accountSid, name), { problem: 'form_rejected' });
        }
      }
      assert.deepEqual(await revealTokens(context, accountSid), { primary: authToken, secondary });
    });

    it('does not promote what another person has just deleted, or delete what was promoted', async () => {
      const { context } = world;
      const { accountSid, authToken } = await world.createAccount();
      await createSecondaryToken(context, accountSid);
      const name = present((await names(accountSid)).secondary);
      const secondary = present((await revealTokens(context, accountSid)).secondary);
      const [promoted, deleted] = await Promise.allSettled([
        promoteSecondaryToken(context, accountSid, name),
        deleteSecondaryToken(context, accountSid, name),
      ]);
      assert.equal(deleted.status, 'fulfilled');
      const left = promoted.status === 'fulfilled' ? secondary : authToken;
      assert.deepEqual(await revealTokens(context, accountSid), {
        primary: left,
        secondary: undefined,
      });
    });

    it('ends with the account', async () => {
      const { context } = world;
      const { accountSid } = await world.createAccount();
      await updateAccount(context, accountSid, { Status: 'closed' });
      await assert.rejects(revealTokens(context, accountSid), { problem: 'account_closed' });
      await assert.rejects(createSecondaryToken(context, accountSid), {
        problem: 'account_closed',
      });
      await assert.rejects(revealTokens(context, `AC${'9'.repeat(32)}`), { problem: 'not_found' });
    });
  });
}
