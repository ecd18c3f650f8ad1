/** Every answer of the running server, good or bad, is one that /openapi.json describes. */

import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import fc from 'fast-check';
import { createApiKey } from '../../src/api-keys/operations.ts';
import { authorizeConnectApp } from '../../src/authorizations/operations.ts';
import { createKeyring } from '../../src/keys/keyring.ts';
import { startServerWithLostDatabase } from '../clients/lost-database.ts';
import { textUpTo } from '../property/text.ts';
import { DATABASES } from '../support/databases.ts';
import { type Credentials, startServer, type TestServer } from '../support/server.ts';
import { type Description, type Operation, readDescription } from './description.ts';

const TEXTS: Record<string, fc.Arbitrary<string>> = {
  PageSize: fc.constantFrom('', '1', '2', '1000', '0', '-1', '2000', '1.5', 'x'),
  Page: fc.constantFrom('', '0', '1', '9999999', '-1', '99999999999999999999', 'x'),
  PageToken: fc.constantFrom('', 'PA0', 'x'),
  // What others do to the accounts of this test is not to be its end.
  Status: fc.constantFrom('', 'active', 'dead', '1'),
  FriendlyName: fc.oneof(textUpTo(70), fc.constantFrom('', 'x'.repeat(65), '\u0000')),
};
const FORM_FIELD = fc.oneof(
  fc.tuple(
    fc.constantFrom('AuthorizeRedirectUrl', 'DeauthorizeCallbackUrl', 'HomepageUrl'),
    fc.oneof(fc.webUrl(), fc.constantFrom('', 'nonsense', 'ftp://a.example/')),
  ),
  fc.tuple(fc.constantFrom('CompanyName', 'Description', 'Unknown'), textUpTo(80)),
  fc.tuple(fc.constant('DeauthorizeCallbackMethod'), fc.constantFrom('GET', 'POST', '', 'PUT')),
  fc.tuple(fc.constant('Permissions'), fc.constantFrom('get-all', 'post-all', '', 'all')),
  fc.tuple(fc.constant('FriendlyName'), TEXTS.FriendlyName ?? textUpTo(64)),
  fc.tuple(fc.constant('Status'), TEXTS.Status ?? fc.constant('active')),
);
/** Requests to each operation. Chance finds others on each engine, and each time. */
const RUNS = 25;
const FORM_TYPE = 'application/x-www-form-urlencoded';
/** How a form is sent: most often as it should be. */
const BODY = fc.oneof(
  { weight: 8, arbitrary: fc.constant({ type: FORM_TYPE, padding: 0 }) },
  { weight: 1, arbitrary: fc.constant({ type: 'application/json', padding: 0 }) },
  { weight: 1, arbitrary: fc.constant({ type: FORM_TYPE, padding: 70_000 }) },
);

/** Names, not values: what they stand for is made when the server runs. */
const WHO = ['developer', 'nobody', 'wrong', 'customer', 'suspended', 'closed', 'app'] as const;
const ACCOUNTS = ['own', 'upper', 'customer', 'subaccount', 'unknown', 'malformed'] as const;
const APPS = ['known', 'upper', 'unknown', 'malformed'] as const;

const SCENE = fc.record({
  who: fc.oneof(
    { weight: 2, arbitrary: fc.constantFrom('developer' as const, 'customer' as const) },
    { weight: 1, arbitrary: fc.constantFrom(...WHO) },
  ),
  account: fc.oneof(
    { weight: 2, arbitrary: fc.constant('own' as const) },
    fc.constantFrom(...ACCOUNTS),
  ),
  app: fc.oneof({ weight: 2, arbitrary: fc.constant('known' as const) }, fc.constantFrom(...APPS)),
  query: fc.record(TEXTS, { requiredKeys: [] }),
  form: fc.array(FORM_FIELD, { maxLength: 5 }),
  body: BODY,
});
type Scene = typeof SCENE extends fc.Arbitrary<infer Value> ? Value : never;

