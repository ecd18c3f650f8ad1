/** More connections than a server takes: quiet ones make room, and when none is quiet the next is told so. */

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { it, type TestContext } from 'node:test';
import { createNodeServer } from '../../src/http/node-server.ts';
import { createLogger } from '../../src/observability/logger.ts';
import { systemRandom } from '../../src/random.ts';
import { requestSidsFrom } from '../../src/sid.ts';
import { DATABASES } from '../support/databases.ts';
import { until } from '../support/until.ts';
import { assertPeak, startAttackedServer } from './attacked-server.ts';

const MAX = 20;

async function start(t: TestContext) {
  const { httpServer, handle, connections } = createNodeServer(
    {
      logger: createLogger('silent'),
      createRequestSid: requestSidsFrom(systemRandom),
    },
    MAX,
  );
  handle((request, response) => {
    if (request.url === '/quick') response.end('quick');
  });
  httpServer.listen(0, '127.0.0.1');
  await once(httpServer, 'listening');
  const address = httpServer.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const sockets: Socket[] = [];
  t.after(async () => {
    for (const socket of sockets) socket.destroy();
    httpServer.close();
    await once(httpServer, 'close');
  });
  return {
    async open(bytes: string): Promise<Socket> {
      const socket = connect(port, '127.0.0.1').on('error', () => {});
      sockets.push(socket);
      const before = connections.size;
      socket.write(bytes);
      await until('it is accepted', () => connections.size > before || before === MAX);
      return socket;
    },
  };
}

it('ends the connection that has been quiet for longest', async (t) => {
  const { open } = await start(t);
  const sockets: Socket[] = [];
  while (sockets.length < MAX) {
    const socket = await open('');
    socket.resume();
    sockets.push(socket);
  }
  // The first is heard of again.
  sockets[0]?.write('GET /quick HTTP/1.1\r\nHost: x\r\n\r\n');
  await once(sockets[0] ?? assert.fail(), 'data');
  const next = await open('GET /quick HTTP/1.1\r\nHost: x\r\n\r\n');
  assert.match(String((await once(next, 'data'))[0]), /^HTTP\/1\.1 200 /);
  await until('another is closed', () => sockets.some(({ destroyed }) => destroyed));
  assert.deepEqual(
    sockets.flatMap(({ destroyed }, index) => (destroyed ? [index] : [])),
    [1],
  );
});

it('answers 503 when all are busy', async (t) => {
  const { open } = await start(t);
  for (let index = 0; index < MAX; index += 1) {
    await open('GET /never HTTP/1.1\r\nHost: x\r\n\r\n');
  }
  // The last of them may have been accepted and not read yet.
  await until('it is refused', async () => {
    const socket = await open('GET /quick HTTP/1.1\r\nHost: x\r\n\r\n');
    const answer = await text(socket);
    return /^HTTP\/1\.1 503 .*Retry-After: 1.*"code":20503/s.test(answer);
  });
});

for (const engine of DATABASES) {
  it(`keeps little of 2,000 connections with half a head, on ${engine}`, async (t) => {
    const server = await startAttackedServer(t, engine);
    const bytes = `GET /openapi.json HTTP/1.1\r\nHost: x\r\nX-Half: ${'x'.repeat(15_000)}`;
    for (let index = 0; index < 2000; index += 1) server.attack(bytes, { reads: true });
    await server.servesOthers(2000);
    await assertPeak(t, server, 400);
  });
}
