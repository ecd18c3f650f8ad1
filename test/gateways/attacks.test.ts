/** What no client library sends: nothing gets past a decision on bytes that one program reads as two requests, or another. */

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type ClientHttp2Session, connect, type OutgoingHttpHeaders } from 'node:http2';
import { text } from 'node:stream/consumers';
import { after, before, it } from 'node:test';
import { revokeAuthorization } from '../../src/authorizations/operations.ts';
import type { Credentials } from '../support/server.ts';
import { until } from '../support/until.ts';
import { describeEach } from './fronts.ts';
import { type Answer, answersIn, basicOf, exchangeBriefly, HOST, open } from './raw.ts';
import { type Scene, setScene } from './scene.ts';

describeEach('an attack on', (program) => {
  let scene: Scene;
  let customer: Credentials;
  let calls: string;
  let hidden: string;

  before(async () => {
    scene = await setScene(program);
    customer = scene.world.server.customer;
    calls = `/2010-04-01/Accounts/${customer.accountSid}/Calls.json`;
    const other = await scene.world.server.createAccount();
    const identity = `account="${other.accountSid}", by="account"`;
    hidden = [
      `GET /2010-04-01/Accounts/${other.accountSid}/Smuggled.json HTTP/1.1`,
      HOST,
      `X-Connect-Identity: ${identity}`,
      'Connection: close\r\n\r\n',
    ].join('\r\n');
  });
  after(() => scene?.close());

  /** Sends bytes, and what the platform saw of it. */
  async function attack(bytes: string): Promise<{ answers: Answer[]; seen: string[] }> {
    await scene.platform.seen();
    const answers = answersIn(await exchangeBriefly(scene.port, bytes));
    return { answers, seen: await scene.platform.seen() };
  }

  it('hides no request in the body of another', async () => {
    for (const lines of FRAMINGS) {
      for (const ending of ['\r\n', '\n']) {
        const own = [`POST ${calls} HTTP/1.1`, HOST, basicOf(customer), 'Connection: close'];
        const body = `0${ending}${ending}${hidden}`.padEnd(500);
        const { seen } = await attack([...own, ...lines, '', ''].join(ending) + body);
        assert.ok(!seen.some((line) => line.includes('Smuggled')), `${lines}: ${seen.join('\n')}`);
      }
    }
  });

  it('reads no line as two, and no name as another', async () => {
    for (const line of LINES) {
      const sent = [`GET ${calls} HTTP/1.1`, HOST, line, basicOf(customer), 'Connection: close'];
      const { answers, seen } = await attack([...sent, '', ''].join('\r\n'));
      for (const one of seen) assert.ok(one.includes(identityOf(customer)), `${line}: ${one}`);
      const passed = answers.filter(({ status }) => status < 300);
      assert.equal(seen.length, passed.length, line);
      for (const { body } of passed) assert.doesNotMatch(body, SPOOFED, line);
    }
  });

  it('takes one Authorization, whatever its form', async () => {
    const foreign = basicOf(await scene.world.server.createAccount());
    const [, value = ''] = foreign.split(': ');
    for (const lines of [
      [foreign, basicOf(customer)],
      [basicOf(customer), foreign],
      [`${basicOf(customer)}, ${value}`],
      [basicOf(customer), `Authorization: Bearer x`],
      [`Proxy-${basicOf(customer)}`],
      ['Authorization: Basic', ` ${value}`],
    ]) {
      const sent = [`GET ${calls} HTTP/1.1`, HOST, ...lines, 'Connection: close', '', ''];
      const { answers, seen } = await attack(sent.join('\r\n'));
      assert.deepEqual(seen, [], lines.join('\n'));
      for (const { status } of answers) assert.ok(status >= 400, `${status}: ${lines}`);
    }
  });

  it('decides on what it forwards, in other forms of a request line', async () => {
    const other = await scene.world.server.createAccount();
    const theirs = `/2010-04-01/Accounts/${other.accountSid}/Calls.json`;
    const host = 'http://api.platform.example';
    for (const line of [
      `GET ${theirs} HTTP/1.0`,
      `GET ${theirs}`,
      `GET ${host}${theirs} HTTP/1.1`,
      `GET ${host}${calls}/../../..${theirs} HTTP/1.1`,
      `GET ${host}@evil.example${theirs} HTTP/1.1`,
      `GET ${theirs} ${calls} HTTP/1.1`,
      `GET ${calls}\t${theirs} HTTP/1.1`,
      `CONNECT 127.0.0.1:${scene.platform.port} HTTP/1.1`,
      `CONNECT ${theirs} HTTP/1.1`,
      `TRACE ${theirs} HTTP/1.1`,
      `get ${theirs} HTTP/1.1`,
      `GET ${theirs} HTTP/2.0`,
    ]) {
      const sent = [line, HOST, basicOf(customer), 'Connection: close', '', ''];
      const { answers, seen } = await attack(sent.join('\r\n'));
      assert.deepEqual(seen, [], line);
      for (const { status } of answers) assert.ok(!(status < 400), `${line}: ${status}`);
    }
    for (const line of [`GET ${calls} HTTP/1.0`, `GET ${host}${calls} HTTP/1.1`]) {
      const sent = [line, HOST, basicOf(customer), 'Connection: close', '', ''];
      const { seen } = await attack(sent.join('\r\n'));
      for (const one of seen) {
        assert.ok(one.startsWith(`GET ${calls} ${identityOf(customer)}`), `${line}: ${one}`);
      }
    }
  });

  it('passes nothing undecided because it is long', async () => {
    for (const [target, line] of [
      [`${calls}?a=${'b'.repeat(20_000)}`, 'X: y'],
      [calls, `X: ${'y'.repeat(14_000)}`],
      [
        calls,
        Array.from({ length: 10 }, (_, index) => `X-${index}: ${'y'.repeat(7000)}`).join('\r\n'),
      ],
      [calls, Array.from({ length: 300 }, (_, index) => `X-${index}: y`).join('\r\n')],
    ] as const) {
      const sent = [`GET ${target} HTTP/1.1`, HOST, line, 'Connection: close', '', ''];
      const { answers, seen } = await attack(sent.join('\r\n'));
      assert.deepEqual(seen, []);
      for (const { status } of answers) assert.ok(!(status < 400), `${status}`);
    }
  });

  it('decides on each request of a connection', async () => {
    const request = (...lines: string[]) => [`GET ${calls} HTTP/1.1`, HOST, ...lines, '', ''];
    const { answers, seen } = await attack(
      [
        request(basicOf(customer)),
        request(),
        request(basicOf(customer)),
        request(basicOf({ ...customer, authToken: 'wrong' }), 'Connection: close'),
      ]
        .flatMap((lines) => lines.join('\r\n'))
        .join(''),
    );
    assert.deepEqual(
      answers.map(({ status }) => status),
      [200, 401, 200, 401],
    );
    assert.equal(seen.length, 2);
  });

  it('sees a revocation behind a body that was held back', async () => {
    const { app, connectAppSid } = await scene.world.authorize(['post-all']);
    const target = `/2010-04-01/Accounts/${app.accountSid}/Messages.json`;
    await scene.platform.seen();
    const socket = open(scene.port);
    const head = [`POST ${target} HTTP/1.1`, HOST, basicOf(app)];
    socket.write([...head, 'Content-Length: 6', '', 'Bod'].join('\r\n'));
    const decided = () => scene.world.server.logs().includes(`/Accounts/{Sid}/Messages`);
    await until('it was decided on', decided, 5000);
    await revokeAuthorization(scene.world.server.context, {
      accountSid: customer.accountSid,
      connectAppSid,
    });
    socket.write(`y=1${[...head, 'Content-Length: 0', 'Connection: close', '', ''].join('\r\n')}`);
    const [first, second] = answersIn(await text(socket));
    assert.equal(first?.status, 201);
    assert.equal(second?.status, 403);
    assert.equal((await scene.platform.seen()).length, 1);
  });

  it('leads nobody past itself by an upgrade to HTTP/2', async () => {
    const upgrade = [
      'Connection: Upgrade, HTTP2-Settings',
      'Upgrade: h2c',
      'HTTP2-Settings: AAMAAABkAAQAAP__',
    ];
    const sent = [`GET ${calls} HTTP/1.1`, HOST, basicOf(customer), ...upgrade, '', ''];
    const socket = open(scene.port);
    socket.write(sent.join('\r\n'));
    const [first] = await once(socket, 'data');
    socket.destroy();
    assert.doesNotMatch(String(first), /^HTTP\/1\.1 101/);
    assert.doesNotMatch(String(first), /"upgrade":"h2c"/);
  });

  it('decides on requests of HTTP/2, where it speaks that', async (context) => {
    const session = connect(`http://127.0.0.1:${scene.port}`);
    context.after(() => session.destroy());
    const speaks = await once(session, 'remoteSettings').then(
      () => true,
      () => false,
    );
    assert.equal(speaks, !program.lacksHttp2);
    if (!speaks) return;
    const { app } = await scene.world.authorize(['get-all']);
    const authorization = (of: Credentials) => basicOf(of).slice('Authorization: '.length);
    const own = { ':path': calls, authorization: authorization(app) };
    await scene.platform.seen();
    const passed = await askOn(session, {
      ...own,
      'x-connect-identity': 'spoofed',
      x_connect_identity: 'spoofed',
    });
    assert.equal(passed.status, 200, passed.body);
    assert.doesNotMatch(passed.body, /spoofed/);
    for (const [headers, status] of [
      [{ ':path': calls }, 401],
      [{ ...own, ':method': 'POST' }, 403],
      [{ ...own, ':method': 'PROPFIND' }, 405],
      [{ ...own, ':path': `${calls}/x/%2e%2e/y` }, 404],
      [{ ...own, ':path': `http://evil.example${calls}` }, 404],
      [{ ...own, ':path': '*' }, 404],
    ] as const) {
      const refused = await askOn(session, headers);
      const what = `${JSON.stringify(headers)}: ${refused.status} ${refused.body}`;
      if (refused.status < 300) assert.equal(refused.url, scene.relay.lastTarget(), what);
      else assert.ok(refused.status === status || !(refused.status < 400), what);
    }
    await scene.platform.seen();
    const short = { ...own, ':method': 'POST', authorization: authorization(customer) };
    await askOn(session, { ...short, 'content-length': '0' }, hidden);
    const seen = await scene.platform.seen();
    assert.ok(!seen.some((line) => line.includes('Smuggled')), seen.join('\n'));
  });
});

