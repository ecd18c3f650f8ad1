/** API keys: made, named, listed and deleted over the API, and what each type of key opens. */

import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { createApiKey } from '../../src/api-keys/operations.ts';
import { authorizeConnectApp, revokeAuthorization } from '../../src/authorizations/operations.ts';
import { DATABASES } from '../support/databases.ts';
import { type Credentials, startServer, type TestServer } from '../support/server.ts';
import { checkProblem } from './check-problem.ts';
import { arrayOf, objectOf, stringOf } from './narrow.ts';

const PLACES = [
  { place: 'Keys', listName: 'keys', element: 'Key' },
  { place: 'SigningKeys', listName: 'signing_keys', element: 'SigningKey' },
] as const;

for (const engine of DATABASES) {
  describe(`API keys on ${engine}`, () => {
    let server: TestServer;
    before(async () => {
      server = await startServer({ engine });
    });
    after(() => server.close());

    const pathOf = (accountSid: string, rest = '.json') =>
      `/2010-04-01/Accounts/${accountSid}${rest}`;
    const as = (key: { sid: string; secret: string }): Credentials => ({
      accountSid: key.sid,
      authToken: key.secret,
    });

    for (const { place, listName, element } of PLACES) {
      describe(place, () => {
        it('are created with a secret that is shown once, renamed, listed and deleted', async () => {
          const auth = await server.createAccount();
          const list = pathOf(auth.accountSid, `/${place}.json`);
          const created = await server.request('POST', list, {
            auth,
            form: { FriendlyName: 'Billing <server>' },
          });
          assert.equal(created.status, 201);
          const { date_created, date_updated, secret, sid, ...rest } = objectOf(created.json);
          assert.deepEqual(rest, { friendly_name: 'Billing <server>' });
          assert.match(stringOf(sid), /^SK[0-9a-f]{32}$/);
          assert.match(stringOf(secret), /^[0-9a-f]{32}$/);
          assert.match(stringOf(date_created), /^\w{3}, \d{2} \w{3} \d{4} .* \+0000$/);
          assert.equal(date_updated, date_created);

          const item = pathOf(auth.accountSid, `/${place}/${sid}.json`);
          const expected = { date_created, date_updated, friendly_name: 'Billing <server>', sid };
          assert.deepEqual((await server.request('GET', item, { auth })).json, expected);
          const renamed = await server.request('POST', item, {
            auth,
            form: { FriendlyName: 'Reports' },
          });
          assert.equal(objectOf(renamed.json).friendly_name, 'Reports');
          const page = objectOf((await server.request('GET', list, { auth })).json);
          assert.deepEqual(arrayOf(page[listName]), [renamed.json]);
          const inXml = await server.request('GET', item.replace('.json', ''), { auth });
          assert.match(
            inXml.text,
            new RegExp(`<${element}><Sid>${sid}</Sid><FriendlyName>Reports`),
          );

          assert.equal((await server.request('DELETE', item, { auth })).status, 204);
          checkProblem(await server.request('GET', item, { auth }), { status: 404, code: 20404 });
          checkProblem(await server.request('DELETE', item, { auth }), {
            status: 404,
            code: 20404,
          });
        });

        it('have names of at most 64 characters', async () => {
          const auth = await server.createAccount();
          const list = pathOf(auth.accountSid, `/${place}.json`);
          const unnamed = await server.request('POST', list, { auth });
          assert.equal(objectOf(unnamed.json).friendly_name, '');
          for (const FriendlyName of ['x'.repeat(65), 'a\u0000b']) {
            const reply = await server.request('POST', list, { auth, form: { FriendlyName } });
            checkProblem(reply, { status: 400, code: 20002 });
          }
        });

        it('are listed page by page', async () => {
          const auth = await server.createAccount();
          const sids: string[] = [];
          for (let index = 0; index < 5; index += 1) {
            sids.unshift((await createApiKey(server.context, auth.accountSid, {})).sid);
          }
          const found: string[] = [];
          let next: unknown = pathOf(auth.accountSid, `/${place}.json?PageSize=2`);
          while (next !== null) {
            const page = objectOf((await server.request('GET', stringOf(next), { auth })).json);
            found.push(...arrayOf(page[listName]).map((key) => stringOf(objectOf(key).sid)));
            next = page.next_page_uri ?? null;
          }
          assert.deepEqual(found, sids);
        });
      });
    }

    it('open what the Auth Token opens; a Standard key no account and no key', async () => {
      const owner = await server.createAccount();
      const child = await server.createAccount({ owner: owner.accountSid });
      const [app = ''] = await server.createApps(owner.accountSid, 1);
      const standard = await createApiKey(server.context, owner.accountSid, {});
      const main = await createApiKey(server.context, owner.accountSid, {}, 'Main');
      const asked = [
        ['GET', `/ConnectApps/${app}.json`, 200, 200],
        ['POST', `/ConnectApps/${app}.json`, 200, 200],
        ['GET', '/ConnectApps.json', 200, 200],
        ['GET', '/AuthorizedConnectApps.json', 200, 200],
        ['GET', '.json', 401, 200],
        ['POST', '.json', 401, 200],
        ['GET', '/Keys.json', 401, 200],
        ['POST', '/Keys.json', 401, 201],
        ['GET', `/Keys/${main.sid}.json`, 401, 200],
        ['DELETE', `/SigningKeys/${app}.json`, 401, 404],
      ] as const;
      for (const [method, rest, asStandard, asMain] of asked) {
        const path = pathOf(owner.accountSid, rest);
        const form = method === 'POST' ? { FriendlyName: 'asked' } : undefined;
        const of = (key: typeof main) => server.request(method, path, { auth: as(key), form });
        const refused = await of(standard);
        assert.equal(refused.status, asStandard, `${method} ${rest} ${refused.text}`);
        if (asStandard === 401) {
          assert.match(stringOf(objectOf(refused.json).detail), /Main key/);
        }
        assert.equal((await of(main)).status, asMain, `${method} ${rest}`);
      }
      for (const key of [standard, main]) {
        const path = pathOf(child.accountSid, '/ConnectApps.json');
        assert.equal((await server.request('GET', path, { auth: as(key) })).status, 200);
      }
      const accounts = '/2010-04-01/Accounts.json';
      const listed = await server.request('GET', accounts, { auth: as(main) });
      assert.equal(arrayOf(objectOf(listed.json).accounts).length, 2);
      checkProblem(await server.request('GET', accounts, { auth: as(standard) }), {
        status: 401,
        code: 20003,
      });
      const made = await server.request('POST', accounts, { auth: as(main) });
      assert.equal(objectOf(made.json).owner_account_sid, owner.accountSid);
      checkProblem(await server.request('POST', accounts, { auth: as(standard) }), {
        status: 401,
        code: 20003,
      });
      checkProblem(
        await server.request('POST', pathOf(owner.accountSid), {
          auth: as(main),
          form: { Status: 'suspended' },
        }),
        { status: 400, code: 21477 },
      );
    });

    it('open nothing of others, and nothing with a wrong secret, SID or path', async () => {
      const owner = await server.createAccount();
      const stranger = await server.createAccount();
      const key = await createApiKey(server.context, owner.accountSid, {}, 'Main');
      const own = pathOf(owner.accountSid, '/ConnectApps.json');
      const wrong: Credentials[] = [
        { accountSid: key.sid, authToken: 'f'.repeat(32) },
        { accountSid: key.sid, authToken: owner.authToken },
        { accountSid: `SK${'f'.repeat(32)}`, authToken: key.secret },
        { accountSid: owner.accountSid, authToken: key.secret },
        { accountSid: key.sid, authToken: '' },
        { accountSid: 'SK', authToken: key.secret },
      ];
      for (const auth of wrong) {
        checkProblem(await server.request('GET', own, { auth }), { status: 401, code: 20003 });
      }
      for (const rest of ['.json', '/ConnectApps.json', '/Keys.json', `/Keys/${key.sid}.json`]) {
        for (const accountSid of [stranger.accountSid, `AC${'e'.repeat(32)}`, 'ACx', key.sid]) {
          const reply = await server.request('GET', pathOf(accountSid, rest), { auth: as(key) });
          checkProblem(reply, { status: 404, code: 20404 });
        }
      }
      const theirs = pathOf(stranger.accountSid, `/Keys/${key.sid}.json`);
      for (const method of ['GET', 'POST', 'DELETE']) {
        const reply = await server.request(method, theirs, { auth: stranger });
        checkProblem(reply, { status: 404, code: 20404 });
      }
      const upper = { accountSid: `SK${key.sid.slice(2).toUpperCase()}`, authToken: key.secret };
      assert.equal((await server.request('GET', own, { auth: upper })).status, 200);
    });

    it('end with their account, and at once when they are deleted', async () => {
      const owner = await server.createAccount();
      const child = await server.createAccount({ owner: owner.accountSid });
      const path = pathOf(child.accountSid, '/ConnectApps.json');
      const key = await createApiKey(server.context, child.accountSid, {});
      const get = () => server.request('GET', path, { auth: as(key) });
      assert.equal((await get()).status, 200);
      await server.setAccountStatus(owner.accountSid, 'suspended');
      checkProblem(await get(), { status: 403, code: 20005 });
      await server.setAccountStatus(owner.accountSid, 'active');
      assert.equal((await get()).status, 200);
      const item = pathOf(child.accountSid, `/Keys/${key.sid}.json`);
      assert.equal((await server.request('DELETE', item, { auth: child })).status, 204);
      checkProblem(await get(), { status: 401, code: 20003 });

      const other = await createApiKey(server.context, child.accountSid, {});
      await server.setAccountStatus(child.accountSid, 'closed');
      checkProblem(await server.request('GET', path, { auth: as(other) }), {
        status: 401,
        code: 20003,
      });
      await assert.rejects(createApiKey(server.context, child.accountSid, {}), {
        problem: 'account_closed',
      });
    });

    it("of an app's owner do not act for its customers unless the setting says so", async () => {
      const { sandbox, key } = await authorized(server);
      const reply = await server.request('GET', pathOf(sandbox, '/ConnectApps.json'), {
        auth: as(key),
      });
      checkProblem(reply, { status: 404, code: 20404 });
    });

    it('leave no secret in the log', async () => {
      const owner = await server.createAccount();
      const key = await createApiKey(server.context, owner.accountSid, {});
      await server.request('GET', pathOf(owner.accountSid), { auth: as(key) });
      assert.ok(!server.logs().includes(key.secret));
    });
  });

  describe(`API keys that act for apps on ${engine}`, () => {
    let server: TestServer;
    before(async () => {
      server = await startServer({ engine, settings: { KEYS_ACT_FOR_APPS: 'true' } });
    });
    after(() => server.close());

    it('have the rights of the app in the sandbox, until the customer takes them away', async () => {
      const { sandbox, key, customer, appSid } = await authorized(server);
      const auth = { accountSid: key.sid, authToken: key.secret };
      const get = (rest: string) =>
        server.request('GET', `/2010-04-01/Accounts/${sandbox}${rest}`, { auth });
      const account = objectOf((await get('.json')).json);
      assert.equal(account.sid, sandbox);
      assert.equal(account.auth_token, undefined, 'an app sees no token');
      assert.equal((await get('/ConnectApps.json')).status, 200);
      const changed = await server.request('POST', `/2010-04-01/Accounts/${sandbox}.json`, {
        auth,
        form: { FriendlyName: 'mine' },
      });
      checkProblem(changed, { status: 403, code: 20006 });
      const parent = `/2010-04-01/Accounts/${customer.accountSid}/ConnectApps.json`;
      checkProblem(await server.request('GET', parent, { auth }), { status: 404, code: 20404 });
      await revokeAuthorization(server.context, {
        accountSid: customer.accountSid,
        connectAppSid: appSid,
      });
      checkProblem(await get('.json'), { status: 403, code: 20006 });
    });

    it('act for no app of another owner', async () => {
      const { sandbox } = await authorized(server);
      const stranger = await server.createAccount();
      const { sid, secret } = await createApiKey(server.context, stranger.accountSid, {});
      const reply = await server.request('GET', `/2010-04-01/Accounts/${sandbox}.json`, {
        auth: { accountSid: sid, authToken: secret },
      });
      checkProblem(reply, { status: 404, code: 20404 });
    });
  });
}

/** An app that a customer authorized, the subaccount made for it, and a key of the app's owner. */
async function authorized(server: TestServer) {
  const owner = await server.createAccount();
  const customer = await server.createAccount();
  const [appSid = ''] = await server.createApps(owner.accountSid, 1, () => ({
    authorizeRedirectUrl: 'https://app.example.com/',
    permissions: ['get-all'],
  }));
  const { subaccountSid } = await authorizeConnectApp(server.context, {
    accountSid: customer.accountSid,
    connectAppSid: appSid,
  });
  const key = await createApiKey(server.context, owner.accountSid, {});
  return { sandbox: subaccountSid, key, customer, appSid };
}
