/** Bodies that never end: only what a route takes is kept of them, and little in all. */

import assert from 'node:assert/strict';
import type { Socket } from 'node:net';
import { it } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { DEMO_CONNECT_APP_SID, DEMO_DEVELOPER } from '../../src/demo/data.ts';
import { accountPath, connectAppPath } from '../api/paths.ts';
import { DATABASES } from '../support/databases.ts';
import { until } from '../support/until.ts';
import { assertPeak, startAttackedServer } from './attacked-server.ts';

const CONNECTIONS = 800;
const BODY_BYTES = 1024 * 1024;
const ATTACK_MS = 2000;
/** A server at rest has about 110; 32 are for bodies, and what the system hands over is in no count. */
const PEAK_MIB = 400;
const FORM = 'application/x-www-form-urlencoded';

/** All but the last byte of a body. */
const endless = Buffer.alloc(BODY_BYTES - 1, 'x');

function headOf(method: string, path: string, ...headers: string[]): string {
  return [
    `${method} ${path} HTTP/1.1`,
    'Host: x',
    `Content-Type: ${FORM}`,
    ...headers,
    '',
    '',
  ].join('\r\n');
}

async function readHead(socket: Socket): Promise<string> {
  let text = '';
  socket.on('data', (chunk: Buffer) => {
    text += chunk.toString();
  });
  socket.resume();
  await until('it is answered', () => text.includes('\r\n\r\n') || socket.destroyed);
  return text;
}

const { accountSid } = DEMO_DEVELOPER;
const app = connectAppPath(accountSid, DEMO_CONNECT_APP_SID);
const routes: readonly (readonly [method: string, path: string, status: number])[] = [
  ['POST', '/sign-in', 413],
  ['POST', `/authorize/${DEMO_CONNECT_APP_SID}`, 413],
  ['POST', app, 413],
  ['POST', '/healthz', 404],
  ['GET', '/healthz', 200],
  ['POST', '/openapi.json', 404],
  ['POST', '/none', 404],
  ['PUT', app, 405],
  ['DELETE', app, 405],
  ['OPTIONS', app, 204],
  ['GET', app, 200],
];

for (const engine of DATABASES) {
  for (const length of [`Content-Length: ${BODY_BYTES}`, 'Transfer-Encoding: chunked']) {
    const isChunked = length.startsWith('T');
    const body = isChunked
      ? Buffer.concat([Buffer.from(`${BODY_BYTES.toString(16)}\r\n`), endless])
      : endless;

    it(`keeps little of ${CONNECTIONS} bodies without end (${length}), on ${engine}`, async (t) => {
      const server = await startAttackedServer(t, engine);
      for (let index = 0; index < CONNECTIONS; index += 1) {
        const [method = '', path = ''] = routes[index % routes.length] ?? [];
        const head = headOf(method, path, `Authorization: ${server.authorization}`, length);
        server.attack(Buffer.concat([Buffer.from(head), body]), { reads: true });
      }
      await server.servesOthers(ATTACK_MS);
      await assertPeak(t, server, PEAK_MIB);
    });

    it(`answers a body without end (${length}) as soon as it is refused, on ${engine}`, async (t) => {
      const server = await startAttackedServer(t, engine);
      for (const [method, path, status] of routes) {
        const head = headOf(method, path, `Authorization: ${server.authorization}`, length);
        const socket = server.attack(Buffer.concat([Buffer.from(head), body]));
        const answer = await readHead(socket);
        assert.match(answer, new RegExp(`^HTTP/1\\.1 ${status} `), `${method} ${path}`);
      }
    });
  }

  it(`gives up the oldest of the forms that never end, and takes those that do, on ${engine}`, async (t) => {
    const server = await startAttackedServer(t, engine);
    const head = headOf('POST', accountPath(accountSid), 'Content-Length: 65000');
    const first = server.attack(
      `${head.slice(0, -2)}Authorization: ${server.authorization}\r\n\r\n${'x'.repeat(64_000)}`,
    );
    // The server looks its caller up before it reads the body, which must be the oldest.
    await server.servesOthers(500);
    const form = `${headOf('POST', '/sign-in', 'Content-Length: 65000')}${'x'.repeat(64_000)}`;
    const answered = readHead(first);
    // A busy server refuses some before it reads them, so more come until the oldest is given up.
    for (let index = 0; index < 5 * CONNECTIONS && first.bytesRead === 0; index += 1) {
      server.attack(form);
      if (index % 50 === 49) await setTimeout(50);
    }
    assert.match(await answered, /^HTTP\/1\.1 503 /);
    await server.servesOthers(0);
    const good = `${headOf('POST', app, 'Content-Length: 13', `Authorization: ${server.authorization}`)}Description=x`;
    assert.match(await readHead(server.attack(good)), /^HTTP\/1\.1 200 /);
    await assertPeak(t, server, PEAK_MIB);
  });

  it(`keeps little of forms in the tiniest chunks, on ${engine}`, async (t) => {
    const server = await startAttackedServer(t, engine);
    const head = headOf('POST', '/sign-in', 'Transfer-Encoding: chunked');
    const bytes = Buffer.from(head + '1\r\nx\r\n'.repeat(10_000));
    for (let index = 0; index < 400; index += 1) server.attack(bytes);
    await server.servesOthers(ATTACK_MS);
    await assertPeak(t, server, PEAK_MIB);
  });

  it(`keeps nothing of trailers and chunk extensions without end, on ${engine}`, async (t) => {
    const server = await startAttackedServer(t, engine);
    const head = headOf('POST', '/sign-in', 'Transfer-Encoding: chunked');
    const trailers = `${head}1\r\nx\r\n0\r\n${`X-Trailer: ${'x'.repeat(1000)}\r\n`.repeat(500)}`;
    const extension = `${head}1;${'x'.repeat(500_000)}`;
    const extensions = head + `1;${'x'.repeat(1000)}\r\nx\r\n`.repeat(500);
    const head100 = headOf('POST', '/sign-in', 'Content-Length: 60000', 'Expect: 100-continue');
    for (const bytes of [trailers, extension, extensions, head100, head.slice(0, -2)]) {
      for (let index = 0; index < 100; index += 1) server.attack(bytes, { reads: true });
    }
    await server.servesOthers(ATTACK_MS);
    await assertPeak(t, server, PEAK_MIB);
  });
}
