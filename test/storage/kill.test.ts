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
import { ended, originOf, runCommand, startCommand } from '../support/cli.ts';

const ROUNDS = Number(process.env.KILL_ROUNDS ?? 50);
const WRITERS = 5;
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
  const apps = [await createApp(folder), await createApp(folder), DEMO_CONNECT_APP_SID];
  /** The last description of each app that was acknowledged. */
  const described = apps.map(() => 0);
  const sequence = apps.map(() => 0);

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
          const app = apps[writer];
          if (app === undefined) created.push((await post(`${accounts}.json`, {})).sid);
          else {
            const number = (sequence[writer] ?? 0) + 1;
            sequence[writer] = number;
            const form = { Description: String(number) };
            await post(`${accounts}/${accountSid}/ConnectApps/${app}.json`, form);
            described[writer] = number;
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

    const database = new SqliteConnection(join(folder, 'data/connect-apps.db'));
    assert.equal(database.pragma('integrity_check', { simple: true }), 'ok');
    const stored = new Set(database.prepare('select sid from accounts').pluck().all());
    const lost = created.filter((sid) => !stored.has(sid));
    assert.deepEqual(lost, [], `round ${round} lost accounts`);
    for (const [index, sid] of apps.entries()) {
      const select = database.prepare('select description from connect_apps where sid = ?').pluck();
      const found = Number(select.get(sid) ?? 0);
      const acknowledged = described[index] ?? 0;
      assert.ok(
        found >= acknowledged,
        `round ${round}: ${found} was acknowledged as ${acknowledged}`,
      );
    }
    database.close();
  }
  assert.ok(created.length > ROUNDS, `only ${created.length} writes`);
  const updates = described.reduce((sum, count) => sum + count, 0);
  context.diagnostic(`${created.length + updates} acknowledged writes`);
});

async function createApp(folder: string): Promise<string> {
  const dev = startCommand(folder, ['dev', '--port', '0', '--log-level', 'silent']);
  await originOf(dev);
  dev.kill();
  await ended(dev);
  const words = ['apps', 'create', '--account-sid', accountSid, '--friendly-name', 'A', '--json'];
  const { stdout } = await runCommand(folder, words);
  return JSON.parse(stdout).sid;
}
