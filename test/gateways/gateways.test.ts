/**
 * The recipes of deploy/gateways/ with the real gateways: what was granted passes, with the identity that we
 * gave, and nothing else does, whatever the client sends.
 */

import assert from 'node:assert/strict';
import { after, before, it } from 'node:test';
import { revokeAuthorization } from '../../src/authorizations/operations.ts';
import { parseTarget } from '../../src/gateway/target.ts';
import { arrayOf, objectOf } from '../api/narrow.ts';
import type { Credentials } from '../support/server.ts';
import { describeEach } from './fronts.ts';
import { basicOf } from './raw.ts';
import { type Scene, setScene } from './scene.ts';

describeEach('requests through', (program) => {
  let scene: Scene;
  let customer: Credentials;
  let app: Credentials;
  let connectAppSid: string;
  let root: string;

  before(async () => {
    scene = await setScene(program);
    customer = scene.world.server.customer;
    root = `/2010-04-01/Accounts/${customer.accountSid}`;
    ({ app, connectAppSid } = await scene.world.authorize(['get-all']));
  });
  after(() => scene?.close());

  const ask = (method: string, target: string, auth?: Credentials, more: string[] = []) =>
    scene.ask([`${method} ${target} HTTP/1.1`, ...(auth ? [basicOf(auth)] : []), ...more]);

  it('passes on what was granted, with the identity alone', async () => {
    const { status, body } = await ask('GET', `${root}/Messages.json?a=%2F..%2F`, app);
    assert.equal(status, 200, body);
    const seen = seenIn(body);
    assert.equal(seen.account_sid, customer.accountSid);
    assert.equal(seen.url, `${root}/Messages.json?a=%2F..%2F`);
    const headers = objectOf(seen.headers);
    assert.match(
      String(headers['x-connect-identity']),
      new RegExp(`by="app", app="${connectAppSid}"`),
    );
    assert.match(String(headers['twilio-request-id']), /^RQ/);
    assert.equal(headers.authorization || undefined, undefined);
    assert.equal(headers['x-connect-gateway-token'] || undefined, undefined);
  });

  it('answers each refusal as the API does', async () => {
    const foreign = await scene.world.server.createAccount();
    const theirs = `/2010-04-01/Accounts/${foreign.accountSid}/Calls.json`;
    for (const [method, target, auth, status, code] of [
      ['GET', `${root}/Messages.json`, undefined, 401, 20003],
      ['GET', `${root}/Messages.json`, { ...customer, authToken: 'wrong' }, 401, 20003],
      ['POST', `${root}/Messages.json`, app, 403, 20006],
      ['GET', theirs, customer, 404, 20404],
      ['PROPFIND', `${root}/Messages.json`, customer, 405, 20004],
    ] as const) {
      const reply = await ask(method, target, auth);
      assert.equal(reply.status, status, reply.body);
      assert.equal(objectOf(JSON.parse(reply.body)).code, code);
      assert.match(reply.head, /^twilio-request-id: RQ/im);
      assert.equal(reply.head.match(/^www-authenticate:/gim)?.length ?? 0, status === 401 ? 1 : 0);
    }
    const asXml = await ask('GET', theirs.replace('.json', ''), customer);
    assert.match(asXml.body, /<Code>20404<\/Code>/);
  });

  it('sends what is ours to us, and sees a revocation with the next request', async () => {
    const apps = await ask('GET', `${root}/AuthorizedConnectApps.json`, customer);
    assert.equal(apps.status, 200);
    assert.match(apps.body, /"authorized_connect_apps"/);
    const authorized = await scene.world.authorize(['get-all']);
    const target = `${root}/Messages/SM1.json`;
    assert.equal((await ask('GET', target, authorized.app)).status, 200);
    await revokeAuthorization(scene.world.server.context, {
      accountSid: customer.accountSid,
      connectAppSid: authorized.connectAppSid,
    });
    assert.notEqual((await ask('GET', target, authorized.app)).status, 200);
  });

  it('shows the platform the very target that was decided on, or refuses', async () => {
    const other = app.accountSid;
    let passed = 0;
    for (const ending of TARGETS.flatMap((one) => [one, one.replaceAll('OTHER', other)])) {
      const target = ending.startsWith('!') ? ending.slice(1) : root + ending;
      const reply = await ask('GET', target, customer).catch(() => undefined);
      if (reply === undefined || reply.status !== 200) {
        assert.ok(reply === undefined || reply.status >= 300, `${target}: ${reply?.status}`);
        continue;
      }
      passed += 1;
      const seen = seenIn(reply.body);
      assert.equal(seen.url, scene.relay.lastTarget() ?? seen.url, target);
      const parsed = parseTarget(String(seen.url));
      assert.equal(parsed?.accountSid ?? customer.accountSid, seen.account_sid, target);
    }
    assert.ok(passed >= 4, `${passed} passed`);
  });

  it('lets no client say who it is', async () => {
    const spoofed = 'account="AC00000000000000000000000000000001", spoofed';
    for (const line of SPOOFS) {
      const header = line.includes(':') ? line : `${line}: ${spoofed}`;
      const reply = await ask('GET', `${root}/Calls.json`, customer, [header]);
      if (reply.status !== 200) {
        assert.ok(reply.status >= 400, header);
        continue;
      }
      const seen = seenIn(reply.body);
      assert.equal(seen.account_sid, customer.accountSid, header);
      const held = JSON.stringify(seen.headers).replace(/"connection":"[^"]*"/, '');
      assert.doesNotMatch(held, /spoofed/, header);
    }
    const twice = await ask('GET', `${root}/Calls.json`, customer, [basicOf(app)]);
    assert.notEqual(twice.status, 200);
    const override = await ask('GET', `${root}/Calls.json`, customer, [
      'X-HTTP-Method-Override: DELETE',
    ]);
    assert.equal(override.status, program.stripsOverrides ? 200 : 400);
    assert.doesNotMatch(override.body, /x-http-method-override":"DELETE/);
  });
});

