/** Accounts and subaccounts, as far as Connect needs them. */

import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { DATABASES } from '../support/databases.ts';
import { type Credentials, startServer, type TestServer } from '../support/server.ts';
import { checkProblem } from './check-problem.ts';
import { objectOf, stringOf } from './narrow.ts';
import { readPage } from './page.ts';
import { accountPath, accountsPath, connectAppPath, connectAppsPath } from './paths.ts';
import { accountShape } from './shapes.ts';

/** As Twilio's description of an account has them. */
const SUBRESOURCES = [
  ['addresses', 'Addresses'],
  ['applications', 'Applications'],
  ['authorized_connect_apps', 'AuthorizedConnectApps'],
  ['available_phone_numbers', 'AvailablePhoneNumbers'],
  ['balance', 'Balance'],
  ['calls', 'Calls'],
  ['conferences', 'Conferences'],
  ['connect_apps', 'ConnectApps'],
  ['incoming_phone_numbers', 'IncomingPhoneNumbers'],
  ['keys', 'Keys'],
  ['messages', 'Messages'],
  ['notifications', 'Notifications'],
  ['outgoing_caller_ids', 'OutgoingCallerIds'],
  ['queues', 'Queues'],
  ['recordings', 'Recordings'],
  ['short_codes', 'SMS/ShortCodes'],
  ['signing_keys', 'SigningKeys'],
  ['sip', 'SIP'],
  ['transcriptions', 'Transcriptions'],
  ['usage', 'Usage'],
] as const;

