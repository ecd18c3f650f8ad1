/** Consent and its end: what each writes, what it keeps, and that it writes all of it or nothing. */

import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { updateAccount } from '../../src/accounts/operations.ts';
import { recorder } from '../../src/audit/record.ts';
import { authorizeConnectApp, revokeAuthorization } from '../../src/authorizations/operations.ts';
import { endAuthorizations } from '../../src/authorizations/revocation.ts';
import type { ConnectApp } from '../../src/connect-apps/connect-app.ts';
import { deleteConnectApp, updateConnectApp } from '../../src/connect-apps/operations.ts';
import { Problem } from '../../src/problem.ts';
import { systemRandom } from '../../src/random.ts';
import { present } from '../api/narrow.ts';
import { DATABASES } from '../support/databases.ts';
import { type Credentials, startServer, type TestServer } from '../support/server.ts';

const UNKNOWN_APP = `CN${'e'.repeat(32)}`;

for (const engine of DATABASES) {
  describe(`authorizations on ${engine}`, () => {
    let server: TestServer;
    before(async () => {
      server = await startServer({ engine });
    });
    after(() => server.close());

    /** An owner with an app that can be authorized, and a customer. */
    async function parties(permissions = 'get-all,post-all') {
      const owner = await server.createAccount({ friendlyName: 'Owner' });
      const customer = await server.createAccount({ friendlyName: 'Customer' });
      const [app = ''] = await server.createApps(owner.accountSid, 1, () => ({
        friendlyName: 'Pet “shop” 🐈',
        authorizeRedirectUrl: 'https://app.example.com/done',
        deauthorizeCallbackUrl: 'https://app.example.com/bye?a=1',
        deauthorizeCallbackMethod: 'GET',
      }));
      const change = (changes: Record<string, string>) =>
        updateConnectApp(server.context, owner.accountSid, app, changes);
      await change({ Permissions: permissions });
      return { owner, customer, app, change };
    }

    const allow = ({ accountSid }: Credentials, connectAppSid: string) =>
      authorizeConnectApp(server.context, { accountSid, connectAppSid });
    const revoke = ({ accountSid }: Credentials, connectAppSid: string) =>
      revokeAuthorization(server.context, { accountSid, connectAppSid });

    const callbacksOf = (owner: Credentials) =>
      server.context.database.query
        .selectFrom('callbacks')
        .selectAll()
        .where('account_sid', '=', owner.accountSid)
        .orderBy('created_at')
        .execute();
    const subaccountsOf = ({ accountSid }: Credentials) =>
      server.context.database.query
        .selectFrom('accounts')
        .selectAll()
        .where('owner_account_sid', '=', accountSid)
        .where('sid', '!=', accountSid)
        .execute();

    it('makes a subaccount for the app alone at the first consent', async () => {
      const { customer, app } = await parties();
      const authorization = await allow(customer, app);
      const [subaccount] = await subaccountsOf(customer);
      assert.equal(authorization.subaccountSid, subaccount?.sid);
      assert.equal(subaccount?.friendly_name, 'Subaccount for ConnectApp: Pet “shop” 🐈');
      assert.deepEqual(authorization.permissions, ['get-all', 'post-all']);
      assert.equal(authorization.revokedAt, null);
    });

    it('keeps the subaccount at a second consent, and grants what is asked for then', async () => {
      const { customer, app, change } = await parties('get-all');
      const first = await allow(customer, app);
      await change({ Permissions: 'post-all' });
      const second = await allow(customer, app);
      assert.equal(second.subaccountSid, first.subaccountSid);
      assert.deepEqual(second.permissions, ['post-all']);
      assert.equal((await subaccountsOf(customer)).length, 1);
    });

    it('keeps the subaccount also after a revocation', async () => {
      const { customer, app } = await parties();
      const first = await allow(customer, app);
      await revoke(customer, app);
      const second = await allow(customer, app);
      assert.equal(second.subaccountSid, first.subaccountSid);
      assert.equal(second.revokedAt, null);
    });

    it('makes a new subaccount when the customer has closed the first for ever', async () => {
      const { customer, app } = await parties();
      const first = await allow(customer, app);
      await updateAccount(server.context, first.subaccountSid, { Status: 'closed' });
      const second = await allow(customer, app);
      assert.notEqual(second.subaccountSid, first.subaccountSid);
    });

    it('makes one subaccount when consent is given many times at once', async () => {
      const { customer, app } = await parties();
      const all = await Promise.all(Array.from({ length: 20 }, () => allow(customer, app)));
      assert.equal(new Set(all.map((one) => one.subaccountSid)).size, 1);
      assert.equal((await subaccountsOf(customer)).length, 1);
    });

    it('grants only what its caller has shown, asked in the transaction itself', async () => {
      const { customer, app, change } = await parties('get-all');
      const key = { accountSid: customer.accountSid, connectAppSid: app };
      const isAsShown = (found: ConnectApp) => !found.permissions.includes('post-all');
      await change({ Permissions: 'get-all,post-all' });
      const refused = authorizeConnectApp(server.context, key, isAsShown);
      await assert.rejects(refused, { problem: 'app_changed' });
      assert.deepEqual(await subaccountsOf(customer), []);
      await change({ Permissions: 'get-all' });
      const granted = await authorizeConnectApp(server.context, key, isAsShown);
      assert.deepEqual(granted.permissions, ['get-all']);
    });

    it('cannot be given to an app that does not exist', async () => {
      const { customer } = await parties();
      await assert.rejects(allow(customer, UNKNOWN_APP), { problem: 'not_found' });
      await assert.rejects(allow(customer, 'CN1'), { problem: 'not_found' });
    });

    it('cannot be given by an account that does not exist', async () => {
      const { app } = await parties();
      const nobody = { accountSid: `AC${'e'.repeat(32)}`, authToken: '' };
      await assert.rejects(allow(nobody, app), { problem: 'not_found' });
    });

    const IMPOSSIBLE: Record<
      string,
      (parts: Awaited<ReturnType<typeof parties>>) => Promise<Credentials>
    > = {
      'to an app without an Authorize URL': async ({ customer, change }) => {
        await change({ AuthorizeRedirectUrl: '' });
        return customer;
      },
      'to an app of a suspended owner': async ({ owner, customer }) => {
        await server.setAccountStatus(owner.accountSid, 'suspended');
        return customer;
      },
      'to an app of a closed owner': async ({ owner, customer }) => {
        await server.setAccountStatus(owner.accountSid, 'closed');
        return customer;
      },
      'by a suspended customer': async ({ customer }) => {
        await server.setAccountStatus(customer.accountSid, 'suspended');
        return customer;
      },
      'by a Trial account': () => server.createAccount({ type: 'Trial' }),
      'by a subaccount': ({ customer }) => server.createAccount({ owner: customer.accountSid }),
    };
    for (const [case_, arrange] of Object.entries(IMPOSSIBLE)) {
      it(`cannot be given ${case_}, and nothing is written`, async () => {
        const parts = await parties();
        const customer = await arrange(parts);
        const error = await allow(customer, parts.app).then(
          () => undefined,
          (reason: unknown) => reason,
        );
        assert.ok(error instanceof Problem, String(error));
        assert.equal(error.problem, 'consent_impossible');
        assert.match(error.message, /^[A-Z].*\.$/);
        assert.deepEqual(await subaccountsOf(customer), []);
      });
    }

    it('cannot be given to an app of a Trial account', async () => {
      const { customer } = await parties();
      const owner = await server.createAccount({ type: 'Trial' });
      const [app = ''] = await server.createApps(owner.accountSid, 1, () => ({
        authorizeRedirectUrl: 'https://app.example.com/',
      }));
      await assert.rejects(allow(customer, app), { problem: 'consent_impossible' });
    });

    it('leaves one callback, as the app is configured, when it is revoked', async () => {
      const { owner, customer, app } = await parties();
      const { subaccountSid } = await allow(customer, app);
      const revoked = await revoke(customer, app);
      assert.notEqual(revoked.revokedAt, null);
      const callbacks = await callbacksOf(owner);
      assert.equal(callbacks.length, 1);
      const [callback] = callbacks;
      assert.deepEqual(
        [callback?.connect_app_sid, callback?.subaccount_sid, callback?.method, callback?.url],
        [app, subaccountSid, 'GET', 'https://app.example.com/bye?a=1'],
      );
      assert.equal(callback?.status, 'pending');
    });

    it('leaves no callback when the app has no URL for it', async () => {
      const { owner, customer, app, change } = await parties();
      await change({ DeauthorizeCallbackUrl: '' });
      await allow(customer, app);
      await revoke(customer, app);
      assert.deepEqual(await callbacksOf(owner), []);
    });

    it('ends once, however often and by however many it is revoked', async () => {
      const { owner, customer, app } = await parties();
      await allow(customer, app);
      const all = await Promise.allSettled(Array.from({ length: 20 }, () => revoke(customer, app)));
      assert.equal(all.filter((one) => one.status === 'fulfilled').length, 1);
      await assert.rejects(revoke(customer, app), { problem: 'not_found' });
      assert.equal((await callbacksOf(owner)).length, 1);
    });

    it('cannot be revoked by another account', async () => {
      const { owner, customer, app } = await parties();
      await allow(customer, app);
      await assert.rejects(revoke(owner, app), { problem: 'not_found' });
      assert.deepEqual(await callbacksOf(owner), []);
    });

    it('ends for every customer when the app is deleted, with a callback for each', async () => {
      const { owner, customer, app } = await parties();
      const other = await server.createAccount({});
      const gone = await server.createAccount({});
      const active = [await allow(customer, app), await allow(other, app)];
      await allow(gone, app);
      await revoke(gone, app);
      await deleteConnectApp(server.context, owner.accountSid, app);
      const callbacks = await callbacksOf(owner);
      const told = callbacks.map((one) => one.subaccount_sid).slice(1);
      assert.equal(callbacks.length, 3);
      assert.deepEqual(told.sort(), active.map((one) => one.subaccountSid).sort());
      await assert.rejects(revoke(customer, app), { problem: 'not_found' });
    });

    it("ends for every app when the customer's account is closed", async () => {
      const first = await parties();
      const second = await parties();
      await allow(first.customer, first.app);
      await allow(first.customer, second.app);
      await allow(second.customer, second.app);
      await server.setAccountStatus(first.customer.accountSid, 'closed');
      assert.equal((await callbacksOf(first.owner)).length, 1);
      assert.equal((await callbacksOf(second.owner)).length, 1);
      await revoke(second.customer, second.app);
    });

    it('ends for one app when the customer closes its subaccount', async () => {
      const first = await parties();
      const second = await parties();
      const { subaccountSid } = await allow(first.customer, first.app);
      await allow(first.customer, second.app);
      await server.setAccountStatus(subaccountSid, 'closed');
      assert.equal((await callbacksOf(first.owner)).length, 1);
      assert.equal((await callbacksOf(second.owner)).length, 0);
    });

    it('is not ended by half: a transaction that fails leaves neither change nor callback', async () => {
      const { owner, customer, app } = await parties();
      await allow(customer, app);
      const { database } = server.context;
      const failing = database.transaction(async (transaction) => {
        const ended = await endAuthorizations(
          transaction,
          { connectAppSid: app },
          {
            now: Date.now(),
            random: systemRandom,
            record: recorder(server.context),
            by: 'owner',
          },
        );
        assert.equal(ended, 1);
        throw new Error('the power is gone');
      });
      await assert.rejects(failing, /the power is gone/);
      assert.deepEqual(await callbacksOf(owner), []);
      assert.equal(present(await revoke(customer, app)).connectAppSid, app);
    });
  });
}
