/** Migrations: from empty, twice, and on a database that a newer version has written. */

import assert from 'node:assert/strict';
import { it } from 'node:test';
import { sql } from 'kysely';
import { Problem } from '../../src/problem.ts';
import { checkSchema, listPendingMigrations, migrate } from '../../src/storage/migrate.ts';
import { openSqlite } from '../../src/storage/sqlite.ts';

const isNotCurrent = (error: unknown) =>
  error instanceof Problem && error.problem === 'database_not_current';

it('brings an empty database up to date, and then has nothing to do', async (context) => {
  const database = openSqlite(':memory:');
  context.after(() => database.close());
  const pending = await listPendingMigrations(database);
  await assert.rejects(checkSchema(database), isNotCurrent);
  assert.deepEqual(await migrate(database), pending);
  assert.deepEqual(await migrate(database), []);
  await checkSchema(database);
});

it('refuses a database that a newer version has written', async (context) => {
  const database = openSqlite(':memory:');
  context.after(() => database.close());
  await migrate(database);
  const row = sql`values ('9999-newer', '2099-01-01T00:00:00.000Z')`;
  await sql`insert into kysely_migration (name, timestamp) ${row}`.execute(database.query);
  await assert.rejects(checkSchema(database), isNotCurrent);
  await assert.rejects(migrate(database), isNotCurrent);
});
