/** A server that closes: no client holds it up, and what is under way is finished. */

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { describe, it, type TestContext } from 'node:test';
import { DATABASES } from '../support/databases.ts';
import { startServer, type TestServer } from '../support/server.ts';
import { until } from '../support/until.ts';
import { accountPath } from './paths.ts';

/** Answers of some 100 kB, all together: more than the system keeps for a client that does not read. */
const UNREAD = 250;

for (const engine of DATABASES) {
  // The second waits most of the time.
  describe(`a server that closes on ${engine}`, { concurrency: true }, () => {
    async function start(t: TestContext) {
      const server = await startServer({ engine });
      const sockets: Socket[] = [];
      let closing: Promise<void> | undefined;
      const close = () => {
        closing ??= server.close();
        return closing;
      };
      t.after(() => {
        for (const socket of sockets) socket.destroy();
        return close();
      });

      /** Connects, and sends these bytes. */
      async function send(bytes: string): Promise<Socket> {
        const { hostname, port } = new URL(server.url);
        const socket = connect(Number(port), hostname);
        sockets.push(socket);
        socket.on('error', () => {});
        await once(socket, 'connect');
        socket.write(bytes);
        return socket;
      }
      return { server, close, send };
    }

    /** Sends half of a POST, and waits until the server has begun with it. */
    async function beginPost(server: TestServer, send: (bytes: string) => Promise<Socket>) {
      const { accountSid, authToken } = server.developer;
      const body = 'FriendlyName=Finished';
      const lines = [
        `POST ${accountPath(accountSid)} HTTP/1.1`,
        'Host: x',
        `Authorization: Basic ${Buffer.from(`${accountSid}:${authToken}`).toString('base64')}`,
        'Content-Type: application/x-www-form-urlencoded',
        `Content-Length: ${body.length}`,
        'Expect: 100-continue',
      ];
      const socket = await send(`${lines.join('\r\n')}\r\n\r\n`);
      const [first] = await once(socket, 'data');
      assert.match(String(first), /^HTTP\/1\.1 100 /);
      socket.write(body.slice(0, 5));
      return { socket, rest: body.slice(5) };
    }

    it('ends at once what has no request under way, and finishes what has', async (t) => {
      const { server, close, send } = await start(t);
      const silent = await send('');
      const half = await send('GET /healthz HTTP/1.1\r\nHost: x\r\n');
      const afterAnswer = await send('GET /healthz HTTP/1.1\r\nHost: x\r\n\r\nGET /healthz HT');
      await once(afterAnswer, 'data');
      const { socket, rest } = await beginPost(server, send);
      const idle = [silent, half, afterAnswer].map((one) => one.resume());

      const closed = close();
      await until('they are gone', () => idle.every((one) => one.destroyed));
      socket.write(rest);
      const answer = await text(socket);
      assert.match(answer, /^HTTP\/1\.1 200 /);
      assert.match(answer, /"friendly_name":"Finished"/);
      await closed;
    });

    it('waits ten seconds for those that send or read nothing more', async (t) => {
      const { server, close, send } = await start(t);
      await beginPost(server, send);
      const unread = await send('GET /openapi.json HTTP/1.1\r\nHost: x\r\n\r\n'.repeat(UNREAD));
      unread.pause();
      let answered = 0;
      await until('it waits for its reader', () => {
        const before = answered;
        answered = server.logs().match(/GET \/openapi.json/g)?.length ?? 0;
        return answered > 0 && answered === before;
      });
      assert.ok(answered < UNREAD, 'all fits');

      const begun = performance.now();
      let isClosed = false;
      close().then(() => {
        isClosed = true;
      });
      await until('it is closed', () => isClosed, 30_000);
      assert.ok(performance.now() - begun > 9000, 'it does not wait');
    });
  });
}
