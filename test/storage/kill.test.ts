/** A 2xx means that the write is on disk: the server is killed in the middle of writes, many times. */

import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import SqliteConnection from 'better-sqlite3';
import { DEMO_CONNECT_APP_SID, DEMO_DEVELOPER } from '../../src/demo/data.ts';
import type { Engine } from '../../src/storage/database.ts';
import { openPostgres } from '../../src/storage/postgres.ts';
import { openSqlite } from '../../src/storage/sqlite.ts';
import { present } from '../api/narrow.ts';
import { createRandom } from '../fuzz/random.ts';
import { ended, originOf, runCommand, startCommand } from '../support/cli.ts';
import { DATABASES, settingsOfDatabase } from '../support/databases.ts';
import { until } from '../support/until.ts';

const ROUNDS: Record<Engine, number> = {
  sqlite: Number(process.env.KILL_ROUNDS ?? 50),
  postgres: Number(process.env.KILL_ROUNDS ?? 10),
};
const WRITERS = 5;
/** When each is killed. What it was doing then depends on the machine as well. */
const SEED = Number(process.env.KILL_SEED ?? 1);
const FILE = '.connect-apps/connect-apps.db';
const { accountSid, authToken } = DEMO_DEVELOPER;
const headers = {
  authorization: `Basic ${Buffer.from(`${accountSid}:${authToken}`).toString('base64')}`,
};

for (const engine of DATABASES) {
  it(`keeps every acknowledged write over ${ROUNDS[engine]} SIGKILLs on ${engine}`, async (context) => {
    const folder = await mkdtemp(join(tmpdir(), 'connect-apps-kill-'));
    context.after(() => rm(folder, { recursive: true, force: true }));
    context.diagnostic(`KILL_SEED=${SEED}`);
    const random = createRandom(SEED);
    const settings = await settingsOfDatabase(engine);
    const startDev = () =>
      startCommand(folder, ['dev', '--port', '0', '--log-level', 'silent'], settings);
    const created: string[] = [];
    const apps = [await createApp(), await createApp(), DEMO_CONNECT_APP_SID];
    /** The last description of each app that was acknowledged. */
    const described = apps.map(() => 0);
    const sequence = apps.map(() => 0);

    async function createApp(): Promise<string> {
      const dev = startDev();
      await originOf(dev);
      dev.kill();
      await ended(dev);
      const words = [
        'apps',
        'create',
        '--account-sid',
        accountSid,
        '--friendly-name',
        'A',
        '--json',
      ];
      const { stdout } = await runCommand(folder, words, settings);
      return JSON.parse(stdout).sid;
    }

    for (let round = 0; round < ROUNDS[engine]; round += 1) {
      const child = startDev();
      const origin = await originOf(child);
      const accounts = `${origin}/2010-04-01/Accounts`;
      let isAlive = true;

      const post = async (url: string, form: Record<string, string>) => {
        const reply = await fetch(url, {
          method: 'POST',
          headers,
          body: new URLSearchParams(form),
        });
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
      const before = created.length;
      const writers = Array.from({ length: WRITERS }, (_, writer) => write(writer));
      await until('two writes are acknowledged', () => created.length > before + 1);
      await sleep(random.below(180));
      child.kill('SIGKILL');
      await ended(child);
      isAlive = false;
      await Promise.all(writers);

      if (engine === 'sqlite') checkIntegrity(join(folder, FILE));
      const database =
        engine === 'sqlite'
          ? openSqlite(join(folder, FILE))
          : openPostgres(present(settings.DATABASE_URL), 1);
      const stored = new Set(
        (await database.query.selectFrom('accounts').select('sid').execute()).map(({ sid }) => sid),
      );
      const lost = created.filter((sid) => !stored.has(sid));
      assert.deepEqual(lost, [], `round ${round} lost accounts`);
      const rows = await database.query
        .selectFrom('connect_apps')
        .select(['sid', 'description'])
        .where('account_sid', '=', accountSid)
        .execute();
      await database.close();
      for (const [index, sid] of apps.entries()) {
        const found = Number(rows.find((row) => row.sid === sid)?.description ?? 0);
        const acknowledged = described[index] ?? 0;
        assert.ok(
          found >= acknowledged,
          `round ${round}: ${found} was acknowledged as ${acknowledged}`,
        );
      }
    }
    assert.ok(created.length > ROUNDS[engine], `only ${created.length} writes`);
    const updates = described.reduce((sum, count) => sum + count, 0);
    context.diagnostic(`${created.length + updates} acknowledged writes`);
  });
}

function checkIntegrity(path: string): void {
  const connection = new SqliteConnection(path);
  assert.equal(connection.pragma('integrity_check', { simple: true }), 'ok');
  connection.close();
}
