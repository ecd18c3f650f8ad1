/** Each way in which a gateway, or its client, could get another answer than the one that holds. */

import assert from 'node:assert/strict';
import { createPublicKey, verify } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { after, before, describe, it } from 'node:test';
import { checkProblem } from '../api/check-problem.ts';
import { arrayOf, objectOf } from '../api/narrow.ts';
import { basicOf } from '../gateways/raw.ts';
import { type Credentials, type Reply, send } from '../support/server.ts';
import { startWorld, type World } from './gateway.ts';

const ROOT = '/2010-04-01/Accounts';
const TOKEN = 'a-token-of-the-gateway';

describe('the port of gateways', () => {
  let world: World;
  let own: string;
  let theirs: string;
  let auth: Credentials;
  let foreign: Credentials;

  before(async () => {
    world = await startWorld('sqlite');
    auth = world.server.customer;
    foreign = await world.server.createAccount();
    own = `${ROOT}/${auth.accountSid}/Messages.json`;
    theirs = `${ROOT}/${foreign.accountSid}/Messages.json`;
  });
  after(() => world.server.close());

  it('reads only what the gateway of the URL sets, whatever its client sends besides', async () => {
    const forwarded = { 'x-forwarded-method': 'GET', 'x-forwarded-uri': own };
    const original = { 'x-original-method': 'GET', 'x-original-uri': own };
    for (const target of [own, theirs]) {
      const expected = target === own ? 200 : 404;
      const byForwarded = await world.ask('GET', target, { auth, headers: original });
      assert.equal(byForwarded.status, expected);
      const byNginx = await world.askNginx('GET', target, { auth, headers: forwarded });
      assert.equal(byNginx.status, expected === 404 ? 403 : 200);
      const byEnvoy = await world.askEnvoy('GET', target, {
        auth,
        headers: { ...forwarded, ...original },
      });
      assert.equal(byEnvoy.status, expected);
    }
    const onlyTheOther = { auth, headers: original };
    checkProblem(await world.send('GET', '/connect/v1/decide/forwarded', onlyTheOther), {
      status: 400,
      code: 20001,
    });
  });

  it('takes no question that is asked twice, half or not at all', async () => {
    const basic = basicOf(auth);
    for (const lines of [
      [],
      [`X-Forwarded-Uri: ${own}`],
      ['X-Forwarded-Method: GET'],
      ['X-Forwarded-Method: GET', 'X-Forwarded-Uri:'],
      ['X-Forwarded-Method: GET', 'X-Forwarded-Method: GET', `X-Forwarded-Uri: ${own}`],
      ['X-Forwarded-Method: GET', `X-Forwarded-Uri: ${own}`, `x-forwarded-uri: ${theirs}`],
    ]) {
      const asked = ['GET /connect/v1/decide/forwarded HTTP/1.1', 'Host: x', basic, ...lines];
      assert.match(await raw(asked), /^HTTP\/1\.1 400 /);
    }
    const twice = ['X-Original-Method: GET', `X-Original-URI: ${own}`, `X-Original-URI: ${own}`];
    const asked = ['GET /connect/v1/decide/nginx HTTP/1.1', 'Host: x', basic, ...twice];
    assert.match(await raw(asked), /^HTTP\/1\.1 403 [\s\S]*X-Connect-Status: 400/);
  });

  it('ignores the query of its own URL, and conditions', async () => {
    const path = `/connect/v1/decide/forwarded?uri=${theirs}&x-forwarded-uri=${theirs}`;
    const headers = { 'x-forwarded-method': 'GET', 'x-forwarded-uri': own, 'if-none-match': '*' };
    const reply = await world.send('POST', path, { auth, headers });
    assert.equal(reply.status, 200);
  });

  it('takes exactly one Authorization', async () => {
    const lines = (...more: string[]) => [
      ...['GET /connect/v1/decide/forwarded HTTP/1.1', 'Host: x', 'X-Forwarded-Method: GET'],
      ...[`X-Forwarded-Uri: ${own}`, ...more],
    ];
    assert.match(await raw(lines(basicOf(auth))), /^HTTP\/1\.1 200 /);
    assert.match(
      await raw(lines()),
      /^HTTP\/1\.1 401 [\s\S]*X-Connect-Reason: credentials_missing/,
    );
    const twice = lines(basicOf(foreign), basicOf(auth));
    assert.match(await raw(twice), /^HTTP\/1\.1 401 [\s\S]*credentials_twice/);
    const merged = lines(`${basicOf(auth)},${basicOf(foreign).slice('Authorization: '.length)}`);
    assert.match(await raw(merged), /^HTTP\/1\.1 401 /);
    assert.match(await raw(lines('Authorization: Bearer x')), /^HTTP\/1\.1 401 /);
  });

  it('refuses a header that overrides the method, and methods that it does not know', async () => {
    const override = { auth, headers: { 'x-http-method-override': 'DELETE' } };
    const refused = await world.ask('GET', own, override);
    checkProblem(refused, { status: 400, code: 20001 });
    assert.equal(refused.headers['x-connect-reason'], 'method_override');
    for (const method of ['PROPFIND', 'get', 'TRACE', 'CONNECT', 'G\u00c9T', 'GET POST']) {
      checkProblem(await world.ask(method, own, { auth }), { status: 405, code: 20004 });
      const byNginx = await world.askNginx(method, own, { auth });
      assert.equal(byNginx.status, 403);
      assert.equal(byNginx.headers['x-connect-status'], '405');
    }
    checkProblem(await world.askEnvoy('PROPFIND', own, { auth }), { status: 405, code: 20004 });
  });

  it('lets a preflight pass without credentials, as nobody', async () => {
    for (const ask of [world.ask, world.askNginx, world.askEnvoy]) {
      const reply = await ask('OPTIONS', own);
      assert.equal(reply.status, 200);
      assert.equal(reply.headers['x-connect-by'], 'anonymous');
      assert.match(
        String(reply.headers['x-connect-identity']),
        /^account="", caller="", by="anonymous", app="", permissions="", request="RQ/,
      );
      assert.equal((await ask('OPTIONS', `${ROOT}/..`)).status === 200, false);
    }
  });

  it('answers in the form of the original URL', async () => {
    const base = theirs.replace('.json', '');
    for (const [ending, type] of [
      ['.json', 'json'],
      ['', 'xml'],
      ['.xml', 'xml'],
      ['.csv', 'xml'],
      ['.json?x=.xml', 'json'],
    ]) {
      for (const ask of [world.ask, world.askEnvoy, world.askDenial]) {
        const reply = await ask('GET', base + ending, { auth });
        checkProblem(reply, { status: 404, code: 20404 });
        assert.match(String(reply.headers['content-type']), new RegExp(`^application/${type}`));
      }
    }
  });

  it('tells nginx only 200, 401 and 403, and the whole truth at the URL of denials', async () => {
    const { app } = await world.authorize(['get-all']);
    for (const [method, target, options, status, denial] of [
      ['GET', own, { auth }, 200, 503],
      ['GET', own, {}, 401, 401],
      ['POST', own, { auth: app }, 403, 403],
      ['GET', theirs, { auth }, 403, 404],
      ['GET', `${ROOT}/..`, { auth }, 403, 404],
      ['PROPFIND', own, { auth }, 403, 405],
      ['', own, { auth }, 403, 400],
    ] as const) {
      assert.equal((await world.askNginx(method, target, options)).status, status);
      const told = await world.askDenial(method, target, options);
      assert.equal(told.status, denial);
      assert.equal(told.headers['retry-after'], denial === 503 ? '0' : undefined);
    }
  });

  it('decides on a target of 8 kB with headers of 24 kB, and refuses as nginx knows what it cannot read', async () => {
    const long = `${own}?${'a'.repeat(8000)}`;
    const headers = { cookie: 'c'.repeat(24_000) };
    assert.equal((await world.askNginx('GET', long, { auth, headers })).status, 200);
    const tooLong = { auth, headers: { cookie: 'c'.repeat(70_000) } };
    assert.equal((await world.askNginx('GET', own, tooLong)).status, 403);
    assert.match(await raw(['no request']), /^HTTP\/1\.1 403 /);
  });

  it('says little of a long target, which some gateways could not take', async () => {
    const reply = await world.ask('GET', `${ROOT}/${'x'.repeat(10_000)}.json`, { auth });
    checkProblem(reply, { status: 404, code: 20404 });
    assert.ok(reply.text.length < 1024);
  });

  it('waits for no body that a gateway announces', async () => {
    const asked = [
      ...['GET /connect/v1/decide/nginx HTTP/1.1', 'Host: x', basicOf(auth), 'Content-Length: 9'],
      ...['X-Original-Method: POST', `X-Original-URI: ${own}`, 'Expect: 100-continue'],
    ];
    assert.match(await raw(asked), /^HTTP\/1\.1 200 [\s\S]*Connection: close/);
  });

  it('holds back no client for another one on the same connection', async () => {
    const ask = (basic: string, index: number) =>
      `GET /connect/v1/decide/forwarded HTTP/1.1\r\nHost: x\r\n${basic}\r\nX-Forwarded-Method: GET\r\nX-Forwarded-Uri: ${own}\r\nConnection: ${index < 11 ? 'keep-alive' : 'close'}\r\n\r\n`;
    const wrong = basicOf({ ...auth, authToken: 'wrong' });
    const questions = Array.from({ length: 12 }, (_, index) =>
      index === 5 ? wrong : basicOf(auth),
    );
    const answers = await raw([questions.map(ask).join('')]);
    const statuses = [...answers.matchAll(/HTTP\/1\.1 (\d+) /g)].map(([, status]) => status);
    assert.deepEqual(
      statuses,
      questions.map((one) => (one === wrong ? '401' : '200')),
    );
  });

  it('logs one line a decision, without query, name or secret', async () => {
    const target = theirs.replace('.json', '/%2B15550001111/SomeName.json?To=%2B15552223333');
    const { headers } = await world.ask('GET', target, { auth: foreign });
    const lines = world.server.logs().split('\n');
    const ofRequest = lines.filter((line) => line.includes(String(headers['twilio-request-id'])));
    assert.equal(ofRequest.length, 1);
    const line = objectOf(JSON.parse(String(ofRequest[0])));
    assert.equal(line.body, 'GET /Accounts/{Sid}/Messages/*/SomeName');
    assert.equal(line['connect_apps.decision'], 'allow');
    assert.equal(line['connect_apps.account.sid'], foreign.accountSid);
    const log = world.server.logs();
    // Whole numbers: a random SID may have the digits that both begin with.
    const numbers = ['15550001111', '15552223333', '2B1555', '+1555', 'To='];
    for (const secret of [...numbers, foreign.authToken, basicOf(foreign).slice(21)]) {
      assert.ok(!log.includes(secret), secret);
    }
  });

  it('remembers why it refused, and counts decisions', async () => {
    const { app, connectAppSid } = await world.authorize(['get-all']);
    const { headers } = await world.ask('POST', own, { auth: app });
    const request = String(headers['twilio-request-id']);
    for (const query of [`request=${request}`, `connect_app_sid=${connectAppSid}`]) {
      const reply = await world.send('GET', `/connect/v1/decisions?${query}`);
      const [denial, ...more] = arrayOf(objectOf(reply.json).decisions).map(objectOf);
      assert.deepEqual(more, []);
      const { time: _, ...known } = denial ?? {};
      assert.deepEqual(known, {
        request,
        status: 403,
        code: 20006,
        decision: 'deny',
        method: 'POST',
        route: '/Accounts/{Sid}/Messages',
        account_sid: auth.accountSid,
        caller_sid: app.accountSid,
        connect_app_sid: connectAppSid,
        reason: 'permission_missing',
        explanation: 'The app is granted get-all; a POST of this account needs post-all.',
      });
    }
    const { text: metrics } = await send(world.server.url, 'GET', '/metrics');
    assert.match(
      metrics,
      /connect_decisions_total\{decision="deny",reason="permission_missing"\} [1-9]/,
    );
    assert.match(metrics, /connect_decisions_seconds_count [1-9]/);
  });

  it('answers nothing else', async () => {
    for (const path of ['/', own, '/console', '/connect/v1/decide', '/connect/v1/decide/envoy']) {
      assert.equal((await world.send('GET', path, { auth })).status, 404, path);
    }
    assert.equal((await send(world.server.url, 'GET', '/connect/v1/decisions')).status, 404);
  });

  async function raw(lines: readonly string[], last = 'Connection: close'): Promise<string> {
    const { hostname, port } = new URL(world.server.gatewayUrl);
    const socket = connect(Number(port), hostname);
    const [head = '', ...rest] = lines;
    const whole = head.endsWith('\r\n') ? head : [head, ...rest, last, '', ''].join('\r\n');
    // Not its end, too: Node.js answers nothing more once it has read that.
    socket.write(whole);
    return text(socket);
  }
});

