/** Who may use the admin API. The URLs are those of the table that the routes are made of. */

import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { ACTS } from '../../src/admin/acts.ts';
import { ADMIN_RESOURCES, SCOPES } from '../../src/admin-keys/admin-key.ts';
import { createAdminKey, endAdminKey } from '../../src/admin-keys/operations.ts';
import { getUser } from '../../src/users/operations.ts';
import { DATABASES } from '../support/databases.ts';
import { startServer, type TestServer } from '../support/server.ts';
import { startSession } from '../support/session.ts';
import { ask, pathOf, SETTING_KEY } from './admin.ts';

const DOCUMENT = { method: 'GET', path: '/openapi.json' } as const;
const URLS = [...ACTS.map((act) => [act.method, pathOf(act)]), ['GET', '/admin/v1/openapi.json']];

for (const engine of DATABASES) {
  describe(`the gate of the admin API on ${engine}`, () => {
    let server: TestServer;
    before(async () => {
      server = await startServer({ engine, settings: { ADMIN_KEY: SETTING_KEY } });
    });
    after(() => server.close());

    const basic = (one: { accountSid: string; authToken: string }) =>
      `Basic ${Buffer.from(`${one.accountSid}:${one.authToken}`).toString('base64')}`;

    it('is shut at every URL to all who have no right key', async () => {
      const { context, developer } = server;
      const ended = await createAdminKey(context, { friendlyName: 'ended', scopes: ['write'] });
      await endAdminKey(context, ended.sid);
      const expired = await createAdminKey(context, {
        friendlyName: 'expired',
        scopes: ['write'],
        expiresInDays: -1,
      });
      const alive = await createAdminKey(context, { friendlyName: 'alive', scopes: ['write'] });
      const operator = await getUser(context, 'developer@example.com');
      const cookie = `connect_apps_session=${await startSession(context, operator.sid)}`;
      const callers: Record<string, Record<string, string>> = {
        'no key': {},
        'an empty key': { authorization: 'Bearer ' },
        'a wrong key': { authorization: `Bearer ${SETTING_KEY}x` },
        'the beginning of the key': { authorization: `Bearer ${SETTING_KEY.slice(0, -1)}` },
        'the SID of a key': { authorization: `Bearer ${alive.sid}` },
        'the SID and another secret': { authorization: `Bearer ${alive.sid}.${'0'.repeat(64)}` },
        'an ended key': { authorization: `Bearer ${ended.key}` },
        'an expired key': { authorization: `Bearer ${expired.key}` },
        'the key as a password': {
          authorization: basic({ accountSid: '', authToken: SETTING_KEY }),
        },
        'an account': { authorization: basic(developer) },
        'a token as a key': { authorization: `Bearer ${developer.authToken}` },
        'a session': { cookie },
      };
      for (const [method = '', path = ''] of URLS) {
        for (const [who, headers] of Object.entries(callers)) {
          const reply = await server.request(method, path, { headers });
          // After ten wrong ones in a minute.
          assert.ok([401, 429].includes(reply.status), `${who}: ${method} ${path} ${reply.status}`);
          assert.deepEqual(Object.keys(JSON.parse(reply.text)), [
            'error',
            'code',
            'status',
            'message',
          ]);
          assert.equal(reply.headers['access-control-allow-origin'], undefined);
          assert.equal(reply.headers['set-cookie'], undefined);
        }
      }
      const { status } = await ask(server, 'GET', '/accounts');
      assert.equal(status, 200, 'a flood of wrong keys keeps no right one out');
    });

    it('takes exactly the keys with a scope that an act needs', async () => {
      const { context } = server;
      for (const scope of SCOPES) {
        const { key } = await createAdminKey(context, { friendlyName: scope, scopes: [scope] });
        for (const act of ACTS) {
          // Without a body a write changes nothing: it is refused for what is missing.
          const { status } = await server.request(act.method, pathOf(act), {
            headers: { authorization: `Bearer ${key}` },
          });
          const { needs } = act;
          const isOpen =
            needs !== 'setting' &&
            (scope === 'write' ||
              scope === `${needs.resource}:write` ||
              (needs.right === 'read' && (scope === 'read' || scope === `${needs.resource}:read`)));
          assert.equal(status !== 403, isOpen, `${scope}: ${act.name} answered ${status}`);
        }
      }
      assert.ok(
        ADMIN_RESOURCES.every((one) =>
          ACTS.some(({ needs }) => Reflect.get(Object(needs), 'resource') === one),
        ),
      );
    });

    it('shows no auth token to a key that only reads, and makes no operator for one of users alone', async () => {
      const { context, developer } = server;
      const reader = await createAdminKey(context, { friendlyName: 'r', scopes: ['read'] });
      const shown = await ask(
        server,
        'GET',
        `/accounts/${developer.accountSid}`,
        undefined,
        reader.key,
      );
      assert.equal(shown.json.sid, developer.accountSid);
      assert.ok(!('auth_token' in shown.json));
      const writer = await createAdminKey(context, { friendlyName: 'u', scopes: ['users:write'] });
      const { sid } = await getUser(context, 'developer@example.com');
      const made = await ask(server, 'POST', `/users/${sid}`, { operator: true }, writer.key);
      assert.equal(made.status, 403);
      assert.equal(made.json.error, 'access_denied');
    });

    it('notes when a key was used, and writes its beginning and end into its own trail', async () => {
      const made = await ask(server, 'POST', '/admin-keys', {
        friendly_name: 'CI',
        scopes: ['read'],
      });
      const { sid, key } = made.json;
      await ask(server, 'GET', '/accounts', undefined, key);
      const { json } = await ask(server, 'GET', '/admin-keys');
      assert.ok(json.items.find((one: { sid: string }) => one.sid === sid).last_used);
      assert.ok(!JSON.stringify(json).includes(key.slice(35)), 'no list has a secret');
      await ask(server, 'DELETE', `/admin-keys/${sid}`);
      const after = await ask(server, 'GET', '/accounts', undefined, key);
      assert.ok([401, 429].includes(after.status));
      const trail = await ask(server, 'GET', `/accounts/${sid}/audit-events`);
      assert.deepEqual(
        trail.json.items.map((one: { event_type: string }) => one.event_type),
        ['admin-key.ended', 'admin-key.created'],
      );
    });

    it('checks a key again in the transaction that acts', async () => {
      const { context, developer } = server;
      const { sid, key } = await createAdminKey(context, { friendlyName: 'k', scopes: ['write'] });
      const results = await Promise.all([
        ask(server, 'POST', `/accounts/${developer.accountSid}/keys`, {}, key),
        endAdminKey(context, sid),
      ]);
      assert.ok([200, 401, 429].includes(results[0].status));
      const late = await ask(server, 'POST', `/accounts/${developer.accountSid}/keys`, {}, key);
      assert.ok([401, 429].includes(late.status));
    });
  });
}

describe('a server without the setting', () => {
  it('has no admin API, whatever keys there are', async () => {
    const server = await startServer({ engine: 'sqlite' });
    const made = await createAdminKey(server.context, { friendlyName: '', scopes: ['write'] });
    for (const { method, path } of [...ACTS, DOCUMENT]) {
      const reply = await server.request(method, `/admin/v1${path.replace(/[{}]/g, '')}`, {
        headers: { authorization: `Bearer ${made.key}` },
      });
      assert.equal(reply.status, 404);
    }
    await server.close();
  });
});
