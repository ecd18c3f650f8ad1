/** Clients that send as slowly as they can: others do not notice them, and they are turned out. */

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { after, before, describe, it } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { connectAppPath } from '../api/paths.ts';
import { DATABASES } from '../support/databases.ts';
import { startServer, type TestServer } from '../support/server.ts';
import { timed } from '../support/timed.ts';

const SLOW_CLIENTS = 300;
/** What a good client gets its answer in, on a busy machine. */
const FAST_MS = 500;
/** The server's limit for headers, and a little for its clock. */
const PATIENCE_MS = 15_000;
/** The server's limit for a whole request, and a little more. */
const BODY_PATIENCE_MS = 40_000;

for (const engine of DATABASES) {
  // They wait most of the time: all kinds of them at once.
  describe(`slow clients on ${engine}`, { concurrency: true }, () => {
    let server: TestServer;
    before(async () => {
      server = await startServer({ engine });
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
        const { result: reply, durationMs } = await timed(() =>
          server.request('GET', path, { auth: server.developer }),
        );
        assert.equal(reply.status, 200);
        assert.ok(durationMs < FAST_MS, 'a good client waits');
        await setTimeout(500);
      }
    });

    /** Sends a body a byte at a time and returns all that is answered until the server closes. */
    async function sendSlowBody(header: string): Promise<string> {
      const { hostname, port } = new URL(server.url);
      const socket = connect(Number(port), hostname);
      let answer = '';
      socket.on('data', (data: Buffer) => {
        answer += data.toString();
      });
      socket.on('error', () => {});
      const closed = once(socket, 'close');
      socket.write(
        `POST ${connectAppPath(server.developer.accountSid, server.connectAppSid)} HTTP/1.1\r\n` +
          `Host: x\r\n${header}Content-Length: 60000\r\n` +
          'Content-Type: application/x-www-form-urlencoded\r\n\r\n',
      );
      const drip = setInterval(() => socket.write('x'), 500);
      const isLate = setTimeout(BODY_PATIENCE_MS, 'late', { ref: false });
      assert.notEqual(await Promise.race([closed, isLate]), 'late', 'it is still connected');
      clearInterval(drip);
      return answer;
    }

    it('are told so when their body does not arrive in time', async () => {
      const { accountSid, authToken } = server.developer;
      const basic = Buffer.from(`${accountSid}:${authToken}`).toString('base64');
      const answer = await sendSlowBody(`Authorization: Basic ${basic}\r\n`);
      assert.match(answer, /^HTTP\/1\.1 408 /);
      assert.match(answer, /"code":20408/);
    });

    it('get one answer when they were refused before their body came', async () => {
      const answer = await sendSlowBody('');
      assert.match(answer, /^HTTP\/1\.1 401 /);
      assert.equal(answer.split('HTTP/1.1 ').length, 2, answer);
    });
  });
}
