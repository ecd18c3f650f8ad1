/** Migrations: from empty, twice, and on a database that a newer version has written. */

import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { sql } from 'kysely';
import { Migrator } from 'kysely/migration';
import { Problem } from '../../src/problem.ts';
import { createConfig } from '../../src/server/config.ts';
import { openDatabase } from '../../src/server/context.ts';
import type { Engine } from '../../src/storage/database.ts';
import { checkSchema, listPendingMigrations, migrate } from '../../src/storage/migrate.ts';
import { up } from '../../src/storage/migrations/0001-accounts-and-connect-apps.ts';
import { DATABASES, emptyDatabase } from '../support/databases.ts';

const isNotCurrent = (error: unknown) =>
  error instanceof Problem && error.problem === 'database_not_current';

const isMissing = (error: unknown) =>
  error instanceof Problem && error.problem === 'database_missing';

async function open(context: TestContext, engine: Engine) {
  const folder = await mkdtemp(join(tmpdir(), 'connect-apps-migrate-'));
  const settings = { DATABASE_URL: await emptyDatabase(engine, folder) };
  const database = openDatabase(createConfig(settings, 'development'));
  context.after(async () => {
    await database.close();
    await rm(folder, { recursive: true, force: true });
  });
  return database;
}

for (const engine of DATABASES) {
  describe(`migrations on ${engine}`, () => {
    it('bring an empty database up to date, and then have nothing to do', async (context) => {
      const database = await open(context, engine);
      const pending = await listPendingMigrations(database);
      await assert.rejects(
        checkSchema(database),
        (error) => isNotCurrent(error) || isMissing(error),
      );
      assert.deepEqual(await migrate(database), pending);
      assert.deepEqual(await migrate(database), []);
      await checkSchema(database);
    });

    it('keep what an older version has written', async (context) => {
      const database = await open(context, engine);
      const first = { '0001-accounts-and-connect-apps': { up } };
      const app = { account_sid: 'AC1', sid: 'CN1', permissions: '', created_at: 1, updated_at: 2 };
      await database.migration(async (db) => {
        const provider = { getMigrations: async () => first };
        const { mark } = database;
        await mark?.claim(db);
        const { error } = await new Migrator({
          db,
          provider,
          ...(mark && { migrationTableSchema: mark.schema }),
        }).migrateToLatest();
        assert.equal(error, undefined);
        await db.insertInto('connect_apps').values(app).execute();
      });
      const pending = await listPendingMigrations(database);
      assert.ok(pending.length > 0);
      assert.deepEqual(await migrate(database), pending);
      const [row] = await database.query.selectFrom('connect_apps').selectAll().execute();
      assert.deepEqual({ ...row, ...app }, row);
    });

    it('refuse a database that a newer version has written', async (context) => {
      const database = await open(context, engine);
      await migrate(database);
      const row = sql`values ('9999-newer', '2099-01-01T00:00:00.000Z')`;
      const table = sql.table(`${database.mark ? 'connect_apps.' : ''}kysely_migration`);
      await database.transaction((transaction) =>
        sql`insert into ${table} (name, timestamp) ${row}`.execute(transaction),
      );
      await assert.rejects(checkSchema(database), isNotCurrent);
      await assert.rejects(migrate(database), isNotCurrent);
    });
  });
}
