/** Every resource of the description: made, read, listed, changed, deleted; hostile values; strangers. */

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { tableOfStandIns } from '../../scripts/list-stand-ins.ts';
import { authorizeConnectApp, revokeAuthorization } from '../../src/authorizations/operations.ts';
import { DESCRIPTION } from '../../src/stand-ins/description.ts';
import type { Kind, Place } from '../../src/stand-ins/description-shape.ts';
import { changedProperties, newProperties } from '../../src/stand-ins/stand-in.ts';
import { objectOf } from '../api/narrow.ts';
import { DATABASES } from '../support/databases.ts';
import { type Credentials, startServer, type TestServer } from '../support/server.ts';

const HOSTILE = [
  '',
  '\u0000',
  '\u202e<script>alert(1)</script>',
  "' or 1=1 --",
  '__proto__',
  '../../etc/passwd',
  'x'.repeat(9000),
  '9'.repeat(400),
  '1e999',
  '-1',
  'NaN',
  'https://user@[::1',
  '0000-00-00',
  '+275760-09-13',
  '😀'.repeat(500),
];

/** A value that a parameter of this kind takes. */
function sampleOf(name: string, kind: Kind): string {
  const [type = '', rest = ''] = kind.replace(/\?$/, '').split(/:(.*)/s);
  if (name === 'PhoneNumber' || name === 'To') return '+15558675310';
  if (name === 'From') return '+15005550006';
  const values: Readonly<Record<string, string>> = {
    integer: '1',
    number: '1',
    boolean: 'true',
    enum: rest.split('|')[0] ?? '',
    sid: `${rest.slice(0, 2)}${'a'.repeat(32)}`,
    uri: 'https://app.example.com/',
    day: '2026-11-28',
    time: '2026-11-28T00:00:00Z',
    rfc2822: '2026-11-28T00:00:00Z',
  };
  return values[type] ?? 'something';
}

function formOf({ post }: Place): Record<string, string> {
  const required = (post?.required ?? []).map((name): [string, string] => [
    name,
    sampleOf(name, post?.parameters[name] ?? 'string'),
  ]);
  return Object.fromEntries(required);
}

/** A path with SIDs that nothing has. */
const unknown = (path: string) => path.replace(/\{\w+\}/g, `QU${'0'.repeat(32)}`);

it('docs/stand-ins.md lists every resource, and how much its stand-in does', () => {
  const guide = readFileSync(join(import.meta.dirname, '../../docs/stand-ins.md'), 'utf8');
  const cellsOf = (text: string) =>
    [...text.matchAll(/^\| (`\/.+?`) +\| (.+?) +\| (\w+) +\|$/gm)].map((row) => row.slice(1));
  assert.deepEqual(cellsOf(guide), cellsOf(tableOfStandIns()));
});

