/** What gateways are answered, whoever asks for whatever: the table of isolation, and what every answer has. */

import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { revokeAuthorization } from '../../src/authorizations/operations.ts';
import { updateConnectApp } from '../../src/connect-apps/operations.ts';
import { checkProblem } from '../api/check-problem.ts';
import { objectOf } from '../api/narrow.ts';
import { DATABASES } from '../support/databases.ts';
import type { Credentials, Reply } from '../support/server.ts';
import { startWorld, type World } from './gateway.ts';

const SM = `SM${'0'.repeat(32)}`;
const ROOT = '/2010-04-01/Accounts';
const IDENTITY_HEADERS = [
  'x-connect-identity',
  'x-connect-account-sid',
  'x-connect-by',
  'x-connect-app-sid',
  'x-connect-permissions',
  'twilio-request-id',
];

/** Routes below an account, by what they are to an app. */
const ROUTES = {
  item: ['GET', `/Messages/${SM}.json`],
  list: ['GET', '/Messages.json'],
  change: ['POST', '/Messages.json'],
  delete: ['DELETE', `/Recordings/${SM}`],
  balance: ['GET', '/Balance.json'],
  keys: ['GET', `/Keys/${SM}.json`],
  'new key': ['POST', '/Keys.json'],
  account: ['GET', '.json'],
  'change account': ['POST', '.json'],
  'connect app': ['POST', `/ConnectApps/${SM}.json`],
} as const;
type Route = keyof typeof ROUTES;

/** On the customer, the app's own subaccount, another one of the customer, and a stranger: ok or the code. */
const TABLE: Readonly<Record<string, Readonly<Partial<Record<Route, string>>>>> = {
  customer: {
    item: 'ok ok ok 20404',
    list: 'ok ok ok 20404',
    change: 'ok ok ok 20404',
    'change account': 'ok ok ok 20404',
    'new key': 'ok ok ok 20404',
  },
  'sandbox itself': {
    item: '20404 ok 20404 20404',
    change: '20404 ok 20404 20404',
    balance: '20404 ok 20404 20404',
  },
  'get-all': {
    item: 'ok ok ok 20404',
    list: 'ok ok ok 20404',
    change: '20006 20006 20006 20404',
    delete: '20006 20006 20006 20404',
    balance: 'ok 20404 ok 20404',
    keys: '20006 ok 20006 20404',
    'new key': '20006 20006 20006 20404',
    account: 'ok ok ok 20404',
    'change account': '20006 20006 20006 20404',
    'connect app': '20006 20006 20006 20404',
  },
  'post-all': {
    item: '20006 ok 20006 20404',
    list: '20003 ok 20003 20404',
    change: '20006 ok 20006 20404',
    delete: '20006 ok 20006 20404',
    balance: '20404 20404 20404 20404',
    keys: '20006 ok 20006 20404',
    'new key': '20006 20006 20006 20404',
    account: '20006 ok 20006 20404',
    'change account': '20006 20006 20006 20404',
    'connect app': '20006 20006 20006 20404',
  },
  both: {
    item: 'ok ok ok 20404',
    change: '20006 ok 20006 20404',
    'change account': '20006 20006 20006 20404',
  },
  nothing: { item: '20006 20006 20006 20404', change: '20006 20006 20006 20404' },
  revoked: { item: '20006 20006 20006 20006', list: '20003 20003 20003 20003' },
  'owner of the app': { item: '20404 20404 20404 20404', change: '20404 20404 20404 20404' },
  'Standard key': {
    item: 'ok ok ok 20404',
    change: 'ok ok ok 20404',
    account: '20003 20003 20003 20404',
    'new key': '20003 20003 20003 20404',
  },
  'Main key': { item: 'ok ok ok 20404', 'new key': 'ok ok ok 20404' },
  'wrong token': { item: '20003 20003 20003 20003', change: '20003 20003 20003 20003' },
};

