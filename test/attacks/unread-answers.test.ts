/** Clients that ask for much and read nothing: what is kept for them is bounded, whatever they ask for. */

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { describe, it, type TestContext } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { DEMO_CONNECT_APP_SID, DEMO_DEVELOPER } from '../../src/demo/data.ts';
import { type Connections, connectionOf, trackConnections } from '../../src/http/connections.ts';
import { oneAtATime, pauseWhileWaiting } from '../../src/http/one-at-a-time.ts';
import { limitUnreadAnswers } from '../../src/http/unread-answers.ts';
import { connectAppPath, connectAppsPath } from '../api/paths.ts';
import { DATABASES } from '../support/databases.ts';
import { until } from '../support/until.ts';
import { assertPeak, startAttackedServer } from './attacked-server.ts';

/** Some send more requests at once than may wait, and some as many as just may. */
const CONNECTIONS = [
  [60, 1400],
  [100, 250],
] as const;
const ATTACK_MS = 2000;
/** A server at rest has about 110. */
const PEAK_MIB = 400;

type Attack = readonly [what: string, method: string, path: string];

for (const engine of DATABASES) {
  const { accountSid } = DEMO_DEVELOPER;
  const list = `${connectAppsPath(accountSid)}?PageSize=1000`;
  const stored: readonly Attack[] = [
    ['a page', 'GET', `/authorize/${DEMO_CONNECT_APP_SID}`],
    ['a list', 'GET', list],
    ['an app in XML', 'GET', connectAppPath(accountSid, DEMO_CONNECT_APP_SID, '')],
  ];
  const made: readonly Attack[] = [
    ['the OpenAPI description', 'GET', '/openapi.json'],
    ['the documentation', 'GET', '/docs'],
    ['the metrics', 'GET', '/metrics'],
    ['heads', 'HEAD', list],
    ['preflights', 'OPTIONS', list],
    ['errors', 'GET', '/2010-04-01/none.json'],
  ];
  const attacks = engine === DATABASES[0] ? [...stored, ...made] : stored;
  for (const [what, method, path] of attacks) {
    it(`survives connections that ask again and again for ${what} and read nothing, on ${engine}`, async (t) => {
      const server = await startAttackedServer(t, engine);
      const request = `${method} ${path} HTTP/1.1\r\nHost: x\r\nAuthorization: ${server.authorization}\r\n\r\n`;
      for (const [connections, pipelined] of CONNECTIONS) {
        const bytes = Buffer.from(request.repeat(pipelined));
        for (let index = 0; index < connections; index += 1) server.attack(bytes);
      }
      await server.servesOthers(ATTACK_MS);
      await assertPeak(t, server, PEAK_MIB);
    });
  }

  it(`survives pipelined bodies in the tiniest chunks behind an answer that nobody reads, on ${engine}`, async (t) => {
    const server = await startAttackedServer(t, engine);
    const get = 'GET /openapi.json HTTP/1.1\r\nHost: x\r\n\r\n'.repeat(200);
    const post =
      'POST /sign-in HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n' +
      'Content-Type: application/x-www-form-urlencoded\r\n\r\n';
    const bytes = get + post + '1\r\nx\r\n'.repeat(10_000);
    for (let index = 0; index < 200; index += 1) server.attack(bytes);
    await server.servesOthers(ATTACK_MS);
    await assertPeak(t, server, PEAK_MIB);
  });

  it(`answers 200 requests in one piece, in their order, to a client that reads, on ${engine}`, async (t) => {
    const server = await startAttackedServer(t, engine);
    const lines = Array.from(
      { length: 200 },
      (_, index) => `GET /none/${index}.json HTTP/1.1\r\nHost: x\r\n\r\n`,
    );
    const socket = server.attack(lines.join(''));
    let text = '';
    socket.on('data', (chunk: Buffer) => {
      text += chunk.toString();
    });
    socket.resume();
    const seen = () =>
      [...text.matchAll(/resource \/none\/(\d+)\.json/g)].map(([, n]) => Number(n));
    await until('all are answered', () => seen().length === 200);
    assert.deepEqual(
      seen(),
      Array.from({ length: 200 }, (_, index) => index),
    );
  });
}

describe('answers that wait to be read', () => {
  /** More than the system keeps for a connection. */
  const LARGE = Buffer.alloc(64 * 1024 * 1024, 'x');

  async function start(t: TestContext, limits: { maxBytes?: number; maxMs?: number }) {
    const server: Server = createServer();
    const connections: Connections = trackConnections(server, 1000, () => {});
    pauseWhileWaiting(server);
    const unread = limitUnreadAnswers(server, connections, limits);
    server.on(
      'request',
      oneAtATime((request, response) => {
        const body = request.url === '/large' ? LARGE : Buffer.from('small');
        unread.add(request.socket, body.length);
        response.end(body);
      }).handle,
    );
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const sockets: Socket[] = [];
    t.after(async () => {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    });
    const serverSockets: Socket[] = [];
    server.on('connection', (socket: Socket) => serverSockets.push(socket));
    return {
      serverSockets,
      /** A connection that the server has taken. */
      async connect(): Promise<Socket> {
        const socket = connect(port, '127.0.0.1').on('error', () => {});
        sockets.push(socket);
        await until('it is taken', () =>
          serverSockets.some(({ remotePort }) => remotePort === socket.localPort),
        );
        return socket.resume();
      },
      async ask(path: string): Promise<Socket> {
        const socket = connect(port, '127.0.0.1').on('error', () => {});
        sockets.push(socket);
        socket.pause();
        const before = serverSockets.length;
        socket.write(`GET ${path} HTTP/1.1\r\nHost: x\r\n\r\n`);
        await until('it is asked', () => {
          const accepted = serverSockets[before];
          return accepted !== undefined && connectionOf(accepted)?.last !== undefined;
        });
        return socket;
      },
    };
  }

  it('end the connections that have waited for longest when they are too many', async (t) => {
    const { ask, serverSockets } = await start(t, { maxBytes: 3.5 * LARGE.length });
    for (let index = 0; index < 4; index += 1) await ask('/large');
    const reader = await ask('/small');
    const [answer] = await once(reader.resume(), 'data');
    assert.match(String(answer), /small/);
    assert.deepEqual(
      serverSockets.map((socket) => socket.destroyed),
      [true, true, false, false, false],
    );
  });

  it('cost nobody the connection who asks for one thing while too many bodies wait', async (t) => {
    const { connect: open } = await start(t, {});
    const others: Socket[] = [];
    while (others.length < 400) others.push(await open());
    const good = await open();
    assert.ok(others.every(({ destroyed }) => !destroyed));
    // All in one turn of the event loop: most wait for another.
    for (const socket of others) {
      socket.write('POST /small HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\n');
    }
    good.write('GET /small HTTP/1.1\r\nHost: x\r\n\r\n');
    let answer = '';
    good.on('data', (chunk: Buffer) => {
      answer += chunk.toString();
    });
    await until('it is answered', () => answer !== '' || good.destroyed);
    assert.match(answer, /small/);
    await until('some are ended', () => others.some(({ destroyed }) => destroyed));
  });

  it('end their connection when their time is over', async (t) => {
    const { ask, serverSockets } = await start(t, { maxBytes: 2 * LARGE.length, maxMs: 500 });
    await ask('/large');
    await ask('/small');
    await until('it is ended', () => serverSockets[0]?.destroyed === true);
    await setTimeout(100);
    assert.equal(serverSockets[1]?.destroyed, false, 'an answer that was taken has no time');
  });
});