describe('a gateway with a token', () => {
  it('is refused without it, as if we had failed', async () => {
    const world = await startWorld('sqlite', { GATEWAY_TOKEN: TOKEN });
    try {
      const { customer: auth } = world.server;
      const target = `${ROOT}/${auth.accountSid}.json`;
      for (const token of ['', 'wrong', `${TOKEN}x`]) {
        const headers = { 'x-connect-gateway-token': token };
        const reply = await world.ask('GET', target, { auth, headers });
        checkProblem(reply, { status: 503, code: 20503 });
        assert.equal(reply.headers['x-connect-reason'], 'gateway_token_wrong');
        assert.equal((await world.askNginx('GET', target, { auth, headers })).status, 403);
        assert.equal((await world.askDenial('GET', target, { auth, headers })).status, 503);
        assert.equal((await world.send('GET', '/connect/v1/decisions', { headers })).status, 401);
      }
      const headers = { 'x-connect-gateway-token': TOKEN };
      assert.equal((await world.ask('GET', target, { auth, headers })).status, 200);
      assert.equal((await world.send('GET', '/connect/v1/decisions', { headers })).status, 200);
    } finally {
      await world.server.close();
    }
  });
});

describe('accounts that only the platform knows', () => {
  const stranger = { accountSid: `AC${'9'.repeat(32)}`, authToken: 'x' };

  it('are refused by default', async () => {
    const world = await startWorld('sqlite');
    const reply = await world.ask('GET', `${ROOT}/${stranger.accountSid}.json`, { auth: stranger });
    checkProblem(reply, { status: 401, code: 20003 });
    await world.server.close();
  });

  it('pass as unknown with UNKNOWN_ACCOUNTS=pass, and never for an account of ours', async () => {
    const world = await startWorld('sqlite', { UNKNOWN_ACCOUNTS: 'pass' });
    try {
      const { customer } = world.server;
      const { app } = await world.authorize(['get-all']);
      for (const path of [`/${stranger.accountSid}/Messages.json`, '.json']) {
        const reply = await world.ask('POST', ROOT + path, { auth: stranger });
        assert.equal(reply.status, 200);
        assert.match(String(reply.headers['x-connect-identity']), /^account="", .*by="unknown"/);
      }
      for (const { accountSid } of [customer, app]) {
        const target = `${ROOT}/${accountSid}/Messages.json`;
        const byStranger = await world.ask('GET', target, { auth: stranger });
        checkProblem(byStranger, { status: 401, code: 20003 });
        const wrong = { accountSid, authToken: 'wrong' };
        checkProblem(await world.ask('GET', target, { auth: wrong }), { status: 401, code: 20003 });
        const theirs = `${ROOT}/${stranger.accountSid}/Messages.json`;
        checkProblem(await world.ask('GET', theirs, { auth: wrong }), { status: 401, code: 20003 });
      }
    } finally {
      await world.server.close();
    }
  });
});

