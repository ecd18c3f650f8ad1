/**
 * Brings the schema up to date. Migrations are listed by hand, run forward only, and hold a lock, so
 * any number of processes may start at once.
 */

import { sql } from 'kysely';
import { DEFAULT_MIGRATION_TABLE, Migrator } from 'kysely/migration';
import { Problem } from '../problem.ts';
import type { Database, Queryable } from './database.ts';
import { up as accountsAndConnectApps } from './migrations/0001-accounts-and-connect-apps.ts';
import { up as peopleAuthorizationsCallbacks } from './migrations/0002-people-authorizations-callbacks.ts';
import { up as callbacksDueByOwner } from './migrations/0004-callbacks-due-by-owner.ts';

const MIGRATIONS = {
  '0001-accounts-and-connect-apps': { up: accountsAndConnectApps },
  '0002-people-authorizations-callbacks': { up: peopleAuthorizationsCallbacks },
  '0004-callbacks-due-by-owner': { up: callbacksDueByOwner },
};

/** Applies what is missing, in one transaction, and returns the names of the migrations that ran. */
export async function migrate(database: Database): Promise<string[]> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await applyMissing(database);
    } catch (error) {
      if (!isRace(error) || tries === 10) throw error;
    }
  }
}

/** Processes that start on an empty PostgreSQL together make the table of migrations together. */
function isRace(error: unknown): boolean {
  const raw = error instanceof Problem ? error.cause : error;
  return (
    raw instanceof Error &&
    'code' in raw &&
    /^(23505|42P07|25P02|40001|40P01)$/.test(String(raw.code))
  );
}

async function applyMissing(database: Database): Promise<string[]> {
  return database.migration(async (transaction) => {
    await checkNotNewer(transaction);
    const { error, results = [] } = await migratorOn(transaction).migrateToLatest();
    if (error !== undefined) throw error;
    return results.map((result) => result.migrationName);
  });
}

/** Returns the names of the migrations that the database still lacks. */
export async function listPendingMigrations(database: Database): Promise<string[]> {
  const migrations = await migratorOn(database.query).getMigrations();
  return migrations.filter((one) => one.executedAt === undefined).map((one) => one.name);
}

/** Raises `database_not_current` when the schema is not the one that this version works with. */
export async function checkSchema(database: Database): Promise<void> {
  await checkNotNewer(database.query);
  const pending = await listPendingMigrations(database);
  if (pending.length === 0) return;
  throw new Problem(
    'database_not_current',
    `The database lacks ${pending.length} migration(s). Run "connect-apps migrate" first.`,
  );
}

/**
 * Makes the schema in a database that has none at all. Any other is only checked (`checkSchema`): an
 * older one belongs to servers that run, and could not start again on a newer one.
 */
export async function makeFirstSchema(database: Database): Promise<void> {
  const pending = await listPendingMigrations(database);
  const hasNone = pending.length === Object.keys(MIGRATIONS).length;
  if (hasNone) await migrate(database);
  else await checkSchema(database);
}

/** An older version must not write to a schema that it does not know. */
async function checkNotNewer(db: Queryable): Promise<void> {
  const tables = await db.introspection.getTables({ withInternalKyselyTables: true });
  if (!tables.some((table) => table.name === DEFAULT_MIGRATION_TABLE)) return;
  const { rows } = await sql<{
    name: string;
  }>`select name from ${sql.table(DEFAULT_MIGRATION_TABLE)}`.execute(db);
  const unknown = rows.find(({ name }) => !(name in MIGRATIONS));
  if (unknown === undefined) return;
  throw new Problem(
    'database_not_current',
    `The database was written by a newer version of connect-apps (it has ${unknown.name}). Start that version.`,
  );
}

function migratorOn(db: Queryable): Migrator {
  return new Migrator({ db, provider: { getMigrations: async () => MIGRATIONS } });
}
