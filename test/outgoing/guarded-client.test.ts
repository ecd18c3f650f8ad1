/** What a well-behaved receiver sees, and what is kept of its answer. */

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { systemClock } from '../../src/clock.ts';
import { loadAuthority } from '../../src/exec/tls/certificate-authority.ts';
import { createGuardedClient } from '../../src/outgoing/guarded-client.ts';
import { Problem } from '../../src/problem.ts';
import { startReceiver } from './receiver.ts';
import { portOf } from './watched-listener.ts';

const allowedNetworks = ['127.0.0.0/8'];
const lookup = async () => [{ address: '127.0.0.1', family: 4 }];

function answerWith(answer: string | Buffer) {
  return startReceiver((socket) => socket.end(answer));
}

async function bodyOf(t: TestContext, body: Buffer): Promise<string> {
  const receiver = await answerWith(Buffer.concat([Buffer.from('HTTP/1.1 200 OK\r\n\r\n'), body]));
  t.after(() => receiver.close());
  const client = createGuardedClient({ allowedNetworks });
  const outcome = await client.send({ method: 'GET', url: receiver.url, headers: {} });
  assert.ok(outcome.answered);
  return outcome.body;
}

describe('a receiver', () => {
  it('gets the request as it was made, and its answer comes back', async (t) => {
    const receiver = await answerWith('HTTP/1.1 503 No\r\nContent-Length: 5\r\n\r\nlater');
    t.after(() => receiver.close());
    const client = createGuardedClient({ allowedNetworks });
    const { durationMs, ...outcome } = await client.send({
      method: 'POST',
      url: receiver.url,
      headers: { 'content-type': 'application/x-www-form-urlencoded', 'x-twilio-signature': 's=' },
      body: 'AccountSid=AC1',
    });
    assert.deepEqual(outcome, { answered: true, status: 503, body: 'later' });
    assert.ok(durationMs >= 0);
    const [head = '', body] = (receiver.requests[0] ?? '').split('\r\n\r\n');
    assert.deepEqual(head.split('\r\n').sort(), [
      'POST /hook HTTP/1.1',
      'connection: close',
      'content-length: 14',
      'content-type: application/x-www-form-urlencoded',
      `host: ${new URL(receiver.url).host}`,
      'x-twilio-signature: s=',
    ]);
    assert.equal(body, 'AccountSid=AC1');
  });

  for (const [written, requested] of [
    ["/a/../b//c/it's?q=O'Brien&empty=#part", "/a/../b//c/it's?q=O'Brien&empty="],
    ['', '/'],
    ['?x=1', '/?x=1'],
    ['/?http://other.example/', '/?http://other.example/'],
  ] as const) {
    it(`is asked for ${requested} exactly as it was signed`, async (t) => {
      const receiver = await answerWith('HTTP/1.1 204 OK\r\n\r\n');
      t.after(() => receiver.close());
      const client = createGuardedClient({ allowedNetworks });
      const url = receiver.url.replace('/hook', written);
      await client.send({ method: 'GET', url, headers: {} });
      assert.equal(receiver.requests[0]?.split(' ')[1], requested);
    });
  }

  it('gets the user-info of its URL as Basic credentials', async (t) => {
    const receiver = await answerWith('HTTP/1.1 204 OK\r\n\r\n');
    t.after(() => receiver.close());
    const client = createGuardedClient({ allowedNetworks });
    const url = receiver.url.replace('http://', 'http://joe:s%40cret%zz@');
    await client.send({ method: 'GET', url, headers: {} });
    const credentials = /authorization: Basic (.*)\r\n/.exec(receiver.requests[0] ?? '')?.[1];
    assert.equal(Buffer.from(credentials ?? '', 'base64').toString(), 'joe:s@cret%zz');
  });
});

describe('the kept answer', () => {
  it('is the first kilobyte, cut between characters', async (t) => {
    assert.equal(await bodyOf(t, Buffer.from(`x${'é'.repeat(2_000)}`)), `x${'é'.repeat(511)}`);
  });

  it('is text that any database takes, whatever was sent', async (t) => {
    const body = await bodyOf(t, Buffer.from([0x61, 0x00, 0xff, 0xfe, 0x62]));
    assert.equal(body, 'a\ufffd\ufffd\ufffdb');
  });
});

