/** Group commit: writers share commits, and a failure reaches only the one that it belongs to. */

import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import type { Queryable } from '../../src/storage/database.ts';
import { migrate } from '../../src/storage/migrate.ts';
import { openPostgres } from '../../src/storage/postgres.ts';
import { openSqlite } from '../../src/storage/sqlite.ts';
import { emptyDatabase, POSTGRES_OBSTACLE } from '../support/databases.ts';

type Kind = 'a file' | 'memory' | 'PostgreSQL';

async function open(context: TestContext, kind: Kind) {
  const folder = await mkdtemp(join(tmpdir(), 'connect-apps-storage-'));
  const database =
    kind === 'PostgreSQL'
      ? openPostgres(await emptyDatabase('postgres', folder), 10)
      : openSqlite(kind === 'memory' ? ':memory:' : join(folder, 'test.db'));
  context.after(async () => {
    await database.close();
    await rm(folder, { recursive: true, force: true });
  });
  await migrate(database);
  return database;
}

async function insert(query: Queryable, sid: string): Promise<void> {
  const app = { account_sid: 'AC', sid, permissions: '', created_at: 1, updated_at: 1 };
  await query.insertInto('connect_apps').values(app).execute();
}

async function listSids(query: Queryable): Promise<string[]> {
  const rows = await query.selectFrom('connect_apps').select('sid').orderBy('sid').execute();
  return rows.map((row) => row.sid);
}

const KINDS: readonly Kind[] = [
  'a file',
  'memory',
  ...(POSTGRES_OBSTACLE ? [] : (['PostgreSQL'] as const)),
];

for (const kind of KINDS) {
  describe(`transactions in ${kind}`, () => {
    // What is in memory has one connection, which reads and writes.
    if (kind !== 'memory') {
      it('shows a reader nothing of a transaction before its commit, and all of it after', async (context) => {
        const database = await open(context, kind);
        let during: string[] | undefined;
        await database.transaction(async (one) => {
          await insert(one, 'CN1');
          during = await listSids(database.query);
        });
        assert.deepEqual(during, []);
        assert.deepEqual(await listSids(database.query), ['CN1']);
      });
    }

    it('keeps all that were started together', async (context) => {
      const database = await open(context, kind);
      const sids = Array.from({ length: 200 }, (_, index) => `CN${1000 + index}`);
      await Promise.all(sids.map((sid) => database.transaction((one) => insert(one, sid))));
      assert.deepEqual(await listSids(database.query), sids);
    });

    it('rejects the one that fails, keeps nothing of it and all of the others', async (context) => {
      const database = await open(context, kind);
      const outcomes = await Promise.allSettled([
        database.transaction((one) => insert(one, 'CN1')),
        database.transaction(async (one) => {
          await insert(one, 'CN2');
          throw new Error('on purpose');
        }),
        database.transaction((one) => insert(one, 'CN3')),
      ]);
      assert.deepEqual(
        outcomes.map((outcome) => outcome.status),
        ['fulfilled', 'rejected', 'fulfilled'],
      );
      assert.deepEqual(await listSids(database.query), ['CN1', 'CN3']);
    });

    // SQLite has one writer; PostgreSQL has many, and groups their commits itself.
    if (kind === 'PostgreSQL') return;

    it('lets those that wait together share one commit', async (context) => {
      const database = await open(context, kind);
      const before = database.commits();
      await Promise.all(
        Array.from({ length: 200 }, (_, index) =>
          database.transaction((one) => insert(one, `CN${index}`)),
        ),
      );
      const commits = database.commits() - before;
      assert.ok(commits <= 4, `${commits} commits for 200 transactions`);
    });

    it('lets the others share one commit when some fail before they have written', async (context) => {
      const database = await open(context, kind);
      const before = database.commits();
      const outcomes = await Promise.allSettled(
        Array.from({ length: 60 }, (_, index) =>
          database.transaction(async (one) => {
            if (index % 2 === 0) throw new Error('on purpose');
            await insert(one, `CN${index}`);
          }),
        ),
      );
      assert.equal(outcomes.filter(({ status }) => status === 'rejected').length, 30);
      assert.equal((await listSids(database.query)).length, 30);
      const commits = database.commits() - before;
      assert.ok(commits <= 2, `${commits} commits for 60 transactions`);
    });

    it('runs them in the order in which they were started', async (context) => {
      const database = await open(context, kind);
      const seen = await Promise.all(
        Array.from({ length: 100 }, (_, index) =>
          database.transaction(async (one) => {
            await insert(one, `CN${index}`);
            return (await listSids(one)).length;
          }),
        ),
      );
      assert.deepEqual(
        seen,
        Array.from({ length: 100 }, (_, index) => index + 1),
      );
    });
  });
}