const identityOf = ({ accountSid }: Credentials) => `account="${accountSid}", `;

/** A request of HTTP/2, and its answer; one that the gateway resets has no status. */
async function askOn(session: ClientHttp2Session, headers: OutgoingHttpHeaders, sent = '') {
  const whole = { ':authority': 'api.platform.example', ...headers };
  // A server may cut short what it answers to a request that has not ended.
  const stream = session.request(whole, { endStream: sent === '' });
  let status = Number.NaN;
  let body = '';
  stream.on('response', (answer) => {
    status = Number(answer[':status']);
  });
  stream.on('data', (chunk: Buffer) => {
    body += chunk;
  });
  stream.on('error', () => {});
  if (sent !== '') stream.end(sent);
  await new Promise((resolve) => stream.once('close', resolve));
  return { status, body, url: /"url":"([^"]*)"/.exec(body)?.[1] };
}

/** Lengths of a body that programs have read differently; the body is an empty chunk and another request. */
const FRAMINGS = [
  ['Content-Length: 5', 'Transfer-Encoding: chunked'],
  ['Transfer-Encoding: chunked', 'Content-Length: 5'],
  ['Content-Length: 500', 'Transfer-Encoding: chunked'],
  ['Content-Length: 5', 'Content-Length: 500'],
  ['Content-Length: 500', 'Content-Length: 5'],
  ['Content-Length: 5, 500'],
  ['Content-Length: +5'],
  ['Content-Length: -5'],
  ['Content-Length: 0x5'],
  ['Content-Length: 5 00'],
  ['Content-Length : 500'],
  ['Transfer-Encoding : chunked'],
  ['Transfer-Encoding: xchunked', 'Content-Length: 500'],
  ['Transfer-Encoding: chunked, identity'],
  ['Transfer-Encoding: identity, chunked'],
  ['Transfer-Encoding: identity', 'Transfer-Encoding: chunked'],
  ['Transfer-Encoding: chunked', 'Transfer-Encoding: x'],
  ['Transfer-Encoding:\x0bchunked'],
  ['Transfer-Encoding:', ' chunked'],
  ['X: y\rTransfer-Encoding: chunked'],
  ['Transfer_Encoding: chunked'],
  ['Content_Length: 5', 'Content-Length: 500'],
  ['Connection: Content-Length', 'Content-Length: 500'],
  ['Connection: Transfer-Encoding', 'Transfer-Encoding: chunked'],
  ['Expect: 100-continue', 'Content-Length: 500'],
];

/** A header that a platform goes by, or one that some frameworks take for the path. */
const SPOOFED = /"x[^"]*(?:connect|ur[il])[^"]*":"[^"]*spoofed/i;

/** Header lines that programs have read differently. */
const LINES = [
  'X: y\rX-Connect-Identity: spoofed',
  'X: y\nX-Connect-Identity: spoofed',
  'X:\r\n X-Connect-Identity: spoofed',
  'X-Connect-Identity : spoofed',
  ' X-Connect-Identity: spoofed',
  'X-Connect-Identity\x00: spoofed',
  'X-Connect-Identity:\x00spoofed',
  'X-Connect-Identity:',
  'X-CONNECT-IDENTITY: spoofed',
  'Host: evil.example',
  'Connection: Authorization',
  'Connection: Host, X-Connect-Identity, Twilio-Request-Id',
  'Connection: Upgrade, X-Connect-Identity',
  'Upgrade: X-Connect-Identity',
  'Keep-Alive: X-Connect-Identity',
  'TE: trailers, X-Connect-Identity',
  'X-Original-URL: /spoofed',
  'X-Rewrite-URL: /spoofed',
];
