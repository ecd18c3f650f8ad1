/** A database as versions before the mark made it: the first migrations, and no mark. */

import type { Dialect } from 'kysely';
import { Kysely } from 'kysely';
import { Migrator } from 'kysely/migration';
import { up as accountsAndConnectApps } from '../../src/storage/migrations/0001-accounts-and-connect-apps.ts';
import { up as peopleAuthorizationsCallbacks } from '../../src/storage/migrations/0002-people-authorizations-callbacks.ts';

const MIGRATIONS = {
  '0001-accounts-and-connect-apps': { up: accountsAndConnectApps },
  '0002-people-authorizations-callbacks': { up: peopleAuthorizationsCallbacks },
};

/** Makes its tables where the dialect leads, and closes the connection. */
export async function makeBeforeMark(dialect: Dialect): Promise<void> {
  const db = new Kysely<unknown>({ dialect });
  const migrator = new Migrator({ db, provider: { getMigrations: async () => MIGRATIONS } });
  const { error } = await migrator.migrateToLatest();
  await db.destroy();
  if (error !== undefined) throw error;
}
