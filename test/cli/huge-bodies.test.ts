/** Bodies without end against a process of their own: it refuses them, and it does not grow. */

import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { it } from 'node:test';
import { DEMO_CONNECT_APP_SID, DEMO_DEVELOPER } from '../../src/demo/data.ts';
import { connectAppPath } from '../api/paths.ts';
import { ended, originOf, startCommand } from '../support/cli.ts';
import { DATABASES, settingsOfDatabase } from '../support/databases.ts';

const BODIES = 60;
const BODY_BYTES = 16 * 1024 * 1024;
const MAX_GROWTH_BYTES = 48 * 1024 * 1024;

for (const engine of DATABASES) {
  it(`does not grow with ${BODIES} bodies of 16 MiB on ${engine}`, async (context) => {
    const folder = await mkdtemp(join(tmpdir(), 'connect-apps-huge-'));
    context.after(() => rm(folder, { recursive: true, force: true }));
    const settings = await settingsOfDatabase(engine);
    const child = startCommand(folder, ['dev', '--port', '0', '--log-level', 'silent'], settings);
    const origin = await originOf(child);
    try {
      for (let warm = 0; warm < 10; warm += 1) await sendBody(origin);
      const before = await residentBytes(origin);
      for (let sent = 0; sent < BODIES; sent += 1) {
        assert.match(await sendBody(origin), /^HTTP\/1\.1 413 /);
      }
      const growth = (await residentBytes(origin)) - before;
      context.diagnostic(`${(growth / 2 ** 20).toFixed(1)} MiB more for ${BODIES} bodies`);
      assert.ok(growth < MAX_GROWTH_BYTES, `it grew by ${growth} bytes`);
    } finally {
      child.kill();
      await ended(child);
    }
  });
}

/** Sends chunks until the server closes or the body is whole, and returns what it answered. */
async function sendBody(origin: string): Promise<string> {
  const { accountSid, authToken } = DEMO_DEVELOPER;
  const { hostname, port } = new URL(origin);
  const socket = connect(Number(port), hostname);
  const basic = Buffer.from(`${accountSid}:${authToken}`).toString('base64');
  const chunk = `10000\r\n${'x'.repeat(0x10000)}\r\n`;
  let answer = '';
  socket.on('data', (data: Buffer) => {
    answer += data.toString();
  });
  socket.on('error', () => {});
  const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()));
  socket.write(
    `POST ${connectAppPath(accountSid, DEMO_CONNECT_APP_SID)} HTTP/1.1\r\nHost: x\r\n` +
      `Authorization: Basic ${basic}\r\nContent-Type: application/x-www-form-urlencoded\r\n` +
      'Transfer-Encoding: chunked\r\n\r\n',
  );
  for (let sent = 0; sent < BODY_BYTES && !socket.destroyed; sent += 0x10000) {
    if (!socket.write(chunk)) {
      await Promise.race([closed, new Promise((resolve) => socket.once('drain', resolve))]);
    }
  }
  socket.end('0\r\n\r\n');
  await closed;
  return answer;
}

async function residentBytes(origin: string): Promise<number> {
  const metrics = await (await fetch(`${origin}/metrics`)).text();
  const [, bytes] = /^process_resident_memory_bytes (\d+)/m.exec(metrics) ?? [];
  return Number(bytes);
}