/** Ends of a path below the customer's account; whole targets begin with !. OTHER is another account of the caller. */
const TARGETS = [
  ...[
    '.json',
    '/Messages.json',
    '/Calls',
    '/Messages.json?x=/../y',
    '/Messages.json?PageSize=1&PageSize=2',
  ],
  ...['/../OTHER/Messages.json', '/%2e%2e/OTHER/Calls', '/..%2FOTHER/Calls', '%2F..%2FOTHER/Calls'],
  ...['/./Messages', '//Messages', '/Messages//x', '/..;/OTHER/Calls', ';x=1/Calls', '/Calls;x=1'],
  ...[
    '\\..\\OTHER/Calls',
    '/%5c..%5cOTHER/Calls',
    '/Calls%00',
    '/Calls%zz',
    '/%43alls',
    '/%252e%252e/OTHER',
  ],
  ...[
    '/Calls#x',
    '/Calls?a#b',
    '/é',
    '/Calls%20',
    '/Calls.JSON',
    '/Calls.',
    '/.',
    '/..',
    '/Calls?',
    '/Calls/',
  ],
  ...[
    '!//2010-04-01/Accounts.json',
    '!/2010-04-01/../2010-04-01/Accounts',
    '!/2010-04-01/accounts.json',
  ],
  ...[
    '!http://evil.example/2010-04-01/Accounts.json',
    '!*',
    '!/',
    '!/2010-04-01//Accounts.json',
    '!/_decide',
  ],
  ...[
    '!/connect/v1/denial',
    '!/connect/v1/decide/nginx',
    '/Keys/../Calls.json',
    '/Keys%2F..%2FCalls.json',
  ],
];

/** Headers of a client; those without a value get one that claims to be somebody else. */
const SPOOFS = [
  ...['X-Connect-Identity', 'x-connect-identity', 'X_Connect_Identity', 'X-Connect_Identity'],
  ...['X-Connect-Account-Sid', 'X_Connect_Account_Sid', 'X-Connect-By', 'X-Connect-App-Sid'],
  ...['X-Connect-Permissions', 'X-Connect-Assertion', 'X-Original-URI', 'X-Original-Method'],
  ...['X-Forwarded-Uri: /2010-04-01/Accounts/spoofed', 'X-Forwarded-Method: spoofed'],
  ...['Connection: X-Connect-Identity', 'Connection: close, X-Connect-Identity'],
  ...[
    'Connection: X-Forwarded-Uri, X-Forwarded-Method, Authorization',
    'Connection: X-Connect-Account-Sid',
  ],
];

/** What the platform was asked for, a resource or a list of one. */
function seenIn(body: string): Record<string, unknown> {
  const answer = objectOf(JSON.parse(body));
  return 'account_sid' in answer ? answer : objectOf(arrayOf(Object.values(answer)[0])[0]);
}