describe('TLS', () => {
  async function startTls(t: TestContext) {
    const folder = mkdtempSync(join(tmpdir(), 'connect-apps-'));
    t.after(() => rmSync(folder, { recursive: true }));
    // The authority that there is, which signs for Twilio's hosts alone; the lookup leads them here.
    const authority = loadAuthority(folder, systemClock, () => {});
    const context = authority.contextFor('api.twilio.com', 'http://127.0.0.1/none');
    const server = createServer(
      { SNICallback: (_name, done) => done(null, context) },
      (_request, response) => response.end('fine'),
    );
    await once(server.listen(0, '127.0.0.1'), 'listening');
    t.after(() => once(server.close(), 'close'));
    return { port: portOf(server), certificate: authority.certificate };
  }

  it('is refused when the certificate is nobody’s, or another host’s', async (t) => {
    const { port, certificate } = await startTls(t);
    const client = createGuardedClient({ allowedNetworks, lookup });
    const send = async (host: string) => {
      const url = `https://${host}:${port}/`;
      const { durationMs, ...outcome } = await client.send({ method: 'GET', url, headers: {} });
      return outcome;
    };
    assert.deepEqual(await send('api.twilio.com'), {
      answered: false,
      reason: 'tls_failed',
      code: 'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
    });

    const trusted = getCACertificates('default');
    t.after(() => setDefaultCACertificates(trusted));
    setDefaultCACertificates([...trusted, certificate]);
    assert.deepEqual(await send('api.twilio.com'), { answered: true, status: 200, body: 'fine' });
    assert.deepEqual(await send('api.twilio.com.'), { answered: true, status: 200, body: 'fine' });
    assert.deepEqual(await send('other.test'), {
      answered: false,
      reason: 'tls_failed',
      code: 'ERR_TLS_CERT_ALTNAME_INVALID',
    });
  });
});

describe('a failure tells no more than', () => {
  it('that the name has no address', async () => {
    const client = createGuardedClient({
      allowedNetworks,
      lookup: () => Promise.reject(Object.assign(new Error('secret'), { code: 'ENOTFOUND' })),
    });
    const url = 'http://joe:secret@nowhere.test/?token=secret';
    const { durationMs, ...outcome } = await client.send({ method: 'GET', url, headers: {} });
    assert.deepEqual(outcome, { answered: false, reason: 'dns_failed', code: 'ENOTFOUND' });
  });

  it('that nobody listens', async () => {
    const receiver = await startReceiver(() => {});
    await receiver.close();
    const client = createGuardedClient({ allowedNetworks });
    const { durationMs, ...outcome } = await client.send({
      method: 'GET',
      url: receiver.url,
      headers: {},
    });
    assert.deepEqual(outcome, { answered: false, reason: 'connect_failed', code: 'ECONNREFUSED' });
  });

  it('that the time was over while the name was looked up', async () => {
    const client = createGuardedClient({
      allowedNetworks,
      lookup: () => new Promise(() => {}),
      timeoutMs: 50,
    });
    const outcome = await client.send({ method: 'GET', url: 'http://slow.test/', headers: {} });
    assert.ok(!outcome.answered && outcome.reason === 'timed_out' && outcome.code === undefined);
  });
});

it('a connection that led elsewhere than was checked is closed before a byte is sent', async (t) => {
  const receiver = await startReceiver(() => {});
  t.after(() => receiver.close());
  let reads = 0;
  const shifty = {
    family: 4,
    get address() {
      reads += 1;
      return reads === 1 ? '127.0.0.2' : '127.0.0.1';
    },
  };
  const client = createGuardedClient({
    allowedNetworks: ['127.0.0.2'],
    lookup: async () => [shifty],
  });
  const url = receiver.url.replace('127.0.0.1', 'shifty.test');
  const outcome = await client.send({ method: 'GET', url, headers: {} });
  assert.ok(!outcome.answered && outcome.reason === 'address_forbidden');
  await receiver.allClosed();
  assert.equal(receiver.requests.join(''), '');
});

it('closing the client cancels what is in flight, and what comes later', async (t) => {
  const receiver = await startReceiver(() => client.close());
  t.after(() => receiver.close());
  const client = createGuardedClient({ allowedNetworks });
  const request = { method: 'GET', url: receiver.url, headers: {} } as const;
  const first = await client.send(request);
  assert.ok(!first.answered && first.reason === 'cancelled');
  await receiver.allClosed();
  const second = await client.send(request);
  assert.ok(!second.answered && second.reason === 'cancelled');
  assert.equal(receiver.requests.length, 1);
});

it('a text that is no network is refused when the client is made', () => {
  for (const text of [
    'localhost',
    '10.0.0.0/33',
    '10.0.0.0/',
    '::1/129',
    'fe80::1%lo',
    '1/2/3',
    '',
  ]) {
    assert.throws(
      () => createGuardedClient({ allowedNetworks: [text] }),
      (error) => error instanceof Problem && error.problem === 'setting_invalid',
      text,
    );
  }
});