for (const engine of DATABASES) {
  describe(`accounts on ${engine}`, () => {
    let server: TestServer;

    before(async () => {
      server = await startServer({ engine });
    });
    after(() => server.close());

    async function createSubaccount(
      parent: Credentials,
      form: Record<string, string> = {},
    ): Promise<Credentials> {
      const reply = await server.request('POST', accountsPath(), { auth: parent, form });
      assert.equal(reply.status, 201, reply.text);
      const { sid, auth_token: token } = objectOf(reply.json);
      return { accountSid: stringOf(sid), authToken: stringOf(token) };
    }

    function update(accountSid: string, auth: Credentials, form: Record<string, string>) {
      return server.request('POST', accountPath(accountSid), { auth, form });
    }

    async function fetchAccount(accountSid: string, auth: Credentials) {
      const reply = await server.request('GET', accountPath(accountSid), { auth });
      assert.equal(reply.status, 200, reply.text);
      return objectOf(reply.json);
    }

    async function listSids(auth: Credentials, query = ''): Promise<string[]> {
      const reply = await server.request('GET', accountsPath() + query, { auth });
      return readPage(reply, 'accounts').sids;
    }

    it('fetches the account of the credentials', async () => {
      const { accountSid, authToken } = server.developer;
      const account = await fetchAccount(accountSid, server.developer);
      accountShape(account, 'account');
      assert.equal(account.sid, accountSid);
      assert.equal(account.auth_token, authToken);
      assert.equal(account.owner_account_sid, accountSid);
      assert.equal(account.status, 'active');
      assert.equal(account.type, 'Full');
      assert.equal(account.uri, accountPath(accountSid));
    });

    it('creates a subaccount that can sign in by itself', async () => {
      const parent = await server.createAccount({});
      const form = { FriendlyName: 'Subaccount <of> "ours" 🎉' };
      const reply = await server.request('POST', accountsPath(), { auth: parent, form });
      assert.equal(reply.status, 201, reply.text);
      const account = objectOf(reply.json);
      accountShape(account, 'account');
      assert.equal(account.friendly_name, form.FriendlyName);
      assert.equal(account.owner_account_sid, parent.accountSid);
      assert.equal(account.status, 'active');
      assert.notEqual(account.auth_token, parent.authToken);
      const child = {
        accountSid: stringOf(account.sid),
        authToken: stringOf(account.auth_token),
      };
      assert.deepEqual(await fetchAccount(child.accountSid, child), account);
    });

    it('names a subaccount after the time when it is given no name', async () => {
      const child = await createSubaccount(server.developer);
      const account = await fetchAccount(child.accountSid, child);
      const name = stringOf(account.friendly_name);
      assert.match(name, /^SubAccount Created at \d{4}-\d{2}-\d{2} \d{2}:\d{2} (am|pm)$/i);
    });

    it('lists an account with its subaccounts, and nothing of anybody else', async () => {
      const parent = await server.createAccount({});
      const first = await createSubaccount(parent);
      const second = await createSubaccount(parent);
      const expected = [parent, first, second].map(({ accountSid }) => accountSid).sort();
      assert.deepEqual((await listSids(parent)).sort(), expected);
      assert.deepEqual(await listSids(first), [first.accountSid]);
    });

    it('filters by exact FriendlyName and by Status', async () => {
      const parent = await server.createAccount({});
      const blue = await createSubaccount(parent, { FriendlyName: 'Blue' });
      const red = await createSubaccount(parent, { FriendlyName: 'Red' });
      await server.setAccountStatus(red.accountSid, 'suspended');
      assert.deepEqual(await listSids(parent, '?FriendlyName=Blue'), [blue.accountSid]);
      assert.deepEqual(await listSids(parent, '?FriendlyName=Blu'), []);
      assert.deepEqual(await listSids(parent, '?Status=suspended'), [red.accountSid]);
      assert.deepEqual(await listSids(parent, '?Status=closed'), []);
      assert.deepEqual(await listSids(parent, '?Status=active&FriendlyName=Red'), []);
      const active = await listSids(parent, '?Status=active');
      assert.deepEqual(active.sort(), [parent.accountSid, blue.accountSid].sort());
      const wrong = await server.request('GET', `${accountsPath()}?Status=asleep`, {
        auth: parent,
      });
      checkProblem(wrong, { status: 400, code: 21475, message: 'Invalid Status' });
    });

    it('names everything that belongs to an account, in JSON and in XML', async () => {
      const { accountSid } = server.developer;
      const account = await fetchAccount(accountSid, server.developer);
      const path = `/2010-04-01/Accounts/${accountSid}`;
      const expected = SUBRESOURCES.map(([name, place]) => [name, `${path}/${place}.json`]);
      assert.deepEqual(Object.entries(objectOf(account.subresource_uris)), expected);
      assert.equal(expected.length, 20);

      const reply = await server.request('GET', path, { auth: server.developer });
      const [, uris = ''] = /<SubresourceUris>(.*)<\/SubresourceUris>/.exec(reply.text) ?? [];
      assert.match(uris, /^<Addresses>/);
      for (const [, place] of SUBRESOURCES) assert.ok(uris.includes(`>${path}/${place}</`), place);
      assert.doesNotMatch(uris, /\.json/);
      assert.match(uris, /<ShortCodes>[^<]+\/SMS\/ShortCodes<\/ShortCodes>/);
    });

    it('renames an account, by its own credentials and by its parent', async () => {
      const parent = await server.createAccount({});
      const child = await createSubaccount(parent);
      for (const [auth, name] of [
        [child, 'by itself'],
        [parent, 'by its parent'],
      ] as const) {
        const reply = await update(child.accountSid, auth, { FriendlyName: name });
        assert.equal(reply.status, 200, reply.text);
        assert.equal(objectOf(reply.json).friendly_name, name);
        assert.deepEqual(await fetchAccount(child.accountSid, child), reply.json);
      }
    });

    it('refuses a name over 64 characters and an unknown status', async () => {
      const { accountSid } = await createSubaccount(server.developer);
      const invalidName = { status: 400, code: 20002, message: 'Invalid FriendlyName' };
      for (const name of ['x'.repeat(65), '🎉'.repeat(65), '', 'a\nb']) {
        const form = { FriendlyName: name };
        checkProblem(await update(accountSid, server.developer, form), invalidName);
        const auth = server.developer;
        checkProblem(await server.request('POST', accountsPath(), { auth, form }), invalidName);
      }
      for (const status of ['asleep', '', '0', '2', '01', 'Active', ' active']) {
        const asleep = await update(accountSid, server.developer, { Status: status });
        checkProblem(asleep, { status: 400, code: 21475, detail: /active, suspended, closed/ });
      }
    });

    it('refuses parameters and filters whose names are wrong only in their case', async () => {
      const auth = server.developer;
      const { accountSid } = await createSubaccount(auth);
      for (const [sentAs, name] of [
        ['friendlyname', 'FriendlyName'],
        ['friendlyName', 'FriendlyName'],
        ['status', 'Status'],
      ] as const) {
        const expected = {
          status: 400,
          code: 20422,
          message: new RegExp(`${sentAs} must be written ${name}:`),
        };
        checkProblem(await update(accountSid, auth, { [sentAs]: 'closed' }), expected);
        const list = `${accountsPath()}?${sentAs}=closed`;
        checkProblem(await server.request('GET', list, { auth }), expected);
      }
      const form = { friendlyname: 'x' };
      const created = await server.request('POST', accountsPath(), { auth, form });
      checkProblem(created, { status: 400, code: 20422, message: /FriendlyName/ });
      for (const [sentAs, name] of [
        ['pagesize', 'PageSize'],
        ['pageSize', 'PageSize'],
        ['page', 'Page'],
        ['PAGETOKEN', 'PageToken'],
      ] as const) {
        for (const path of [accountsPath(), connectAppsPath(auth.accountSid)]) {
          const reply = await server.request('GET', `${path}?${sentAs}=1`, { auth });
          const message = new RegExp(`${sentAs} must be written ${name}:`);
          checkProblem(reply, { status: 400, code: 20422, message });
        }
      }
      assert.equal((await fetchAccount(accountSid, auth)).status, 'active');
    });

    it('takes the number 1 for active', async () => {
      const { accountSid } = await createSubaccount(server.developer);
      await update(accountSid, server.developer, { Status: 'suspended' });
      const reply = await update(accountSid, server.developer, { Status: '1' });
      assert.equal(objectOf(reply.json).status, 'active', reply.text);
      assert.ok((await listSids(server.developer, '?Status=1')).includes(accountSid));
    });

    it('refuses a subaccount of a subaccount', async () => {
      const child = await createSubaccount(server.developer);
      const reply = await server.request('POST', accountsPath(), { auth: child, form: {} });
      checkProblem(reply, { status: 400, code: 21101, message: /cannot create subaccounts/ });
      assert.deepEqual(await listSids(child), [child.accountSid]);
    });

    it('leaves what a closed subaccount has readable for its parent, and unchangeable', async () => {
      const parent = await server.createAccount({});
      const child = await createSubaccount(parent);
      const [sid = ''] = await server.createApps(child.accountSid, 1);
      await update(child.accountSid, parent, { Status: 'closed' });
      const app = connectAppPath(child.accountSid, sid);
      const authorized = connectAppsPath(child.accountSid).replace('Connect', 'AuthorizedConnect');
      for (const path of [connectAppsPath(child.accountSid), app, authorized]) {
        const reply = await server.request('GET', path, { auth: parent });
        assert.equal(reply.status, 200, `${path}: ${reply.text}`);
        const refused = await server.request('GET', path, { auth: child });
        checkProblem(refused, { status: 401, code: 20003 });
      }
      const form = { Description: 'changed' };
      const changed = await server.request('POST', app, { auth: parent, form });
      checkProblem(changed, { status: 403, code: 20005 });
      const stranger = await server.request('GET', app, { auth: server.customer });
      checkProblem(stranger, { status: 404, code: 20404 });
    });

    it('suspends a subaccount and makes it active again', async () => {
      const child = await createSubaccount(server.developer);
      const path = connectAppsPath(child.accountSid);
      const reply = await update(child.accountSid, server.developer, { Status: 'suspended' });
      assert.equal(objectOf(reply.json).status, 'suspended');
      const refused = await server.request('GET', path, { auth: child });
      checkProblem(refused, { status: 403, code: 20005 });
      await update(child.accountSid, server.developer, { Status: 'active' });
      assert.equal((await server.request('GET', path, { auth: child })).status, 200);
    });

    it('suspends the subaccounts together with their parent', async () => {
      const parent = await server.createAccount({});
      const child = await createSubaccount(parent);
      await server.setAccountStatus(parent.accountSid, 'suspended');
      const reply = await server.request('GET', connectAppsPath(child.accountSid), { auth: child });
      checkProblem(reply, { status: 403, code: 20005 });
    });

    it('closes the subaccounts together with their parent', async () => {
      const parent = await server.createAccount({});
      const child = await createSubaccount(parent);
      await server.setAccountStatus(parent.accountSid, 'closed');
      for (const auth of [parent, child]) {
        const path = connectAppsPath(auth.accountSid);
        const reply = await server.request('GET', path, { auth });
        checkProblem(reply, { status: 401, code: 20003 });
      }
    });

    it("changes a Status for a parent alone, and only its subaccounts'", async () => {
      const parent = await server.createAccount({});
      const child = await createSubaccount(parent);
      for (const auth of [parent, child]) {
        for (const Status of ['closed', 'suspended', 'active']) {
          const reply = await update(auth.accountSid, auth, { Status, FriendlyName: 'not this' });
          checkProblem(reply, { status: 400, code: 21477 });
        }
        const account = await fetchAccount(auth.accountSid, auth);
        assert.equal(account.status, 'active');
        assert.notEqual(account.friendly_name, 'not this');
      }
    });

    it('never opens a closed account again', async () => {
      const parent = await server.createAccount({});
      const child = await createSubaccount(parent);
      await update(child.accountSid, parent, { Status: 'closed' });
      for (const status of ['active', 'suspended']) {
        const reply = await update(child.accountSid, parent, { Status: status });
        checkProblem(reply, { status: 400, code: 21479, message: /final/ });
      }
      assert.equal((await update(child.accountSid, parent, { Status: 'closed' })).status, 200);
      assert.equal((await fetchAccount(child.accountSid, parent)).status, 'closed');
      const refused = await server.request('GET', accountPath(child.accountSid), { auth: child });
      checkProblem(refused, { status: 401, code: 20003 });
    });

    it('hides the accounts of others', async () => {
      const stranger = await server.createAccount({});
      const path = accountPath(stranger.accountSid);
      for (const method of ['GET', 'POST']) {
        const reply = await server.request(method, path, {
          auth: server.developer,
          ...(method === 'POST' && { form: { Status: 'closed' } }),
        });
        checkProblem(reply, { status: 404, code: 20404 });
      }
      assert.equal((await fetchAccount(stranger.accountSid, stranger)).status, 'active');
    });

    it('does not let a caller set what is not to be set', async () => {
      const child = await createSubaccount(server.developer);
      const before = await fetchAccount(child.accountSid, child);
      const form = {
        Sid: server.customer.accountSid,
        OwnerAccountSid: server.customer.accountSid,
        AuthToken: '0'.repeat(32),
        Type: 'Trial',
        DateCreated: 'Thu, 30 Jul 2015 20:00:00 +0000',
      };
      const reply = await update(child.accountSid, child, form);
      assert.equal(reply.status, 200, reply.text);
      const after = await fetchAccount(child.accountSid, child);
      assert.deepEqual({ ...after, date_updated: '' }, { ...before, date_updated: '' });
    });

    it('refuses the methods that accounts do not have', async () => {
      for (const [method, path] of [
        ['PUT', accountsPath()],
        ['DELETE', accountsPath()],
        ['PUT', accountPath(server.developer.accountSid)],
        ['DELETE', accountPath(server.developer.accountSid)],
      ] as const) {
        const reply = await server.request(method, path, { auth: server.developer });
        checkProblem(reply, { status: 405, code: 20004 });
        assert.match(reply.headers.allow ?? '', /GET.*POST|POST.*GET/);
      }
    });
  });
}
