/** What was deleted is in no file any more, and making sure of it stands in nobody's way. */

import assert from 'node:assert/strict';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { it, type TestContext } from 'node:test';
import SqliteConnection from 'better-sqlite3';
import type { Database } from '../../src/storage/database.ts';
import { migrate } from '../../src/storage/migrate.ts';
import { openSqlite } from '../../src/storage/sqlite.ts';

const SECRET = 'Unforgettable';

async function open(context: TestContext) {
  const folder = await mkdtemp(join(tmpdir(), 'connect-apps-forget-'));
  const path = join(folder, 'test.db');
  const database = openSqlite(path);
  context.after(async () => {
    await database.close();
    await rm(folder, { recursive: true, force: true });
  });
  await migrate(database);
  return { database, path, folder };
}

function insert(database: Database, sid: string): Promise<unknown> {
  const app = {
    account_sid: 'AC',
    sid,
    friendly_name: SECRET,
    permissions: '',
    created_at: 1,
    updated_at: 1,
  };
  return database.transaction((one) => one.insertInto('connect_apps').values(app).execute());
}

async function filesWithSecret(folder: string): Promise<string[]> {
  const names = await readdir(folder);
  const contents = await Promise.all(names.map((name) => readFile(join(folder, name), 'latin1')));
  return names.filter((_, index) => contents[index]?.includes(SECRET));
}

it('leaves no trace of a deleted row, also while others write', async (context) => {
  const { database, folder } = await open(context);
  await Promise.all(Array.from({ length: 100 }, (_, index) => insert(database, `CN${index}`)));
  assert.notDeepEqual(await filesWithSecret(folder), []);
  await database.transaction((one) => one.deleteFrom('connect_apps').execute());

  const unfinished = Promise.withResolvers<void>();
  const writer = database.transaction(async () => unfinished.promise);
  const forgotten = database.forget();
  setImmediate(unfinished.resolve);
  await Promise.all([writer, forgotten]);
  assert.deepEqual(await filesWithSecret(folder), []);
});

it('gives up soon while another process reads, and succeeds after it', async (context) => {
  const { database, path } = await open(context);
  const other = new SqliteConnection(path);
  context.after(() => other.close());
  other.exec('begin');
  other.prepare('select count(*) from connect_apps').get();
  await insert(database, 'CN1');

  const begun = performance.now();
  await assert.rejects(database.forget(), { problem: 'storage_unavailable' });
  const durationMs = performance.now() - begun;
  assert.ok(durationMs < 2000, `nobody was served for ${durationMs} ms`);
  other.exec('commit');
  await database.forget();
  await insert(database, 'CN2');
});
