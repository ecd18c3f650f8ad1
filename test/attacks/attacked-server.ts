/** A server with a small heap in a process of its own, whose end and memory an attack can be judged by. */

import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { DEMO_CONNECT_APP_SID, DEMO_DEVELOPER } from '../../src/demo/data.ts';
import type { Engine } from '../../src/storage/database.ts';
import { connectAppPath } from '../api/paths.ts';
import { ended, originOf, startCommand } from '../support/cli.ts';
import { settingsOfDatabase } from '../support/databases.ts';
import { send } from '../support/server.ts';

/** The heap that the attack of 60 readers of nothing broke was four times as large. */
const HEAP_MIB = 128;
/** How long a good client waits at most while the server is attacked, on a machine that is busy with more. */
const PATIENCE_MS = 60_000;

export interface AttackedServer {
  url: string;
  authorization: string;
  /** Opens a connection and writes these bytes to it; it is read only when `reads` is true. */
  attack(bytes: string | Buffer, options?: { reads?: boolean }): Socket;
  /** Asserts that a good client is served for `durationMs`, and that the server lives. */
  servesOthers(durationMs: number): Promise<void>;
  /** The most memory that the process has had, in MiB; undefined where the system does not say. */
  peakMiB(): Promise<number | undefined>;
}

/** Starts `dev` with the demo data; it and all attacking connections end with the test. */
export async function startAttackedServer(
  t: TestContext,
  engine: Engine,
  settings: Readonly<Record<string, string>> = {},
): Promise<AttackedServer> {
  const folder = await mkdtemp(join(tmpdir(), 'connect-apps-attack-'));
  const child = startCommand(folder, ['dev', '--port', '0', '--log-level', 'silent'], {
    NODE_OPTIONS: `--max-old-space-size=${HEAP_MIB}`,
    ...(await settingsOfDatabase(engine)),
    ...settings,
  });
  const sockets: Socket[] = [];
  t.after(async () => {
    for (const socket of sockets) socket.destroy();
    child.kill('SIGKILL');
    await ended(child);
    await rm(folder, { recursive: true, force: true });
  });
  const url = await originOf(child);
  const { hostname, port } = new URL(url);
  const { accountSid, authToken } = DEMO_DEVELOPER;

  async function serves(): Promise<void> {
    const path = connectAppPath(accountSid, DEMO_CONNECT_APP_SID);
    const late = setTimeout(PATIENCE_MS, undefined, { ref: false });
    // A connection of its own each time: new clients must come in, too.
    const reply = await Promise.race([
      send(url, 'GET', path, { auth: DEMO_DEVELOPER, isPatient: false }),
      late,
    ]);
    assert.ok(reply, `a good client has waited ${PATIENCE_MS} ms`);
    // It may be told that there is too much to do, as long as it is told.
    assert.ok([200, 503].includes(reply.status), reply.text);
  }

  return {
    url,
    authorization: `Basic ${Buffer.from(`${accountSid}:${authToken}`).toString('base64')}`,
    attack(bytes, { reads = false } = {}) {
      const socket = connect({ host: hostname, port: Number(port) });
      sockets.push(socket);
      socket.on('error', () => {});
      if (reads) socket.resume();
      else socket.pause();
      socket.write(bytes);
      return socket;
    },
    async servesOthers(durationMs) {
      const end = Date.now() + durationMs;
      do {
        await serves();
        await setTimeout(50);
      } while (Date.now() < end);
      assert.equal(child.exitCode ?? child.signalCode, null, 'the server has ended');
    },
    async peakMiB() {
      const status = await readFile(`/proc/${child.pid}/status`, 'utf8').catch(() => '');
      const [, kilobytes] = /^VmHWM:\s+(\d+) kB/m.exec(status) ?? [];
      return kilobytes === undefined ? undefined : Number(kilobytes) / 1024;
    },
  };
}

/** Asserts that the attack has not made the process grow beyond `limitMiB`. */
export async function assertPeak(
  t: TestContext,
  server: AttackedServer,
  limitMiB: number,
): Promise<void> {
  const peak = await server.peakMiB();
  if (peak === undefined) return;
  t.diagnostic(`at most ${peak.toFixed(0)} MiB`);
  assert.ok(peak < limitMiB, `the process had ${peak.toFixed(0)} MiB`);
}