for (const engine of DATABASES) {
  describe(`decisions on ${engine}`, () => {
    let world: World;
    const callers = new Map<string, Credentials>();
    let other: Credentials;
    let foreign: Credentials;

    before(async () => {
      world = await startWorld(engine);
      const { server } = world;
      const { context, customer } = server;
      other = await server.createAccount({ owner: customer.accountSid });
      foreign = await server.createAccount();
      callers.set('customer', customer);
      callers.set('owner of the app', server.developer);
      callers.set('wrong token', { ...customer, authToken: '0'.repeat(32) });
      callers.set('Standard key', await world.createKey(customer.accountSid, 'Standard'));
      callers.set('Main key', await world.createKey(customer.accountSid, 'Main'));
      const both = await world.authorize(['get-all', 'post-all']);
      callers.set('both', both.app);
      callers.set('get-all', (await world.authorize(['get-all'])).app);
      callers.set('post-all', (await world.authorize(['post-all'])).app);
      const nothing = await world.authorize(['get-all']);
      await updateConnectApp(context, server.developer.accountSid, nothing.connectAppSid, {
        Permissions: 'post-all',
      });
      callers.set('nothing', nothing.app);
      const revoked = await world.authorize(['get-all', 'post-all']);
      await revokeAuthorization(context, {
        accountSid: customer.accountSid,
        connectAppSid: revoked.connectAppSid,
      });
      callers.set('revoked', revoked.app);
      callers.set('sandbox itself', {
        ...both.app,
        authToken: await server.tokenOf(both.app.accountSid),
      });
    });
    after(() => world.server.close());

    const callerOf = (name: string): Credentials => {
      const caller = callers.get(name);
      assert.ok(caller, name);
      return caller;
    };

    for (const [name, rows] of Object.entries(TABLE)) {
      it(`follow the table for ${name}, asked by every kind of gateway`, async () => {
        const auth = callerOf(name);
        const isApp = auth.accountSid.startsWith('AC') && auth !== world.server.customer;
        const own = isApp ? auth.accountSid : callerOf('both').accountSid;
        const sandbox =
          name === 'owner of the app' || name === 'wrong token' ? callerOf('both').accountSid : own;
        const targets = [world.server.customer, { accountSid: sandbox }, other, foreign];
        for (const [route, expected] of Object.entries(rows)) {
          const [method, path] = ROUTES[route as Route];
          for (const ask of [world.ask, world.askNginx, world.askEnvoy]) {
            const results: string[] = [];
            for (const { accountSid } of targets) {
              const reply = await ask(method, `${ROOT}/${accountSid}${path}`, { auth });
              results.push(resultOf(reply));
            }
            assert.equal(results.join(' '), expected, `${name}: ${route}`);
          }
        }
      });
    }

    it('give the list of accounts to everyone, for the account of the credentials', async () => {
      for (const name of ['customer', 'get-all', 'post-all', 'sandbox itself']) {
        const auth = callerOf(name);
        const reply = await world.ask('GET', `${ROOT}.json`, { auth });
        assert.equal(resultOf(reply), 'ok', name);
        assert.equal(reply.headers['x-connect-account-sid'], auth.accountSid);
      }
      const refused = await world.ask('POST', `${ROOT}.json`, { auth: callerOf('post-all') });
      assert.equal(resultOf(refused), '20006');
    });

    it('say in one header who acts, and for whom', async () => {
      const { customer } = world.server;
      const { app, connectAppSid } = await world.authorize(['get-all', 'post-all']);
      const target = `${ROOT}/${customer.accountSid}/Messages.json`;
      const ofApp = await world.ask('GET', target, { auth: app });
      const request = ofApp.headers['twilio-request-id'];
      assert.equal(
        ofApp.headers['x-connect-identity'],
        `account="${customer.accountSid}", caller="${app.accountSid}", by="app", app="${connectAppSid}", permissions="get-all post-all", request="${request}"`,
      );
      const ofParent = await world.ask('GET', `${ROOT}/${app.accountSid}.json`, { auth: customer });
      assert.match(
        String(ofParent.headers['x-connect-identity']),
        new RegExp(
          `^account="${app.accountSid}", caller="${customer.accountSid}", by="parent", app="", permissions=""`,
        ),
      );
      const ofKey = await world.ask('GET', target, { auth: callerOf('Main key') });
      assert.equal(ofKey.headers['x-connect-by'], 'key');
    });

    it('see a revocation, a new token and a suspension at once', async () => {
      const { server } = world;
      const { app, connectAppSid } = await world.authorize(['get-all']);
      const target = `${ROOT}/${app.accountSid}/Messages/${SM}.json`;
      assert.equal(resultOf(await world.ask('GET', target, { auth: app })), 'ok');
      await server.setAccountStatus(server.developer.accountSid, 'suspended');
      assert.equal(resultOf(await world.ask('GET', target, { auth: app })), '20005');
      await server.setAccountStatus(server.developer.accountSid, 'active');
      assert.equal(resultOf(await world.ask('GET', target, { auth: app })), 'ok');
      const { accountSid } = server.customer;
      await revokeAuthorization(server.context, { accountSid, connectAppSid });
      assert.equal(resultOf(await world.ask('GET', target, { auth: app })), '20006');
    });

    it('write nothing', async () => {
      const { database } = world.server.context;
      const before = database.commits();
      const auth = callerOf('get-all');
      for (const path of ['/Messages.json', '/Balance.json', '/Calls.json']) {
        await world.ask('GET', `${ROOT}/${auth.accountSid}${path}`, { auth });
      }
      assert.equal(database.commits(), before);
    });
  });
}

/** `ok`, or Twilio's code; checks what every answer of its kind has. */
function resultOf(reply: Reply): string {
  if (reply.status === 200) {
    assert.equal(reply.text, '');
    for (const name of IDENTITY_HEADERS) assert.ok(name in reply.headers, name);
    assert.equal(reply.headers['cache-control'], 'private, max-age=1');
    return 'ok';
  }
  const status = Number(reply.headers['x-connect-status']);
  if (reply.status === status) checkProblem(reply, { status, code: codeOf(reply) });
  else assert.equal(reply.status, 403);
  assert.equal(reply.headers['cache-control'], 'no-store');
  assert.match(String(reply.headers['x-connect-reason']), /^[a-z_]+$/);
  if (status === 401) assert.match(String(reply.headers['www-authenticate']), /^Basic /);
  assert.ok(reply.text.length < 1024);
  return String(codeOf(reply));
}

function codeOf({ text }: Reply): number {
  return text.startsWith('{')
    ? Number(objectOf(JSON.parse(text)).code)
    : Number(/<Code>(\d+)</.exec(text)?.[1]);
}