for (const engine of DATABASES) {
  describe(`every stand-in on ${engine}`, () => {
    let server: TestServer;
    let auth: Credentials;
    before(async () => {
      server = await startServer({ engine, settings: { RATE_LIMIT_PER_SECOND: '0' } });
      auth = await server.createAccount();
    });
    after(() => server.close());

    const at = (path: string, accountSid = auth.accountSid) =>
      `/2010-04-01/Accounts/${accountSid}${path}`;

    it('that an account can make is made, fetched, listed and deleted', async () => {
      let count = 0;
      for (const place of DESCRIPTION.places) {
        if (place.path.includes('{') || !place.list || !place.post || place.post.shape) continue;
        if (/^\/IncomingPhoneNumbers|^\/(Messages|Calls)$/.test(place.path)) continue;
        const path = at(`${place.path}.json`);
        const made = await server.request('POST', path, { auth, form: formOf(place) });
        assert.equal(made.status, place.post.status, `${place.path}: ${made.text}`);
        const listed = await server.request('GET', path, { auth });
        assert.equal(listed.status, 200, place.path);
        const item = objectOf(made.json);
        assert.ok(listed.text.includes(String(item.sid)), place.path);
        assert.deepEqual(Object.keys(item), Object.keys(DESCRIPTION.shapes[place.shape] ?? {}));
        const one = DESCRIPTION.places.find(({ path: own }) => own === `${place.path}/{Sid}`);
        if (one === undefined) continue;
        const own = at(`${place.path}/${item.sid}.json`);
        if (one.fetch) {
          assert.deepEqual((await server.request('GET', own, { auth })).json, item, place.path);
        }
        if (one.delete) {
          const children = DESCRIPTION.places.filter(
            ({ path: below, list }) => list && new RegExp(`^${place.path}/[^/]+/\\w+$`).test(below),
          );
          for (const child of children) {
            const below = at(child.path.replace(/\{\w+\}/, String(item.sid)));
            assert.equal((await server.request('GET', `${below}.json`, { auth })).status, 200);
          }
          assert.equal((await server.request('DELETE', own, { auth })).status, 204, place.path);
          assert.equal((await server.request('GET', own, { auth })).status, 404, place.path);
        }
        count += 1;
      }
      assert.ok(count >= 7, String(count));
    });

    it('takes hostile values and SIDs without a failure of its own', async () => {
      for (const [index, place] of DESCRIPTION.places.entries()) {
        const value = HOSTILE[index % HOSTILE.length] ?? '';
        const next = HOSTILE[(index + 5) % HOSTILE.length] ?? '';
        const paths = [
          place.path.replace(/\{\w+\}/g, encodeURIComponent(value.slice(0, 60)) || 'x'),
          unknown(place.path),
        ];
        const names = Object.keys(place.post?.parameters ?? {});
        const form = names.map((name) => [name, name.length % 2 ? value : next] as const);
        const filters = new URLSearchParams(
          (place.list?.filters ?? []).map((name): [string, string] => [name, next.slice(0, 200)]),
        );
        for (const path of paths) {
          for (const [method, target, options] of [
            ['GET', `${path}.json?${filters}`, {}],
            ['POST', `${path}.json`, { form: [...Object.entries(formOf(place)), ...form] }],
            ['DELETE', path, {}],
          ] as const) {
            const answer = await server.request(method, at(target), { auth, ...options });
            assert.ok(answer.status < 500, `${method} ${target}: ${answer.text}`);
          }
        }
        // Each alone, so that no other refusal hides it.
        for (const name of names) {
          const one = { ...formOf(place), [name]: next };
          const answer = await server.request('POST', at(`${unknown(place.path)}.json`), {
            auth,
            form: one,
          });
          assert.ok(answer.status < 500, `${place.path} ${name}: ${answer.text}`);
        }
      }
      // What was stored can be read in every representation.
      for (const { path, list } of DESCRIPTION.places) {
        if (path.includes('{') || !list) continue;
        for (const extension of ['.json', '', '.csv']) {
          const answer = await server.request('GET', at(path + extension), { auth });
          assert.equal(answer.status, 200, `${path}${extension}: ${answer.text}`);
        }
      }
    });

    it('has no null where Twilio has none, whatever is cleared', () => {
      for (const { path, shape, post } of DESCRIPTION.places) {
        const kinds = DESCRIPTION.shapes[post?.shape ?? shape] ?? {};
        const before = newProperties(kinds, {}, 0);
        const cleared: Record<string, null> = {};
        for (const name of Object.keys(kinds)) cleared[name] = null;
        for (const [name, value] of Object.entries(changedProperties(kinds, before, cleared, 0))) {
          if (kinds[name]?.endsWith('?')) continue;
          assert.notEqual(value, null, `${path}: ${name}`);
        }
      }
    });

    it('is open to its account and family alone, and closed with the app and the account', async () => {
      const customer = await server.createAccount();
      const stranger = await server.createAccount();
      const apps: { subaccountSid: string; owner: Credentials; connectAppSid: string }[] = [];
      for (let index = 0; index < 2; index += 1) {
        const owner = await server.createAccount();
        const [connectAppSid = ''] = await server.createApps(owner.accountSid, 1, () => ({
          authorizeRedirectUrl: 'https://app.example.com/',
          permissions: ['post-all'],
        }));
        const key = { accountSid: customer.accountSid, connectAppSid };
        const { subaccountSid } = await authorizeConnectApp(server.context, key);
        apps.push({ subaccountSid, owner, connectAppSid });
      }
      const [one, other] = apps;
      assert.ok(one && other);
      const as = ({ subaccountSid, owner }: typeof one) => ({
        accountSid: subaccountSid,
        authToken: owner.authToken,
      });
      const made = await server.request('POST', at('/Queues.json', one.subaccountSid), {
        auth: as(one),
        form: { FriendlyName: 'Mine' },
      });
      const own = at(`/Queues/${objectOf(made.json).sid}.json`, one.subaccountSid);
      const statuses = async (who: Credentials) => {
        const form = { FriendlyName: 'Taken' };
        const { accountSid } = who;
        const sid = own.split('/').at(-1);
        const answers = [
          await server.request('GET', own, { auth: who }),
          await server.request('POST', own, { auth: who, form }),
          await server.request('GET', at(`/Queues/${sid}`, accountSid), { auth: who }),
        ];
        return answers.map(({ status }) => status);
      };
      assert.deepEqual(await statuses(as(one)), [200, 200, 200]);
      assert.deepEqual(await statuses(stranger), [404, 404, 404]);
      // Another app of the same customer: not a word with post-all alone.
      assert.deepEqual(await statuses(as(other)), [403, 403, 404]);
      assert.deepEqual(await statuses(one.owner), [404, 404, 404]);
      assert.deepEqual((await statuses(customer)).slice(0, 2), [200, 200]);

      await server.setAccountStatus(one.subaccountSid, 'suspended');
      assert.deepEqual(await statuses(as(one)), [403, 403, 403]);
      await server.setAccountStatus(one.subaccountSid, 'active');
      await revokeAuthorization(server.context, {
        accountSid: customer.accountSid,
        connectAppSid: one.connectAppSid,
      });
      assert.deepEqual(await statuses(as(one)), [403, 403, 403]);
      assert.deepEqual((await statuses(customer)).slice(0, 2), [200, 200]);
      await server.setAccountStatus(one.subaccountSid, 'closed');
      assert.deepEqual((await statuses(customer)).slice(0, 2), [200, 403]);
      assert.deepEqual(await statuses(as(one)), [401, 401, 401]);
    });
  });
}