const GOOD: Scene = {
  who: 'developer',
  account: 'own',
  app: 'known',
  query: {},
  form: [['FriendlyName', 'Good']],
  body: { type: FORM_TYPE, padding: 0 },
};
/** What every operation is asked, besides what chance finds. */
const EXAMPLES: readonly Scene[] = [
  GOOD,
  { ...GOOD, who: 'customer' },
  { ...GOOD, who: 'nobody' },
  { ...GOOD, who: 'suspended' },
  { ...GOOD, app: 'unknown' },
  { ...GOOD, query: { PageSize: 'x' }, form: [['FriendlyName', 'x'.repeat(65)]] },
  { ...GOOD, body: { type: 'application/json', padding: 0 } },
  { ...GOOD, body: { type: FORM_TYPE, padding: 70_000 } },
];

for (const engine of DATABASES) {
  describe(`the answers that /openapi.json describes, on ${engine}`, () => {
    let server: TestServer;
    let description: Description;
    let people: Record<(typeof WHO)[number], Credentials | undefined>;
    let subaccountSid: string;
    let keySid: string;

    before(async () => {
      server = await startServer({ engine, settings: { ALLOW_CONNECT_APP_DELETE: 'true' } });
      description = await readDescription(server);
      const { developer, customer, context, connectAppSid } = server;
      const suspended = await server.createAccount();
      await server.setAccountStatus(suspended.accountSid, 'suspended');
      const closed = await server.createAccount();
      await server.setAccountStatus(closed.accountSid, 'closed');
      const form = { Permissions: 'get-all,post-all' };
      const path = `/2010-04-01/Accounts/${developer.accountSid}/ConnectApps/${connectAppSid}.json`;
      await server.request('POST', path, { auth: developer, form });
      const granted = await authorizeConnectApp(context, {
        accountSid: customer.accountSid,
        connectAppSid,
      });
      subaccountSid = granted.subaccountSid;
      keySid = (await createApiKey(context, developer.accountSid, {})).sid;
      people = {
        developer,
        customer,
        suspended,
        closed,
        nobody: undefined,
        wrong: { ...developer, authToken: 'f'.repeat(32) },
        app: { accountSid: subaccountSid, authToken: developer.authToken },
      };
    });
    after(() => server.close());

    /** The SID of the app or key that an operation is about; each deletion has one of its own. */
    async function sidFor({ path, method }: Operation): Promise<string> {
      const { accountSid } = server.developer;
      if (/Keys\/\{/.test(path)) {
        if (method !== 'DELETE') return keySid;
        return (await createApiKey(server.context, accountSid, {})).sid;
      }
      if (method !== 'DELETE') return server.connectAppSid;
      const [appSid = ''] = await server.createApps(accountSid, 1);
      return appSid;
    }

    function fill(operation: Operation, scene: Scene, sid: string): string {
      const own = people[scene.who]?.accountSid ?? server.developer.accountSid;
      const accounts: Record<(typeof ACCOUNTS)[number], string> = {
        own,
        upper: own.toUpperCase(),
        customer: server.customer.accountSid,
        subaccount: subaccountSid,
        unknown: `AC${'e'.repeat(32)}`,
        malformed: 'AC1',
      };
      const items: Record<(typeof APPS)[number], string> = {
        known: sid,
        upper: sid.toUpperCase(),
        unknown: `${sid.slice(0, 2)}${'e'.repeat(32)}`,
        malformed: `${sid.slice(0, 2)}1`,
      };
      const query = new URLSearchParams(
        Object.entries(scene.query).map(([name, value]): [string, string] => [name, value ?? '']),
      );
      return `${operation.path
        .replace(/(?<=\/Accounts\/)\{\w+\}/, accounts[scene.account])
        .replace(/\{\w+\}/, items[scene.app])}?${query}`;
    }

    it('are all of the answers to a thousand and more requests', async () => {
      const seen = new Set<string>();
      for (const operation of description.operations) {
        await fc.assert(
          fc.asyncProperty(SCENE, async (scene) => {
            const sid = await sidFor(operation);
            const auth = people[scene.who];
            const isForm = operation.form !== undefined;
            const fields = new URLSearchParams(scene.form).toString();
            const reply = await server.request(operation.method, fill(operation, scene, sid), {
              auth,
              ...(isForm && {
                rawBody: fields + '&'.repeat(scene.body.padding),
                headers: { 'content-type': scene.body.type },
              }),
            });
            description.checkReply(operation, reply);
            seen.add(`${operation.id} ${reply.status}`);
          }),
          {
            numRuns: RUNS,
            examples: EXAMPLES.map((scene): [Scene] => [scene]),
          },
        );
      }
      for (const { id, method, form } of description.operations) {
        const success = method === 'DELETE' ? 204 : id.startsWith('Create') ? 201 : 200;
        const expected = [success, 401, ...(form ? [400, 413, 415] : [])];
        for (const status of expected) assert.ok(seen.has(`${id} ${status}`), `${id} ${status}`);
      }
      for (const status of ['FetchConnectApp 404', 'ListConnectApp 400', 'FetchConnectApp 403']) {
        assert.ok(seen.has(status), status);
      }
    });

    it('are those to pages of a list, forwards and backwards', async () => {
      const account = await server.createAccount();
      await server.createApps(account.accountSid, 5);
      for (const extension of ['.json', '.csv', '.xml']) {
        const path = `/2010-04-01/Accounts/{AccountSid}/ConnectApps${extension}`;
        const operation = findOperation(({ path: other }) => other === path);
        const filled = path.replace('{AccountSid}', account.accountSid);
        const reply = await server.request('GET', `${filled}?PageSize=2&Page=1`, { auth: account });
        assert.equal(reply.status, 200);
        description.checkReply(operation, reply);
      }
    });

    it('are those of a server that counts, fails, or is sent too much', async (context) => {
      const operation = findOperation(({ id }) => id === 'FetchAccount');
      const fetchAccount = (from: TestServer, auth: Credentials, headers = {}) =>
        from.request('GET', operation.path.replace('{Sid}', auth.accountSid), {
          auth,
          headers,
          isPatient: false,
        });
      const check = async (status: number, reply: ReturnType<typeof fetchAccount>) => {
        const answered = await reply;
        assert.equal(answered.status, status, answered.text);
        description.checkReply(operation, answered);
      };

      await check(431, fetchAccount(server, server.developer, { 'x-long': 'x'.repeat(20_000) }));

      const spoilt = await server.createAccount();
      const sealed = createKeyring('a key of another server, long enough').seal(
        'x',
        spoilt.accountSid,
      );
      await server.context.database.transaction((transaction) =>
        transaction
          .updateTable('accounts')
          .set({ token_sealed: sealed })
          .where('sid', '=', spoilt.accountSid)
          .execute(),
      );
      await check(500, fetchAccount(server, spoilt));

      const limited = await startServer({ engine, settings: { RATE_LIMIT_PER_SECOND: '1' } });
      context.after(() => limited.close());
      const replies = await Promise.all(
        Array.from({ length: 5 }, () => fetchAccount(limited, limited.developer)),
      );
      const refused = replies.find(({ status }) => status === 429);
      assert.ok(refused);
      description.checkReply(operation, refused);

      const folder = await mkdtemp(join(tmpdir(), 'connect-apps-answers-'));
      context.after(() => rm(folder, { recursive: true, force: true }));
      const away = await startServerWithLostDatabase(engine, folder);
      context.after(() => away.close());
      const wrong = { ...away.developer, authToken: 'f'.repeat(32) };
      await check(503, fetchAccount(away, wrong));
    });

    function findOperation(matches: (operation: Operation) => boolean): Operation {
      const found = description.operations.find(matches);
      assert.ok(found);
      return found;
    }
  });
}