describe('signed assertions', () => {
  it('say the same as the identity, and can be checked with the published key', async () => {
    const world = await startWorld('sqlite', { GATEWAY_SIGNING: 'on' });
    try {
      const { customer: auth } = world.server;
      const target = `${ROOT}/${auth.accountSid}/Messages.json?a=b`;
      const reply = await world.ask('POST', target, { auth });
      const [header = '', claims = '', signature = ''] = String(
        reply.headers['x-connect-assertion'],
      ).split('.');
      const keySet = await world.send('GET', '/connect/v1/jwks.json');
      const [key = {}] = arrayOf(objectOf(keySet.json).keys).map(objectOf);
      assert.equal(decode(header).kid, key.kid);
      const publicKey = createPublicKey({ key, format: 'jwk' });
      const bytes = Buffer.from(signature, 'base64url');
      assert.ok(verify(null, Buffer.from(`${header}.${claims}`), publicKey, bytes));
      const { iat, exp, ...rest } = decode(claims);
      assert.equal(Number(exp) - Number(iat), 10);
      assert.deepEqual(rest, {
        iss: 'connect-apps',
        jti: reply.headers['twilio-request-id'],
        account: auth.accountSid,
        caller: auth.accountSid,
        by: 'account',
        app: '',
        permissions: '',
        method: 'POST',
        path: target,
      });
      const denied = await world.ask('POST', target, {});
      assert.equal(denied.headers['x-connect-assertion'], undefined);
    } finally {
      await world.server.close();
    }
  });
});

