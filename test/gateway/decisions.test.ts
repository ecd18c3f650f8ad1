/** What gateways are answered, whoever asks for whatever: the table of isolation, and what every answer has. */

import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { revokeAuthorization } from '../../src/authorizations/operations.ts';
import { checkProblem } from '../api/check-problem.ts';
import { objectOf } from '../api/narrow.ts';
import { DATABASES } from '../support/databases.ts';
import type { Reply } from '../support/server.ts';
import { startWorld, type World } from './gateway.ts';
import { type Callers, makeCallers, ROOT, ROUTES, type Route, SM, TABLE } from './isolation.ts';

const IDENTITY_HEADERS = [
  'x-connect-identity',
  'x-connect-account-sid',
  'x-connect-by',
  'x-connect-app-sid',
  'x-connect-permissions',
  'twilio-request-id',
];

for (const engine of DATABASES) {
  describe(`decisions on ${engine}`, () => {
    let world: World;
    let callers: Callers;

    before(async () => {
      world = await startWorld(engine);
      callers = await makeCallers(world);
    });
    after(() => world.server.close());

    for (const [name, rows] of Object.entries(TABLE)) {
      it(`follow the table for ${name}, asked by every kind of gateway`, async () => {
        const auth = callers.of(name);
        for (const [route, expected] of Object.entries(rows)) {
          const [method, path] = ROUTES[route as Route];
          for (const ask of [world.ask, world.askNginx, world.askEnvoy]) {
            const results: string[] = [];
            for (const accountSid of callers.targetsOf(name)) {
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
        const auth = callers.of(name);
        const reply = await world.ask('GET', `${ROOT}.json`, { auth });
        assert.equal(resultOf(reply), 'ok', name);
        assert.equal(reply.headers['x-connect-account-sid'], auth.accountSid);
      }
      const refused = await world.ask('POST', `${ROOT}.json`, { auth: callers.of('post-all') });
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
      const ofKey = await world.ask('GET', target, { auth: callers.of('Main key') });
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
      const auth = callers.of('get-all');
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
