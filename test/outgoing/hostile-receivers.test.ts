/** Receivers that hang, drip, flood, cut off or answer nonsense: each costs one bounded attempt. */

import assert from 'node:assert/strict';
import { subscribe } from 'node:diagnostics_channel';
import { Socket } from 'node:net';
import { describe, it, type TestContext } from 'node:test';
import { createGuardedClient } from '../../src/outgoing/guarded-client.ts';
import { timed } from '../support/timed.ts';
import { startReceiver, writeForever } from './receiver.ts';

const TIMEOUT_MS = 1_000;
/** For those that do not wait for it. */
const LONG_MS = 20_000;
const OK = 'HTTP/1.1 200 OK\r\n';

// The body's 64 kB, and what the system hands over together with its first and its last byte.
const MAX_READ_BYTES = 3 * 65_536;

const clientSockets: Socket[] = [];
subscribe('net.client.socket', (message) => {
  if (typeof message !== 'object' || message === null || !('socket' in message)) return;
  if (message.socket instanceof Socket) clientSockets.push(message.socket);
});

/** One attempt at a receiver, which must close its connection whatever becomes of it. */
async function attempt(
  t: TestContext,
  behave: (socket: Socket) => void,
  { scheme = 'http:', timeoutMs = LONG_MS } = {},
) {
  const receiver = await startReceiver(behave);
  t.after(() => receiver.close());
  const client = createGuardedClient({ allowedNetworks: ['127.0.0.0/8'], timeoutMs });
  const outcome = await client.send({
    method: 'POST',
    url: receiver.url.replace('http:', scheme),
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: 'a=b',
  });
  await receiver.allClosed();
  assert.equal(receiver.requests.length, 1, 'one attempt is one connection');
  const bytesRead = clientSockets.pop()?.bytesRead ?? Number.NaN;
  assert.ok(bytesRead <= MAX_READ_BYTES, `${bytesRead} bytes were read`);
  return outcome;
}

describe('the time of an attempt is limited in all, when a receiver', () => {
  const behaviours: Record<string, (socket: Socket) => void> = {
    'never answers': () => {},
    'sends a header byte now and then': (socket) => {
      socket.write(OK);
      writeForever(socket, 'x', 50);
    },
    'sends a body byte now and then': (socket) => {
      socket.write(`${OK}\r\n`);
      writeForever(socket, 'x', 50);
    },
    'promises more than it sends': (socket) => {
      socket.write(`${OK}Content-Length: 100\r\n\r\nfew`);
    },
    'sends an interim answer now and then': (socket) => {
      writeForever(socket, 'HTTP/1.1 103 Early Hints\r\n\r\n', 200);
    },
  };
  for (const [name, behave] of Object.entries(behaviours)) {
    it(name, async (t) => {
      const { result: outcome, durationMs } = await timed(() =>
        attempt(t, behave, { timeoutMs: TIMEOUT_MS }),
      );
      assert.equal(outcome.answered ? outcome.status : outcome.reason, 'timed_out');
      assert.ok(outcome.durationMs >= TIMEOUT_MS - 10 && durationMs < 2 * TIMEOUT_MS);
    });
  }
});

describe('an answer counts, but no more than 64 kB of it are read, when a receiver', () => {
  const behaviours: Record<string, (socket: Socket) => void> = {
    'sends 10 MB': (socket) => {
      socket.end(`${OK}Content-Length: 10000000\r\n\r\n${'x'.repeat(10_000_000)}`);
    },
    'sends a body without end': (socket) => {
      socket.write(`${OK}\r\n`);
      writeForever(socket, Buffer.alloc(65_536, 'x'));
    },
    'sends chunks without end': (socket) => {
      socket.write(`${OK}Transfer-Encoding: chunked\r\n\r\n`);
      writeForever(socket, '1\r\nx\r\n'.repeat(1_000));
    },
    'sends a compressed bomb, which stays compressed': (socket) => {
      socket.write(`${OK}Content-Encoding: gzip\r\n\r\n`);
      writeForever(socket, 'x'.repeat(65_536));
    },
  };
  for (const [name, behave] of Object.entries(behaviours)) {
    it(name, async (t) => {
      const { durationMs: _, ...outcome } = await attempt(t, behave);
      assert.deepEqual(outcome, { answered: true, status: 200, body: 'x'.repeat(1_024) });
    });
  }
});

