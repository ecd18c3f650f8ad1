/** The record of requests: what of a request is kept, in whose record, and why it was refused. */

import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { findAccount } from '../../src/accounts/store.ts';
import type { Authorization } from '../../src/authorizations/authorization.ts';
import { authorizeConnectApp, revokeAuthorization } from '../../src/authorizations/operations.ts';
import { explainReason } from '../../src/reason.ts';
import {
  countRequests,
  getRequest,
  lastUsed,
  lastUsedOfApps,
  lastUsedOfTokens,
  listRequests,
} from '../../src/requests/operations.ts';
import type { ApiRequest } from '../../src/requests/request.ts';
import { DATABASES } from '../support/databases.ts';
import { type Credentials, startServer, type TestServer } from '../support/server.ts';
import { createSid } from '../support/sid.ts';
import { until } from '../support/until.ts';

const HOUR_MS = 3_600_000;

for (const engine of DATABASES) {
  describe(`the record of requests on ${engine}`, () => {
    let server: TestServer;
    before(async () => {
      server = await startServer({ engine, settings: { RATE_LIMIT_PER_SECOND: '1000' } });
    });
    after(() => server?.close());

    const pathOf = (sid: string, rest = '') => `/2010-04-01/Accounts/${sid}${rest}.json`;

    /** Sends a request, and waits until it is in an account's record. */
    async function recorded(
      accountSid: string,
      ...[method, path, options]: Parameters<TestServer['request']>
    ): Promise<ApiRequest> {
      const reply = await server.request(method, path, options);
      const sid = reply.headers['twilio-request-id'] ?? '';
      let found: ApiRequest | undefined;
      await until(`${sid} is recorded`, async () => {
        found = await getRequest(server.context, { accountSid, sid }).catch(() => undefined);
        return found !== undefined;
      });
      assert.ok(found);
      assert.equal(found.status, reply.status);
      return found;
    }

    async function createGrant(permissions: ('get-all' | 'post-all')[]) {
      const owner = await server.createAccount();
      const customer = await server.createAccount();
      const [connectAppSid = ''] = await server.createApps(owner.accountSid, 1, () => ({
        authorizeRedirectUrl: 'https://app.example.com/',
        permissions,
      }));
      const authorization: Authorization = await authorizeConnectApp(server.context, {
        accountSid: customer.accountSid,
        connectAppSid,
      });
      const auth: Credentials = {
        accountSid: authorization.subaccountSid,
        authToken: owner.authToken,
      };
      return { owner, customer, connectAppSid, authorization, auth };
    }

    it('holds who asked, the route, the answer and the network, and no URL', async () => {
      const owner = await server.createAccount();
      const [sid = ''] = await server.createApps(owner.accountSid, 1);
      const request = await recorded(
        owner.accountSid,
        'GET',
        `${pathOf(owner.accountSid, `/ConnectApps/${sid}`)}?Secret=word`,
        { auth: owner, headers: { 'user-agent': 'twilio-node/6.2.0 (linux x64) node/24' } },
      );
      const { createdAt, durationUs, sid: requestSid, ...rest } = request;
      assert.ok(createdAt > 0 && durationUs >= 0 && requestSid.startsWith('RQ'));
      assert.deepEqual(rest, {
        accountSid: owner.accountSid,
        caller: 'account',
        pathAccountSid: owner.accountSid,
        method: 'GET',
        route: '/2010-04-01/Accounts/:AccountSid/ConnectApps/:Sid',
        status: 200,
        code: null,
        problem: null,
        reason: null,
        network: '127.0.0.0/24',
        userAgent: 'twilio-node/6.2.0',
        resourceSid: sid,
        more: 0,
      });
    });

    it('puts what a parent does with a subaccount in its own record', async () => {
      const parent = await server.createAccount();
      const { accountSid } = await server.createAccount({ owner: parent.accountSid });
      const request = await recorded(parent.accountSid, 'GET', pathOf(accountSid), {
        auth: parent,
      });
      assert.equal(request.caller, 'parent');
      assert.equal(request.pathAccountSid, accountSid);
    });

    it('puts what an app does in the record of its customer and of its owner', async () => {
      const { owner, customer, connectAppSid, authorization, auth } = await createGrant([
        'get-all',
      ]);
      const path = pathOf(authorization.subaccountSid);
      const ofCustomer = await recorded(customer.accountSid, 'GET', path, { auth });
      assert.equal(ofCustomer.caller, connectAppSid);
      const key = { accountSid: owner.accountSid, sid: ofCustomer.sid };
      assert.deepEqual(await getRequest(server.context, key), {
        ...ofCustomer,
        accountSid: owner.accountSid,
      });
      const { accountSid } = customer;
      const lately = await listRequests(server.context, { accountSid, connectAppSid });
      assert.deepEqual(lately, [ofCustomer]);
      assert.deepEqual(
        await listRequests(server.context, { accountSid, connectAppSid: createSid('CN') }),
        [],
      );
    });

    it('knows when an authorization and each token were last used', async () => {
      const { owner, customer, connectAppSid, authorization, auth } = await createGrant([
        'get-all',
      ]);
      const key = { accountSid: customer.accountSid, connectAppSid };
      assert.equal(await lastUsed(server.context, key), undefined);
      await recorded(customer.accountSid, 'GET', pathOf(authorization.subaccountSid), { auth });
      const used = await lastUsed(server.context, key);
      assert.ok(used !== undefined);
      const apps = await lastUsedOfApps(server.context, customer.accountSid, [connectAppSid]);
      assert.deepEqual([...apps], [[connectAppSid, used]]);

      const tokens = async () => {
        const account = await findAccount(server.context.database.query, owner.accountSid);
        assert.ok(account);
        return lastUsedOfTokens(server.context, account);
      };
      // It was the owner's token.
      const first = (await tokens()).primary;
      assert.ok(first !== undefined);
      const authToken = await server.rotateToken(owner.accountSid);
      assert.deepEqual(await tokens(), { primary: undefined, secondary: first });
      const { accountSid } = owner;
      await recorded(accountSid, 'GET', pathOf(accountSid), { auth: { accountSid, authToken } });
      assert.ok((await tokens()).primary !== undefined);
    });

    it('counts every request by what became of it', async () => {
      const owner = await server.createAccount();
      const { accountSid } = owner;
      await recorded(accountSid, 'GET', pathOf(accountSid), { auth: owner });
      await recorded(accountSid, 'GET', pathOf(accountSid, `/ConnectApps/${createSid('CN')}`), {
        auth: owner,
      });
      const until = Date.now() + HOUR_MS;
      for (const unit of ['minute', 'hour', 'day'] as const) {
        const counts = await countRequests(server.context, {
          accountSid,
          unit,
          since: until - 2 * HOUR_MS,
          until,
        });
        const sum = (name: 'answered' | 'refused' | 'failed') =>
          counts.reduce((total, one) => total + one[name], 0);
        assert.deepEqual([sum('answered'), sum('refused'), sum('failed')], [1, 1, 0], unit);
      }
    });

    it('records nothing of an account that does not exist', async () => {
      const accountSid = createSid('AC');
      const auth = { accountSid, authToken: 'no' };
      await server.request('GET', pathOf(accountSid), { auth });
      // What came later is there.
      await recorded(server.developer.accountSid, 'GET', pathOf(server.developer.accountSid), {
        auth: server.developer,
      });
      assert.deepEqual(await listRequests(server.context, { accountSid }), []);
      const rows = await server.context.database.query
        .selectFrom('request_counts')
        .select('account_sid')
        .where('account_sid', '=', accountSid)
        .execute();
      assert.deepEqual(rows, []);
    });

    it("puts an account's wrong paths of others' accounts in its own record", async () => {
      const [one, other] = [await server.createAccount(), await server.createAccount()];
      const path = pathOf(other.accountSid);
      const request = await recorded(one.accountSid, 'GET', path, { auth: one });
      assert.equal(request.reason, `account_of_others ${other.accountSid}`);
      assert.deepEqual(await listRequests(server.context, { accountSid: other.accountSid }), []);
    });

    describe('says why it was refused:', { concurrency: true }, () => {
      interface Refusal {
        reason: string;
        caller?: string;
        send(account: Credentials): Parameters<TestServer['request']>;
      }
      const apps = (sid: string, rest = '') => pathOf(sid, `/ConnectApps${rest}`);
      const post = (form: Record<string, string>) => (auth: Credentials) =>
        ['POST', pathOf(auth.accountSid), { auth, form }] as Parameters<TestServer['request']>;
      const cases: Refusal[] = [
        {
          reason: 'token_wrong',
          caller: 'nobody',
          send: (auth) => ['GET', pathOf(auth.accountSid), { auth: { ...auth, authToken: 'no' } }],
        },
        {
          reason: 'credentials_missing',
          caller: 'nobody',
          send: ({ accountSid }) => ['GET', pathOf(accountSid)],
        },
        {
          reason: 'route_unknown',
          send: (auth) => ['GET', pathOf(auth.accountSid, '/Nothing'), { auth }],
        },
        {
          reason: 'method_unknown PUT',
          send: (auth) => ['PUT', pathOf(auth.accountSid), { auth }],
        },
        {
          reason: 'resource_unknown',
          send: (auth) => ['GET', apps(auth.accountSid, `/${createSid('CN')}`), { auth }],
        },
        {
          reason: 'other_site',
          send: (auth) => [
            'POST',
            pathOf(auth.accountSid),
            { auth, form: {}, headers: { origin: 'https://evil.example' } },
          ],
        },
        {
          reason: 'status_wrong',
          send: (auth) => ['GET', '/2010-04-01/Accounts.json?Status=sleeping', { auth }],
        },
        { reason: 'status_not_changeable', send: post({ Status: 'suspended' }) },
        { reason: 'parameter_wrong FriendlyName', send: post({ FriendlyName: 'x'.repeat(65) }) },
        { reason: 'parameter_wrong friendlyname', send: post({ friendlyname: 'x' }) },
        {
          reason: 'page_token_wrong',
          send: (auth) => ['GET', `${apps(auth.accountSid)}?Page=1&PageToken=no`, { auth }],
        },
        {
          reason: 'media_type_wrong',
          send: (auth) => [
            'POST',
            pathOf(auth.accountSid),
            { auth, rawBody: '{}', headers: { 'content-type': 'application/json' } },
          ],
        },
        {
          reason: 'body_too_large',
          send: post({ FriendlyName: 'x'.repeat(70_000) }),
        },
      ];
      for (const { reason, caller, send } of cases) {
        it(reason, async () => {
          const account = await server.createAccount();
          const request = await recorded(account.accountSid, ...send(account));
          assert.equal(request.reason, reason);
          if (caller !== undefined) assert.equal(request.caller, caller);
          assert.match(explainReason(reason) ?? '', /\.$/);
        });
      }

      it('account_suspended', async () => {
        const account = await server.createAccount();
        await server.setAccountStatus(account.accountSid, 'suspended');
        const path = pathOf(account.accountSid);
        const request = await recorded(account.accountSid, 'GET', path, { auth: account });
        assert.equal(request.reason, `account_suspended ${account.accountSid}`);
        assert.equal(request.code, 20005);
      });

      it('account_closed', async () => {
        const account = await server.createAccount();
        await server.setAccountStatus(account.accountSid, 'closed');
        const path = pathOf(account.accountSid);
        const request = await recorded(account.accountSid, 'GET', path, { auth: account });
        assert.equal(request.reason, `account_closed ${account.accountSid}`);
      });

      it('authorization_ended, to customer and owner', async () => {
        const { owner, customer, connectAppSid, authorization, auth } = await createGrant([]);
        await revokeAuthorization(server.context, authorization);
        const path = pathOf(authorization.subaccountSid);
        const request = await recorded(customer.accountSid, 'GET', path, { auth });
        assert.equal(request.reason, 'authorization_ended');
        assert.equal(request.caller, connectAppSid);
        const ofOwner = await listRequests(server.context, { accountSid: owner.accountSid });
        assert.equal(ofOwner[0]?.reason, 'authorization_ended');
      });

      it('permission_missing, with what was granted and what is needed', async () => {
        const { customer, auth } = await createGrant(['post-all']);
        const path = pathOf(customer.accountSid);
        const request = await recorded(customer.accountSid, 'GET', path, { auth });
        assert.equal(request.reason, 'permission_missing post-all get-all GET');
        assert.equal(
          explainReason(request.reason),
          'The app is granted post-all; a GET of this account needs get-all.',
        );
      });

      it('app_changes_nothing', async () => {
        const { customer, auth } = await createGrant(['get-all', 'post-all']);
        const path = pathOf(customer.accountSid);
        const request = await recorded(customer.accountSid, 'POST', path, { auth, form: {} });
        assert.equal(request.reason, 'app_changes_nothing');
      });

      it('app_owner_suspended', async () => {
        const { owner, customer, authorization, auth } = await createGrant(['get-all']);
        await server.setAccountStatus(owner.accountSid, 'suspended');
        const path = pathOf(authorization.subaccountSid);
        const request = await recorded(customer.accountSid, 'GET', path, { auth });
        assert.equal(request.reason, 'app_owner_suspended');
      });

      it('token_wrong for the subaccount of an app, to customer and owner', async () => {
        const { owner, customer, authorization } = await createGrant(['get-all']);
        const auth = { accountSid: authorization.subaccountSid, authToken: 'wrong' };
        const path = pathOf(authorization.subaccountSid);
        const request = await recorded(customer.accountSid, 'GET', path, { auth });
        assert.equal(request.reason, 'token_wrong');
        const ofOwner = await listRequests(server.context, { accountSid: owner.accountSid });
        assert.equal(ofOwner[0]?.caller, 'nobody');
      });
    });

    it('holds neither a token nor a name', async () => {
      const account = await server.createAccount({ friendlyName: 'Sesame shop' });
      const { accountSid, authToken } = account;
      const form = { FriendlyName: 'Sesame bakery' };
      await recorded(accountSid, 'POST', pathOf(accountSid), { auth: account, form });
      const rows = await server.context.database.query.selectFrom('requests').selectAll().execute();
      assert.ok(rows.length > 10);
      const text = JSON.stringify(rows);
      for (const secret of [authToken, 'Sesame', 'word', 'evil.example']) {
        assert.ok(!text.includes(secret), secret);
      }
    });
  });
}
