/** The proxy mode: what was granted reaches the platform as it was decided on, and nothing else does. */

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { revokeAuthorization } from '../../src/authorizations/operations.ts';
import { basicOf } from '../gateways/raw.ts';
import { DATABASES } from '../support/databases.ts';
import { bodyOf, echo, echoOf, startProxy, valuesOf } from './proxy-scene.ts';

for (const engine of DATABASES) {
  describe(`the proxy mode on ${engine}`, () => {
    it('passes on what was granted, refuses the rest as the API does, and answers itself what is ours', async (t) => {
      const { world, root, raw } = await startProxy(t, engine, echo);
      const { customer, context } = world.server;
      const { app, connectAppSid } = await world.authorize(['get-all']);
      const target = `${root}/Messages.json?a=%2F..%2F&b=;`;
      const seen = echoOf(await raw([`GET ${target} HTTP/1.1`, basicOf(app)]));
      assert.equal(seen.url, target);
      const [identity = ''] = valuesOf(seen, 'x-connect-identity');
      assert.match(
        identity,
        new RegExp(`^account="${customer.accountSid}", .*app="${connectAppSid}"`),
      );

      const foreign = await world.server.createAccount();
      for (const [line, auth, status, code] of [
        [`GET ${root}/Messages.json`, undefined, 401, 20003],
        [`GET ${root}/Messages.json`, { ...customer, authToken: 'wrong' }, 401, 20003],
        [`POST ${root}/Messages.json`, app, 403, 20006],
        [
          `GET ${root.replace(customer.accountSid, foreign.accountSid)}/Calls.json`,
          app,
          404,
          20404,
        ],
        [`PROPFIND ${root}/Messages.json`, customer, 405, 20004],
        [`GET ${root}/../x.json`, customer, 404, 20404],
      ] as const) {
        const answer = await raw([`${line} HTTP/1.1`, ...(auth ? [basicOf(auth)] : [])]);
        assert.match(answer, new RegExp(`^HTTP/1.1 ${status} `));
        assert.match(bodyOf(answer), new RegExp(`"code":${code},`));
        assert.match(answer, /^twilio-request-id: RQ/im);
        assert.doesNotMatch(answer, /x-connect-reason/i);
      }

      const ours = await raw([
        `GET ${root}/AuthorizedConnectApps.json HTTP/1.1`,
        basicOf(customer),
      ]);
      assert.match(bodyOf(ours), /"authorized_connect_apps":/);
      await revokeAuthorization(context, { accountSid: customer.accountSid, connectAppSid });
      assert.match(await raw([`GET ${target} HTTP/1.1`, basicOf(app)]), /^HTTP\/1.1 401 /);
    });
  });
}

