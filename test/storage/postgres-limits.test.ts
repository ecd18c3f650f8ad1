/** The limits that keep a server answering: time-outs, the size of the pool, and how often it tries. */

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { describe, it } from 'node:test';
import { sql } from 'kysely';
import type { Database } from '../../src/storage/database.ts';
import { openPostgres } from '../../src/storage/postgres.ts';
import { startAnswerThief } from '../support/answer-thief.ts';
import { emptyDatabase, POSTGRES_OBSTACLE } from '../support/databases.ts';
import { timed } from '../support/timed.ts';

/** A request is answered 503 within this. */
const ANSWER_MS = 2000;

describe('the limits of PostgreSQL', { skip: POSTGRES_OBSTACLE }, () => {
  async function checkGivesUp(work: () => Promise<unknown>): Promise<void> {
    const { durationMs } = await timed(() =>
      assert.rejects(work, { problem: 'storage_unavailable' }),
    );
    assert.ok(durationMs < ANSWER_MS, `it took ${durationMs} ms`);
  }

  async function backendOf(database: Database): Promise<number | undefined> {
    const { rows } = await sql<{ pid: number }>`select pg_backend_pid() as pid`.execute(
      database.query,
    );
    return rows[0]?.pid;
  }

  it('gives up on a host that takes a connection and says nothing', async (t) => {
    const silent = createServer(() => {});
    silent.listen(0, '127.0.0.1');
    await once(silent, 'listening');
    t.after(() => silent.close());
    const address = silent.address();
    const port = typeof address === 'object' && address ? address.port : 0;
    const database = openPostgres(`postgres://tester@127.0.0.1:${port}/test`, 1);
    t.after(() => database.close());
    await checkGivesUp(() => database.ping());
  });

  it('gives up on a statement that gets no answer, and throws its connection away', async (t) => {
    const thief = await startAnswerThief(await emptyDatabase('postgres', tmpdir()));
    const database = openPostgres(thief.url, 1);
    t.after(async () => {
      await database.close();
      thief.close();
    });
    const before = await backendOf(database);
    thief.silence('delete from');
    await checkGivesUp(() => sql`delete from pg_class where false`.execute(database.query));
    assert.notEqual(await backendOf(database), before);
  });

  it('gives up on a statement that takes too long, and throws its connection away', async (t) => {
    const database = openPostgres(await emptyDatabase('postgres', tmpdir()), 1);
    t.after(() => database.close());
    const before = await backendOf(database);
    await checkGivesUp(() => sql`select pg_sleep(10)`.execute(database.query));
    assert.notEqual(await backendOf(database), before);
  });

  it('opens no more connections than the setting says', async (t) => {
    const database = openPostgres(await emptyDatabase('postgres', tmpdir()), 3);
    t.after(() => database.close());
    const pids = await Promise.all(
      Array.from({ length: 12 }, async () => {
        const { rows } = await sql<{
          pid: number;
        }>`select pg_backend_pid() as pid, pg_sleep(0.05)`.execute(database.query);
        return rows[0]?.pid;
      }),
    );
    assert.equal(new Set(pids).size, 3);
  });

  it('runs a transaction again after a conflict and after a deadlock', async (t) => {
    const database = openPostgres(await emptyDatabase('postgres', tmpdir()), 1);
    t.after(() => database.close());
    const faults = ['40P01', '40001'];
    let runs = 0;
    await database.transaction(async (transaction) => {
      const fault = faults[runs];
      runs += 1;
      const raise = `do $$ begin raise exception using errcode = '${fault}'; end $$`;
      if (fault !== undefined) await sql.raw(raise).execute(transaction);
    });
    assert.equal(runs, 3);
  });

  it('does not take for done what PostgreSQL has rolled back', async (t) => {
    const database = openPostgres(await emptyDatabase('postgres', tmpdir()), 1);
    t.after(() => database.close());
    const swallowing = database.transaction(async (transaction) => {
      await sql`select 1 / 0`.execute(transaction).catch(() => {});
    });
    await assert.rejects(swallowing);
  });
});