describe('a key of the owner of an app', () => {
  it('acts for a customer only with KEYS_ACT_FOR_APPS', async () => {
    for (const KEYS_ACT_FOR_APPS of ['false', 'true']) {
      const world = await startWorld('sqlite', { KEYS_ACT_FOR_APPS });
      const { app, connectAppSid } = await world.authorize(['post-all']);
      const auth = await world.createKey(world.server.developer.accountSid, 'Standard');
      const reply = await world.ask('POST', `${ROOT}/${app.accountSid}/Messages`, { auth });
      assert.equal(reply.status, KEYS_ACT_FOR_APPS === 'true' ? 200 : 404);
      const named = KEYS_ACT_FOR_APPS === 'true' ? connectAppSid : undefined;
      assert.equal(reply.headers['x-connect-app-sid'], named);
      const { customer } = world.server;
      const outside = await world.ask('POST', `${ROOT}/${customer.accountSid}/Messages`, { auth });
      assert.equal(outside.status, 404);
      await world.server.close();
    }
  });
});

describe('the rules of routes', () => {
  let folder: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'connect-apps-rules-'));
  });
  after(() => rm(folder, { recursive: true }));

  it('come before the built-in table, and are read again while the server runs', async () => {
    const file = join(folder, 'rules.json');
    await writeFile(
      file,
      JSON.stringify([
        { path: '/Accounts/{AccountSid}/Balance', methods: ['GET'], app: 'never', as: 404 },
        {
          path: '/Accounts/{AccountSid}/Recordings/**',
          methods: ['GET'],
          app: 'get-all',
          scope: 'sandbox',
        },
        {
          path: '/Accounts/{AccountSid}/Reports/*/Run',
          methods: ['POST'],
          app: 'any',
          scope: 'sandbox',
        },
        { path: '/Accounts/{AccountSid}/Faxes/**', app: 'never' },
      ]),
    );
    const world = await startWorld('sqlite', { ROUTE_RULES: file });
    try {
      const { accountSid } = world.server.customer;
      const { app } = await world.authorize(['get-all']);
      const ask = async (method: string, sid: string, path: string) =>
        statusOf(await world.ask(method, `${ROOT}/${sid}${path}`, { auth: app }));
      for (const ending of ['', '.json', '/', '.xml/']) {
        for (const name of ['Balance', 'balance', 'BALANCE']) {
          assert.equal(await ask('GET', accountSid, `/${name}${ending}`), 404);
          assert.equal(await ask('HEAD', accountSid, `/${name}${ending}`), 404);
        }
      }
      assert.equal(await ask('GET', accountSid, '/Recordings'), 401);
      assert.equal(await ask('GET', accountSid, `/Recordings/RE${'0'.repeat(32)}.mp3`), 403);
      assert.equal(await ask('GET', app.accountSid, '/Recordings'), 200);
      assert.equal(await ask('POST', app.accountSid, '/Reports/Daily/Run'), 200);
      assert.equal(await ask('POST', app.accountSid, '/Reports/Daily/Run/Twice'), 403);
      assert.equal(await ask('GET', app.accountSid, '/Faxes'), 401);
      assert.equal(await ask('GET', accountSid, '/Messages'), 200);
      const own = await world.ask('GET', `${ROOT}/${accountSid}/Faxes`, {
        auth: world.server.customer,
      });
      assert.equal(own.status, 200);

      await writeFile(file, '[{ "path": "/Accounts/**", "methods": ["GET"], "app": "any" }]');
      world.server.reload();
      const { app: acting } = await world.authorize(['post-all']);
      for (const [sid, expected] of [
        [accountSid, 403],
        [acting.accountSid, 200],
      ] as const) {
        const target = `${ROOT}/${sid}/Messages/${'SM'.padEnd(34, '0')}`;
        const reply = await world.ask('GET', target, { auth: acting });
        assert.equal(reply.status, expected);
      }

      await writeFile(file, '[{ "path": "/Accounts/*/Messages/**", "app": "never" }]');
      world.server.reload();
      assert.equal(await ask('GET', accountSid, '/Messages.json'), 401);
      assert.equal(await ask('GET', accountSid, '/Recordings'), 200);
      await writeFile(file, '[{ "path": "/Accounts/*/Calls/**", "app": "sometimes" }]');
      world.server.reload();
      assert.equal(await ask('GET', accountSid, '/Messages.json'), 401);
      assert.match(world.server.logs(), /The rules of routes stay as they were/);
    } finally {
      await world.server.close();
    }
  });

  it('that make no sense, or would let an app out of its subaccount, are refused at the start', async () => {
    const file = join(folder, 'wrong.json');
    for (const [rules, sentence] of [
      ['{', /cannot be used/],
      ['{}', /must be an array/],
      ['[1]', /rule 1 must be an object/],
      ['[{"path":"/Accounts","app":"never","apps":1}]', /unknown member apps/],
      ['[{"path":"/Accounts/**/Calls","app":"never"}]', /path of rule 1/],
      ['[{"path":"/Accounts/(.*)","app":"never"}]', /path of rule 1/],
      ['[{"path":"/2010-04-01/Accounts","app":"never"}]', /path of rule 1/],
      ['[{"path":"/Accounts/*/Calls.json","app":"never"}]', /path of rule 1/],
      ['[{"path":"/Accounts/*/Calls","methods":["OPTIONS"],"app":"never"}]', /a method of rule 1/],
      ['[{"path":"/Accounts/*/Calls","methods":[],"app":"never"}]', /methods of rule 1/],
      ['[{"path":"/Accounts/*/Calls","app":"get-all"}]', /outside its own subaccount/],
      ['[{"path":"/Accounts/*/Calls","app":"post-all","scope":"family"}]', /outside its own/],
      ['[{"path":"/Accounts/*/Calls","app":"never","as":500}]', /as of rule 1/],
    ] as const) {
      await writeFile(file, rules);
      await assert.rejects(startWorld('sqlite', { ROUTE_RULES: file }), sentence, rules);
    }
    await assert.rejects(startWorld('sqlite', { ROUTE_RULES: join(folder, 'none') }), /ENOENT/);
  });
});

function statusOf({ status }: Reply): number {
  return status;
}

function decode(part: string): Record<string, unknown> {
  return objectOf(JSON.parse(Buffer.from(part, 'base64url').toString()));
}
