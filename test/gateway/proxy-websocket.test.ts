/** WebSockets in the proxy mode: 101 for who may pass, a refusal for who may not, and the end of one is the end of both. */

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { describe, it } from 'node:test';
import { basicOf } from '../gateways/raw.ts';
import { until } from '../support/until.ts';
import { bodyOf, echo, echoOf, startProxy, valuesOf } from './proxy-scene.ts';

const UPGRADE = ['Host: api.example.com', 'Connection: Upgrade', 'Upgrade: websocket'];

describe('WebSockets in the proxy mode', () => {
  it('pass to the platform for who may, with its identity, and end together', async (t) => {
    const asked: IncomingMessage[] = [];
    const open: Socket[] = [];
    const platform = createServer(echo);
    platform.on('upgrade', (request: IncomingMessage, socket: Socket, head: Buffer) => {
      asked.push(request);
      if (request.url?.endsWith('/no.json')) {
        socket.end('HTTP/1.1 426 Upgrade Required\r\nContent-Length: 3\r\n\r\nno!');
        return;
      }
      open.push(socket);
      socket.on('error', () => {});
      socket.write(
        'HTTP/1.1 101 Welcome\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nX-A: b\r\n\r\n',
      );
      socket.write(head);
      socket.pipe(socket);
    });
    const scene = await startProxy(t, 'sqlite', platform);
    const { root, world } = scene;
    const { customer } = world.server;
    const { app } = await world.authorize(['get-all']);
    const ask = async (path: string, lines: readonly string[], early = '') => {
      const socket = await scene.open();
      socket.on('error', () => {});
      socket.write(`${[`GET ${root}${path} HTTP/1.1`, ...lines].join('\r\n')}\r\n\r\n${early}`);
      return socket;
    };

    const refused = await ask('/Streams.json', [
      ...UPGRADE,
      basicOf({ ...app, authToken: 'wrong' }),
    ]);
    assert.match(await text(refused), /^HTTP\/1\.1 401 [\s\S]*WWW-Authenticate[\s\S]*"code":20003/);
    assert.equal(asked.length, 0);

    const socket = await ask(
      '/Streams.json',
      [...UPGRADE, basicOf(app), 'X-Connect-By: me'],
      'early',
    );
    let got = '';
    socket.on('data', (chunk) => (got += chunk));
    await until('what came early has come back', () => got.endsWith('early'));
    assert.match(got, /^HTTP\/1\.1 101 [\s\S]*Upgrade: websocket\r\n[\s\S]*X-A: b\r\n/);
    socket.write('late');
    await until('what came late, too', () => got.endsWith('late'));
    const [first] = asked;
    assert.ok(first);
    assert.match(valuesOf(first, 'x-connect-identity').join(), /by="app"/);
    assert.deepEqual(valuesOf(first, 'authorization'), []);
    assert.deepEqual(valuesOf(first, 'x-connect-by'), []);

    socket.destroy();
    await until('the platform sees the end', () => open[0]?.destroyed === true);
    const second = await ask('/Streams.json', [...UPGRADE, basicOf(customer)]);
    await once(second, 'data');
    open[1]?.destroy();
    await until('the client sees the end', () => second.closed);

    const other = await ask('/no.json', [...UPGRADE, basicOf(customer)]);
    assert.match(await text(other), /^HTTP\/1\.1 426 Upgrade Required[\s\S]*no!$/);
    // Another answer is still on its way.
    const line = `GET ${root}/x.json HTTP/1.1\r\nHost: a\r\n${basicOf(customer)}\r\n\r\n`;
    const behind = await scene.open();
    behind.on('error', () => {});
    behind.write(
      `${line}GET ${root}/y.json HTTP/1.1\r\n${[...UPGRADE, basicOf(customer)].join('\r\n')}\r\n\r\n`,
    );
    assert.doesNotMatch(await text(behind).catch(() => ''), / 101 /);

    // Java's client offers HTTP/2 with every request.
    const offer = [
      'Connection: Upgrade, HTTP2-Settings, close',
      'Upgrade: h2c',
      'HTTP2-Settings: AAA',
    ];
    const plain = await ask('/Calls.json', ['Host: a', ...offer, basicOf(customer)]);
    const { rawHeaders } = echoOf(await text(plain));
    assert.doesNotMatch(rawHeaders.join().toLowerCase(), /h2c|http2-settings/);

    const last = await ask('/Streams.json', [...UPGRADE, basicOf(customer)]);
    await once(last, 'data');
    platform.close();
    const away = await ask('/Streams.json', [...UPGRADE, basicOf(customer)]);
    assert.match(bodyOf(await text(away)), /"code":20502/);
  });
});
