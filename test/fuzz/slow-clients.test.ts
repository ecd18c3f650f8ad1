/** Clients that send as slowly as they can: others do not notice them, and they are turned out. */

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { after, before, describe, it } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { connectAppPath } from '../api/paths.ts';
import { startServer, type TestServer } from '../support/server.ts';

const SLOW_CLIENTS = 300;
/** What a good client gets its answer in, on a busy machine. */
const FAST_MS = 500;
/** The server's limit for headers, and a little for its clock. */
const PATIENCE_MS = 15_000;
/** The server's limit for a whole request, and a little more. */
const BODY_PATIENCE_MS = 40_000;

describe('slow clients', () => {
  let server: TestServer;
  before(async () => {
    server = await startServer();
  });
  after(() => server.close());

  it('are turned out in time, while others are answered as ever', async () => {
    const { hostname, port } = new URL(server.url);
    const sockets = await Promise.all(
      Array.from({ length: SLOW_CLIENTS }, async () => {
        const socket = connect(Number(port), hostname);
        await once(socket, 'connect');
        socket.on('error', () => {});
        socket.resume();
        socket.write('GET /2010-04-01/Accounts.json HTTP/1.1\r\nHost: x\r\nX-Slow: ');
        return socket;
      }),
    );
    const isOpen = (socket: Socket) => !socket.destroyed && !socket.readableEnded;
    const { accountSid } = server.developer;
    const path = connectAppPath(accountSid, server.connectAppSid);
    const begun = Date.now();
    while (sockets.some(isOpen)) {
      assert.ok(Date.now() - begun < PATIENCE_MS, 'a slow client is still connected');
      for (const socket of sockets) if (isOpen(socket)) socket.write('x');
      const askedAt = Date.now();
      const reply = await server.request('GET', path, { auth: server.developer });
      assert.equal(reply.status, 200);
      assert.ok(Date.now() - askedAt < FAST_MS, 'a good client waits');
      await setTimeout(500);
    }
  });

  it('are told so when their body does not arrive in time', async () => {
    const { hostname, port } = new URL(server.url);
    const { accountSid, authToken } = server.developer;
    const socket = connect(Number(port), hostname);
    let answer = '';
    socket.on('data', (data: Buffer) => {
      answer += data.toString();
    });
    socket.on('error', () => {});
    const closed = once(socket, 'close');
    const basic = Buffer.from(`${accountSid}:${authToken}`).toString('base64');
    socket.write(
      `POST ${connectAppPath(accountSid, server.connectAppSid)} HTTP/1.1\r\nHost: x\r\n` +
        `Authorization: Basic ${basic}\r\nContent-Length: 60000\r\n` +
        'Content-Type: application/x-www-form-urlencoded\r\n\r\n',
    );
    const drip = setInterval(() => socket.write('x'), 500);
    const isLate = setTimeout(BODY_PATIENCE_MS, 'late', { ref: false });
    assert.notEqual(await Promise.race([closed, isLate]), 'late', 'it is still connected');
    clearInterval(drip);
    assert.match(answer, /^HTTP\/1\.1 408 /);
    assert.match(answer, /"code":20408/);
  });
});
