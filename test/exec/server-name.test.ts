/** Clients that look up Twilio's address themselves and ask the proxy for a tunnel to that. */

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { type TestContext, test } from 'node:test';
import { connect as connectTls } from 'node:tls';
import fc from 'fast-check';
import { findServerName } from '../../src/exec/tls/server-name.ts';
import { startProxy, waitFor } from './support.ts';

/** A proxy before ours, through which every tunnel leads to something that only listens. */
async function startUpstream(t: TestContext) {
  const received: Buffer[] = [];
  const sockets: Socket[] = [];
  const server: Server = createServer((socket: Socket) => {
    sockets.push(socket);
    socket.once('data', () => {
      socket.write('HTTP/1.1 200 OK\r\n\r\n');
      socket.on('data', (chunk) => received.push(chunk));
    });
    socket.on('error', () => {});
    t.after(() => socket.destroy());
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => server.close());
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return {
    url: new URL(`http://127.0.0.1:${port}`),
    received,
    reset: () => sockets.map((socket) => socket.resetAndDestroy()),
  };
}

async function openTunnel(t: TestContext, proxyUrl: string, target: string) {
  const socket = connect(Number(new URL(proxyUrl).port), '127.0.0.1');
  t.after(() => socket.destroy());
  socket.write(`CONNECT ${target} HTTP/1.1\r\nHost: ${target}\r\n\r\n`);
  await once(socket, 'data');
  return socket;
}

for (const target of ['192.0.2.1:443', '[2001:db8::1]:443']) {
  test(`a tunnel to ${target} whose TLS is for api.twilio.com reaches the server`, async (t) => {
    const upstream = await startUpstream(t);
    const proxy = await startProxy(t, { upstream: upstream.url });
    const socket = await openTunnel(t, proxy.url, target);
    const inside = connectTls({ socket, servername: 'api.twilio.com', ca: proxy.authority });
    await once(inside, 'secureConnect');
    inside.write('GET /x HTTP/1.0\r\n\r\n');
    assert.match(String(await once(inside, 'data')), /^HTTP\/1\.1 200 OK/);
    assert.deepEqual(upstream.received, []);
  });
}

test('a tunnel to an address whose TLS is for another host passes through untouched', async (t) => {
  const upstream = await startUpstream(t);
  const proxy = await startProxy(t, { upstream: upstream.url });
  const socket = await openTunnel(t, proxy.url, '192.0.2.1:443');
  connectTls({ socket, servername: 'example.com' }).on('error', () => {});
  await waitFor(() => upstream.received.length > 0);
  assert.equal(findServerName(Buffer.concat(upstream.received)), 'example.com');
});

test('an address that breaks off before the client has said a word harms nobody else', async (t) => {
  const upstream = await startUpstream(t);
  const proxy = await startProxy(t, { upstream: upstream.url });
  const socket = await openTunnel(t, proxy.url, '192.0.2.1:443');
  upstream.reset();
  await once(socket, 'close');
  await openTunnel(t, proxy.url, '192.0.2.1:443');
});

test('a client that is gone before its tunnel is there harms nobody else', async (t) => {
  const answers: (() => void)[] = [];
  const upstream = createServer((socket) => {
    socket.once('data', () => answers.push(() => socket.write('HTTP/1.1 200 OK\r\n\r\n')));
    t.after(() => socket.destroy());
  }).listen(0, '127.0.0.1');
  t.after(() => upstream.close());
  await once(upstream, 'listening');
  const address = upstream.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const proxy = await startProxy(t, { upstream: new URL(`http://127.0.0.1:${port}`) });
  const connection = () => connect(Number(new URL(proxy.url).port), '127.0.0.1');
  for (const target of ['192.0.2.1:443', 'example.com:443']) {
    const gone = connection();
    gone.write(`CONNECT ${target} HTTP/1.1\r\nHost: ${target}\r\n\r\n`);
    await waitFor(() => answers.length > 0);
    gone.resetAndDestroy();
    const next = connection().on('error', () => {});
    t.after(() => next.destroy());
    next.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n');
    // By its answer the proxy has seen that the other one is gone.
    await once(next, 'data');
    answers.pop()?.();
    await waitFor(() => proxy.notices.length === 0);
  }
  const again = connection();
  t.after(() => again.destroy());
  again.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n');
  assert.match(String(await once(again, 'data')), /^HTTP/);
});

test('no first message of a client, however it is spoilt, ends the proxy', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
      const name = findServerName(Buffer.from(bytes));
      assert.ok(name === undefined || typeof name === 'string');
    }),
  );
});
