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
import { up as costsOfLists } from './migrations/0003-costs-of-lists.ts';
import { up as callbacksDueByOwner } from './migrations/0004-callbacks-due-by-owner.ts';
import { up as consoleListsAndLogos } from './migrations/0005-console-lists-and-logos.ts';
import { up as requests } from './migrations/0006-requests.ts';
import { up as auditAndPeople } from './migrations/0007-audit-and-people.ts';
import { up as callbacksOfAnApp } from './migrations/0008-callbacks-of-an-app.ts';
import { up as operators } from './migrations/0009-operators.ts';
import { up as apiKeys } from './migrations/0010-api-keys.ts';
import { up as authorizationsEndedByAccount } from './migrations/0014-authorizations-ended-by-account.ts';
import { up as standIns } from './migrations/0015-stand-ins.ts';

const MIGRATIONS = {
  '0001-accounts-and-connect-apps': { up: accountsAndConnectApps },
  '0002-people-authorizations-callbacks': { up: peopleAuthorizationsCallbacks },
  '0003-costs-of-lists': { up: costsOfLists },
  '0004-callbacks-due-by-owner': { up: callbacksDueByOwner },
  '0005-console-lists-and-logos': { up: consoleListsAndLogos },
  '0006-requests': { up: requests },
  '0007-audit-and-people': { up: auditAndPeople },
  '0008-callbacks-of-an-app': { up: callbacksOfAnApp },
  '0009-operators': { up: operators },
  '0010-api-keys': { up: apiKeys },
  '0014-authorizations-ended-by-account': { up: authorizationsEndedByAccount },
  '0015-stand-ins': { up: standIns },
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
    /^(23505|42P0[167]|25P02|40001|40P01)$/.test(String(raw.code))
  );
}

async function applyMissing(database: Database): Promise<string[]> {
  return database.migration(async (transaction) => {
    await database.mark?.claim(transaction);
    await checkNotNewer(transaction, database);
    const { error, results = [] } = await migratorOn(transaction, database).migrateToLatest();
    if (error !== undefined) throw error;
    return results.map((result) => result.migrationName);
  });
}

/** Returns the names of the migrations that the database still lacks. */
export async function listPendingMigrations(database: Database): Promise<string[]> {
  const migrations = await migratorOn(database.query, database).getMigrations();
  return migrations.filter((one) => one.executedAt === undefined).map((one) => one.name);
}

/** The name of the newest migration that was applied; undefined before the first. */
export async function findLatestMigration(database: Database): Promise<string | undefined> {
  const migrations = await migratorOn(database.query, database).getMigrations();
  return migrations.filter((one) => one.executedAt !== undefined).at(-1)?.name;
}

/**
 * Raises `database_not_current` when the schema is not the one that this version works with, and says so
 * when the database is missing or that of another program.
 */
export async function checkSchema(database: Database): Promise<void> {
  await database.mark?.check();
  await checkNotNewer(database.query, database);
  const pending = await listPendingMigrations(database);
  if (pending.length === 0) return;
  throw new Problem(
    'database_not_current',
    `The database ${database.name} lacks ${pending.length} migration(s). Run "connect-apps migrate" first.`,
  );
}

/** An older version must not write to a schema that it does not know. */
async function checkNotNewer(db: Queryable, { mark, name: place }: Database): Promise<void> {
  const tables = await db.introspection.getTables({ withInternalKyselyTables: true });
  const isThere = tables.some(
    ({ name, schema }) => name === DEFAULT_MIGRATION_TABLE && schema === mark?.schema,
  );
  if (!isThere) return;
  const table = sql.table(
    mark === undefined ? DEFAULT_MIGRATION_TABLE : `${mark.schema}.${DEFAULT_MIGRATION_TABLE}`,
  );
  const { rows } = await sql<{ name: string }>`select name from ${table}`.execute(db);
  const unknown = rows.find(({ name }) => !(name in MIGRATIONS));
  if (unknown === undefined) return;
  throw new Problem(
    'database_not_current',
    `The database ${place} was written by a newer version of connect-apps (it has ${unknown.name}). Use that version.`,
  );
}

function migratorOn(db: Queryable, { mark }: Database): Migrator {
  return new Migrator({
    db,
    provider: { getMigrations: async () => MIGRATIONS },
    ...(mark && { migrationTableSchema: mark.schema }),
  });
}
