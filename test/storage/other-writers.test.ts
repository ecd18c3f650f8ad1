/** The embedded database while another process writes to it, for a moment or for too long. */

import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, beforeEach, describe, it } from 'node:test';
import SqliteConnection from 'better-sqlite3';
import { Problem } from '../../src/problem.ts';
import type { Database, Queryable } from '../../src/storage/database.ts';
import { migrate } from '../../src/storage/migrate.ts';
import { openSqlite } from '../../src/storage/sqlite.ts';

describe('the embedded database, while another process writes', () => {
  let folder: string;
  let database: Database;
  let other: SqliteConnection.Database;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'connect-apps-writers-'));
    database = openSqlite(join(folder, 'test.db'));
    await migrate(database);
    other = new SqliteConnection(join(folder, 'test.db'));
  });
  beforeEach(() => other.exec('begin immediate'));
  after(async () => {
    other.close();
    await database.close();
    await rm(folder, { recursive: true, force: true });
  });

  const insert = (sid: string) =>
    database.transaction((transaction: Queryable) =>
      transaction
        .insertInto('connect_apps')
        .values({ account_sid: 'AC', sid, permissions: '', created_at: 1, updated_at: 1 })
        .execute(),
    );

  it('goes on reading while it waits, and then writes in one commit what has gathered', async () => {
    const before = database.commits();
    let isWritten = false;
    const first = insert('CN1').then(() => {
      isWritten = true;
    });
    for (let index = 0; index < 100; index += 1) {
      await database.ping();
      assert.equal(isWritten, false);
    }
    const second = insert('CN2');
    other.exec('commit');
    await Promise.all([first, second]);
    assert.equal(database.commits(), before + 1);
  });

  it('refuses the write when the other does not come to an end, and writes again after it', async () => {
    const outcomes = await Promise.allSettled([insert('CN3'), insert('CN4')]);
    for (const outcome of outcomes) {
      assert.ok(outcome.status === 'rejected' && outcome.reason instanceof Problem);
      assert.equal(outcome.reason.problem, 'storage_unavailable');
    }
    other.exec('rollback');
    await insert('CN3');
  });
});