describe('the headers of the proxy mode', () => {
  it('arrive in their order and spelling, without what a client must not say', async (t) => {
    const { world, root, raw } = await startProxy(t, 'sqlite', echo, {
      UPSTREAM_HEADERS: 'X-Platform-Secret=s3cret, X-Other= a b',
    });
    const sent = [
      'X-ZEBRA: 1',
      'x-ant: 2',
      'X-Zebra: \xe9',
      'Cookie: session=s',
      'X_Platform_Secret: guessed',
      'Content-Length: 3',
      ...SPOOFS.map((name) => `${name}: spoofed`),
      'Connection: x-named, Content-Length, Host, X-Connect-Identity, X-Platform-Secret',
      'X-Named: dropped',
      'TE: trailers',
      'Proxy-Authorization: Basic eA==',
    ];
    const answer = await raw(
      [`POST ${root}/Calls.json HTTP/1.1`, ...sent, basicOf(world.server.customer)],
      'a=b',
    );
    const seen = echoOf(answer);
    assert.equal(seen.body, 'a=b');
    const ofClient = ['X-ZEBRA', '1', 'x-ant', '2', 'X-Zebra', '\xe9'];
    const first = seen.rawHeaders.indexOf('X-ZEBRA');
    assert.deepEqual(seen.rawHeaders.slice(first, first + ofClient.length), ofClient);
    for (const [name, values] of [
      ['host', ['api.example.com']],
      ['content-length', ['3']],
      ['x-forwarded-for', ['127.0.0.1']],
      ['x-forwarded-proto', ['http']],
      ['x-platform-secret', ['s3cret']],
      ['x-other', ['a b']],
      ['via', ['1.1 connect-apps']],
    ] as const) {
      assert.deepEqual(valuesOf(seen, name), values);
    }
    assert.equal(valuesOf(seen, 'x-connect-identity').length, 1);
    const all = seen.rawHeaders.join('\n');
    assert.doesNotMatch(all, /spoofed|guessed|session=|x-named|^authorization|^te$|proxy-auth/im);

    const { request, customer: auth } = world.server;
    const path = `${root}/Calls.json`;
    const override = { 'x-http-method-override': 'DELETE' };
    assert.equal((await request('GET', path, { auth, headers: override })).status, 400);
    // A browser adds the credentials that it remembers.
    const fromElsewhere = { 'sec-fetch-site': 'cross-site' };
    assert.equal((await request('POST', path, { auth, headers: fromElsewhere })).status, 403);
    assert.equal((await request('GET', path, { auth, headers: fromElsewhere })).status, 200);
    assert.match(await raw([`GET ${path} HTTP/1.1`, basicOf(auth), 'Host: b']), /^HTTP\/1\.1 400 /);
  });

  it('of an answer keep it from acting in the console, which has the same origin', async (t) => {
    const { world, root, raw } = await startProxy(t, 'sqlite', (_, response) => {
      response.writeHead(200, [
        ...['Content-Type', 'text/html', 'Set-Cookie', 'session=theirs', 'X-Kept', '1'],
        ...['Connection', 'x-dropped', 'X-Dropped', '1'],
      ]);
      response.end('<script>alert(1)</script>');
    });
    const answer = await raw([`GET ${root}/Media/ME1 HTTP/1.1`, basicOf(world.server.customer)]);
    assert.match(
      answer,
      /^Content-Security-Policy: sandbox\r\nX-Content-Type-Options: nosniff\r$/m,
    );
    assert.match(answer, /^X-Kept: 1\r$/m);
    assert.doesNotMatch(answer, /set-cookie|x-dropped/i);
  });

  it('carry on what a trusted proxy says, and the credentials that only the platform knows', async (t) => {
    const { root, raw } = await startProxy(t, 'sqlite', echo, {
      TRUST_PROXY: '127.0.0.1',
      UNKNOWN_ACCOUNTS: 'pass',
      GATEWAY_SIGNING: 'on',
    });
    const accountSid = `AC${'9'.repeat(32)}`;
    const auth = basicOf({ accountSid, authToken: 'of the platform' });
    const target = `/2010-04-01/Accounts/${accountSid}/Calls.json`;
    const said = ['X-Forwarded-For: 192.0.2.7', 'X-Forwarded-Proto: https'];
    const seen = echoOf(await raw([`GET ${target} HTTP/1.1`, auth, ...said]));
    assert.deepEqual(valuesOf(seen, 'x-forwarded-for'), ['192.0.2.7, 127.0.0.1']);
    assert.deepEqual(valuesOf(seen, 'x-forwarded-proto'), ['https']);
    assert.equal(`Authorization: ${valuesOf(seen, 'authorization')}`, auth);
    assert.match(valuesOf(seen, 'x-connect-identity').join(), /by="unknown"/);
    assert.equal(valuesOf(seen, 'x-connect-assertion').join().split('.').length, 3);
    assert.match(await raw([`GET ${root}/Calls.json HTTP/1.1`, auth]), /^HTTP\/1\.1 401 /);
  });
});

const SPOOFS = [
  ...['X-Connect-Identity', 'x_connect_identity', 'X-Connect_Account-Sid', 'X-Connect-Assertion'],
  ...['X-Original-URI', 'X-Original-Method', 'X-Forwarded-Method', 'X_Forwarded_Uri', 'Forwarded'],
  ...['X-Forwarded-For', 'X-Forwarded-Proto', 'X-Forwarded-Host', 'X-Real-IP', 'X-Rewrite-URL'],
  ...['Twilio-Request-Id', 'X_HTTP_Method_Override', 'X.Connect.Identity', 'Upgrade'],
];