describe('nothing is believed, when a receiver', () => {
  const behaviours: Record<string, [reason: string, (socket: Socket) => void, scheme?: string]> = {
    'resets the connection': ['connection_lost', (socket) => socket.resetAndDestroy()],
    'closes without an answer': ['connection_lost', (socket) => socket.end()],
    'closes within its headers': ['connection_lost', (socket) => socket.end(`${OK}Content-Le`)],
    'closes within its body': [
      'connection_lost',
      (socket) => socket.end(`${OK}Content-Length: 100\r\n\r\nfew`),
    ],
    'does not speak HTTP': ['response_invalid', (socket) => socket.write('SSH-2.0-OpenSSH\r\n')],
    'speaks no TLS': ['tls_failed', (socket) => socket.write(`${OK}\r\n`), 'https:'],
    'hangs up in the TLS handshake': ['tls_failed', (socket) => socket.end(), 'https:'],
    'says 100 Continue again and again': [
      'response_invalid',
      (socket) => writeForever(socket, 'HTTP/1.1 100 Continue\r\n\r\n'),
    ],
    'sends interim answers without end': [
      'response_invalid',
      (socket) => writeForever(socket, 'HTTP/1.1 103 Early Hints\r\n\r\n'),
    ],
    'sends a header without end': [
      'response_invalid',
      (socket) => {
        socket.write(`${OK}X: `);
        writeForever(socket, 'x'.repeat(65_536));
      },
    ],
    'sends headers without end': [
      'response_invalid',
      (socket) => {
        socket.write(OK);
        writeForever(socket, 'X-Header: value\r\n');
      },
    ],
    'switches protocols unasked': [
      'response_invalid',
      (socket) =>
        socket.write('HTTP/1.1 101 Switching\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\r\n'),
    ],
    'sends two lengths': [
      'response_invalid',
      (socket) => socket.write(`${OK}Content-Length: 1\r\nContent-Length: 2\r\n\r\nxx`),
    ],
  };
  for (const [name, [reason, behave, scheme]] of Object.entries(behaviours)) {
    it(name, async (t) => {
      const outcome = await attempt(t, behave, { ...(scheme && { scheme }) });
      assert.equal(outcome.answered ? outcome.status : outcome.reason, reason);
    });
  }
});

it('a hundred receivers at once, most of them hostile, do not delay the honest ones', async (t) => {
  const behaviours: ((socket: Socket) => void)[] = [
    ...Array<() => void>(3).fill(() => {}),
    (socket) => {
      socket.write(`${OK}\r\n`);
      writeForever(socket, 'x', 100);
    },
    (socket) => socket.end(`${OK}\r\n${'x'.repeat(10_000_000)}`),
    (socket) => socket.resetAndDestroy(),
    (socket) => socket.end('HTTP/1.1 302 Found\r\nLocation: /hook\r\nContent-Length: 0\r\n\r\n'),
  ];
  const honest = (socket: Socket) => socket.end(`${OK}Content-Length: 4\r\n\r\nfine`);
  const client = createGuardedClient({ allowedNetworks: ['127.0.0.0/8'], timeoutMs: 6_000 });
  const ended: string[] = [];

  const outcomes = await Promise.all(
    Array.from({ length: 100 }, async (_, index) => {
      const behave = behaviours[index % 10] ?? honest;
      const receiver = await startReceiver(behave);
      t.after(() => receiver.close());
      const outcome = await client.send({ method: 'GET', url: receiver.url, headers: {} });
      const isHonest = behave === honest;
      const isLate = !outcome.answered && outcome.reason === 'timed_out';
      ended.push(isHonest ? 'honest' : isLate ? 'timed out' : 'hostile');
      return { isHonest, outcome };
    }),
  );
  const honestOnes = outcomes.filter(({ isHonest }) => isHonest).map(({ outcome }) => outcome);
  assert.equal(honestOnes.length, 30);
  for (const outcome of honestOnes) {
    assert.ok(outcome.answered && outcome.status === 200);
  }
  assert.equal(ended.filter((one) => one === 'timed out').length, 40);
  assert.ok(ended.lastIndexOf('honest') < ended.indexOf('timed out'), 'an honest one waited');
});
