/** What the admin API does: PUT by SID, pages, problems, the trail, and its description. */

import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { ACTS } from '../../src/admin/acts.ts';
import { DATABASES } from '../support/databases.ts';
import { startServer, type TestServer } from '../support/server.ts';
import { ask, SETTING_KEY } from './admin.ts';

const SID = `AC${'a'.repeat(32)}`;
const ACCOUNT = {
  friendly_name: 'Theirs',
  status: 'active',
  type: 'Full',
  auth_token: 'their-own-auth-token',
  secondary_auth_token: 'their-second-auth-token',
};

for (const engine of DATABASES) {
  describe(`the acts of the admin API on ${engine}`, () => {
    let server: TestServer;
    before(async () => {
      server = await startServer({ engine, settings: { ADMIN_KEY: SETTING_KEY } });
    });
    after(() => server.close());

    const opens = async (authToken: string, accountSid = SID) => {
      const path = `/2010-04-01/Accounts/${accountSid}.json`;
      return (await server.request('GET', path, { auth: { accountSid, authToken } })).status;
    };

    it('PUT brings an account under its own SID with both tokens, and twice changes nothing', async () => {
      const made = await ask(server, 'PUT', `/accounts/${SID}`, ACCOUNT);
      assert.equal(made.status, 200);
      assert.equal(await opens(ACCOUNT.auth_token), 200);
      assert.equal(await opens(ACCOUNT.secondary_auth_token), 200);
      const again = await ask(server, 'PUT', `/accounts/${SID}`, ACCOUNT);
      assert.deepEqual(again.json, made.json);
      const withoutSecond = { ...ACCOUNT, secondary_auth_token: null, status: 'suspended' };
      await ask(server, 'PUT', `/accounts/${SID}`, withoutSecond);
      assert.equal(await opens(ACCOUNT.auth_token), 403);
      assert.equal(await opens(ACCOUNT.secondary_auth_token), 401);

      const { json } = await ask(server, 'GET', `/accounts/${SID}/audit-events`);
      assert.deepEqual(json.items.map((one: { event_type: string }) => one.event_type).sort(), [
        'account.imported',
        'account.suspended',
        'secondary-auth-token.deleted',
      ]);
      for (const { source, source_ip_address } of json.items) {
        assert.deepEqual([source, source_ip_address], ['admin', '127.0.0.1']);
      }
    });

    it('PUT that closes an account ends what it authorized, with a callback', async () => {
      const { customer, developer, connectAppSid } = server;
      const consent = { connect_app_sid: connectAppSid };
      const path = `/accounts/${customer.accountSid}/authorizations`;
      assert.equal((await ask(server, 'POST', path, consent)).status, 200);
      const closed = await ask(server, 'PUT', `/accounts/${customer.accountSid}`, {
        status: 'closed',
      });
      assert.equal(closed.json.status, 'closed');
      const { json } = await ask(server, 'GET', `/accounts/${developer.accountSid}/webhooks`);
      assert.equal(json.items.length, 1);
      const opened = await ask(server, 'PUT', `/accounts/${customer.accountSid}`, {
        status: 'active',
      });
      assert.deepEqual([opened.status, opened.json.error], [400, 'account_closed']);
    });

    it('pages through a list by tokens of that list alone', async () => {
      const { accountSid } = await server.createAccount();
      const sids = await server.createApps(accountSid, 5);
      const path = `/accounts/${accountSid}/connect-apps?page_size=2`;
      const found: string[] = [];
      let token: string | null = '';
      do {
        const page = await ask(server, 'GET', `${path}${token && `&page_token=${token}`}`);
        assert.equal(page.status, 200, JSON.stringify(page.json));
        found.push(...page.json.items.map((one: { sid: string }) => one.sid));
        const elsewhere = `/accounts?page_size=2&page_token=${page.json.next_page_token}`;
        if (page.json.next_page_token) {
          assert.equal((await ask(server, 'GET', elsewhere)).json.error, 'page_token_invalid');
        }
        token = page.json.next_page_token;
      } while (token !== null);
      assert.deepEqual(found, sids.toReversed());
    });

    it('shows the requests of an account, with the reason for which each was refused', async () => {
      const { accountSid, authToken } = await server.createAccount();
      const child = await server.createAccount({ owner: accountSid });
      const sign = { auth: { accountSid, authToken } };
      await server.request('GET', `/2010-04-01/Accounts/${SID}/ConnectApps.json`, sign);
      const path = `/accounts/${accountSid}/requests?outcome=refused`;
      let items: { sid: string; reason: string }[] = [];
      for (let tries = 0; tries < 100 && items.length === 0; tries += 1) {
        await new Promise((resolve) => setTimeout(resolve, 100));
        items = (await ask(server, 'GET', path)).json.items;
      }
      assert.match(items[0]?.reason ?? '', /neither the caller’s nor one of its subaccounts/);
      const one = `/accounts/${accountSid}/requests/${items[0]?.sid}`;
      assert.deepEqual((await ask(server, 'GET', one)).json, items[0]);
      const ofChild = `/accounts/${child.accountSid}/requests/${items[0]?.sid}`;
      assert.equal((await ask(server, 'GET', ofChild)).status, 404);
    });

    it('says what is wrong in one shape, and what to do', async () => {
      const send = (headers: Record<string, string>, rawBody: string) =>
        server.request('POST', '/admin/v1/accounts', {
          headers: {
            authorization: `Bearer ${SETTING_KEY}`,
            'content-length': String(rawBody.length),
            ...headers,
          },
          rawBody,
        });
      const type = { 'content-type': 'application/json' };
      const wrong = [
        [await send(type, '{'), 400, 'request_malformed', /not JSON/],
        [await send(type, '[]'), 400, 'request_malformed', /JSON object/],
        [await send(type, '{"frendly_name":"x"}'), 400, 'parameter_invalid', /takes friendly_name/],
        [await send(type, '{"friendly_name":1}'), 400, 'parameter_invalid', /must be a text/],
        [await send({ 'content-type': 'text/xml' }, 'x'), 415, 'media_type_unsupported', /as JSON/],
        [await send(type, `"${'x'.repeat(70_000)}"`), 413, 'body_too_large', /too large/],
        [await send({ ...type, expect: '' }, '{"type":"Half"}'), 400, 'parameter_invalid', /Trial/],
      ] as const;
      for (const [reply, status, error, message] of wrong) {
        const body = JSON.parse(reply.text);
        assert.deepEqual([reply.status, body.status, body.error], [status, status, error]);
        assert.match(body.message, message);
      }
      const nowhere = await ask(server, 'GET', '/nowhere');
      assert.deepEqual([nowhere.status, nowhere.json.error], [404, 'not_found']);
    });

    it('describes exactly the acts that there are', async () => {
      const { json } = await ask(server, 'GET', '/openapi.json');
      const described = Object.entries(json.paths).flatMap(([path, item]) =>
        Object.keys(Object(item)).map((method) => `${method.toUpperCase()} ${path}`),
      );
      const acts = ACTS.map(({ method, path }) => `${method} /admin/v1${path}`);
      assert.deepEqual(described.sort(), acts.sort());
      assert.equal(new Set(ACTS.map(({ name }) => name)).size, ACTS.length);
    });
  });
}
