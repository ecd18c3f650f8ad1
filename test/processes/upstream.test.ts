/** The proxy mode of `serve` with several processes, to a platform with TLS, until it is told to stop. */

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import type { ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { it, type TestContext as Test } from 'node:test';
import { echo as echoing, echoOf, listenOn } from '../gateway/proxy-scene.ts';
import { basicOf } from '../gateways/raw.ts';
import { openContext } from '../support/context.ts';
import { startServe } from '../support/serve.ts';
import { until } from '../support/until.ts';

const CONNECTIONS = 8;

async function open(t: Test, port: number, lines: readonly string[]): Promise<Socket> {
  const socket = connect(port, '127.0.0.1');
  t.after(() => socket.destroy());
  socket.on('error', () => {});
  socket.write(`${[...lines, 'Host: api.example.com'].join('\r\n')}\r\n\r\n`);
  return socket;
}

it('serve --upstream reaches a platform by TLS, and finishes what it passes on when it stops', async (t) => {
  const world = await openContext('sqlite');
  t.after(() => world.close());
  const [key, cert] = ['key.pem', 'cert.pem'].map((name) => join(world.folder, name));
  const subject = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost'];
  const kind = ['-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2'];
  execFileSync(
    'openssl',
    ['req', ...kind, ...subject, '-keyout', String(key), '-out', String(cert)],
    { stdio: 'ignore' },
  );
  const held: ServerResponse[] = [];
  const pair = { key: readFileSync(String(key)), cert: readFileSync(String(cert)) };
  const platform = createServer(pair, (request, response) => {
    if (!request.url?.endsWith('/slow.json')) return void echoing(request, response);
    held.push(response);
    response.write('first ');
  });
  platform.on('upgrade', (_, socket) => {
    socket.write('HTTP/1.1 101 Yes\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n');
    socket.pipe(socket);
  });
  const upstream = `https://localhost:${await listenOn(t, platform)}`;
  const settings = { WORKERS: '2', UPSTREAM: upstream, NODE_EXTRA_CA_CERTS: String(cert) };
  const server = await startServe(world.databaseUrl, settings);
  t.after(() => server.stop('SIGKILL'));
  const customer = await world.createAccount();
  const root = `/2010-04-01/Accounts/${customer.accountSid}`;
  const port = Number(new URL(server.url).port);
  const auth = basicOf(customer);

  // The name on the certificate is the platform's, whatever the client calls its host.
  await Promise.all(
    Array.from({ length: CONNECTIONS }, async () => {
      const lines = [`GET ${root}/Calls.json HTTP/1.1`, auth, 'Connection: close'];
      assert.equal(echoOf(await text(await open(t, port, lines))).url, `${root}/Calls.json`);
    }),
  );
  const upgrade = ['Connection: Upgrade', 'Upgrade: websocket'];
  const webSocket = await open(t, port, [`GET ${root}/Streams.json HTTP/1.1`, auth, ...upgrade]);
  const [head] = await once(webSocket, 'data');
  assert.match(String(head), /^HTTP\/1\.1 101 /);

  const slow = await open(t, port, [`GET ${root}/slow.json HTTP/1.1`, auth]);
  await once(slow, 'data');
  const stopped = server.stop('SIGTERM');
  await until('it takes no more', () =>
    fetch(`${server.url}/healthz`).then(
      () => false,
      () => true,
    ),
  );
  held[0]?.end('last');
  assert.match(await text(slow), /last\r\n0\r\n\r\n$/);
  webSocket.end();
  assert.equal(await stopped, 0);

  const distrusting = await startServe(world.databaseUrl, { UPSTREAM: upstream });
  t.after(() => distrusting.stop('SIGKILL'));
  const reply = await distrusting.request('GET', `${root}/Calls.json`, { auth: customer });
  assert.equal(reply.status, 502);
});
