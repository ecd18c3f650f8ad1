/** A 2xx means that the write is on disk: the server is killed in the middle of writes, many times. */

import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import SqliteConnection from 'better-sqlite3';
import { DEMO_CONNECT_APP_SID, DEMO_DEVELOPER } from '../../src/demo.ts';
import { createRandom } from '../fuzz/random.ts';
import { ended, originOf, startCommand } from '../support/cli.ts';

const ROUNDS = Number(process.env.KILL_ROUNDS ?? 50);
const WRITERS = 4;
const SEED = Number(process.env.KILL_SEED ?? Date.now() % 1_000_000);
const { accountSid, authToken } = DEMO_DEVELOPER;
const headers = {
  authorization: `Basic ${Buffer.from(`${accountSid}:${authToken}`).toString('base64')}`,
};

it(`keeps every acknowledged write over ${ROUNDS} SIGKILLs`, async (context) => {
  const folder = await mkdtemp(join(tmpdir(), 'connect-apps-kill-'));
  context.after(() => rm(folder, { recursive: true, force: true }));
  context.diagnostic(`KILL_SEED=${SEED}`);
  const random = createRandom(SEED);
  const created: string[] = [];
  let described = -1;
  let sequence = 0;

  for (let round = 0; round < ROUNDS; round += 1) {
    const child = startCommand(folder, ['dev', '--port', '0', '--log-level', 'silent']);
    const origin = await originOf(child);
    const accounts = `${origin}/2010-04-01/Accounts`;
    let isAlive = true;

    const post = async (url: string, form: Record<string, string>) => {
      const reply = await fetch(url, { method: 'POST', headers, body: new URLSearchParams(form) });
      assert.ok(reply.ok, String(reply.status));
      return JSON.parse(await reply.text());
    };
    const write = async (writer: number) => {
      while (isAlive) {
        try {
          if (writer > 0) created.push((await post(`${accounts}.json`, {})).sid);
          else {
            const Description = String(sequence++);
            await post(`${accounts}/${accountSid}/ConnectApps/${DEMO_CONNECT_APP_SID}.json`, {
              Description,
            });
            described = Number(Description);
          }
        } catch (error) {
          if (isAlive) await sleep(1);
          if (error instanceof assert.AssertionError) throw error;
        }
      }
    };
    const writers = Array.from({ length: WRITERS }, (_, writer) => write(writer));
    await sleep(20 + random.below(180));
    child.kill('SIGKILL');
    await ended(child);
    isAlive = false;
    await Promise.all(writers);
  }

  const database = new SqliteConnection(join(folder, 'data/connect-apps.db'));
  context.after(() => database.close());
  assert.equal(database.pragma('integrity_check', { simple: true }), 'ok');
  const stored = new Set(database.prepare('select sid from accounts').pluck().all());
  assert.deepEqual(
    created.filter((sid) => !stored.has(sid)),
    [],
  );
  const description = database.prepare('select description from connect_apps').pluck().get();
  assert.ok(Number(description) >= described, `${description} was acknowledged as ${described}`);
  assert.ok(created.length > ROUNDS, `only ${created.length} writes`);
  context.diagnostic(`${created.length + described + 1} acknowledged writes`);
});
