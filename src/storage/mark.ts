/**
 * Identifies connect-apps databases by a mark: `application_id` in SQLite, and in PostgreSQL the schema that
 * holds all our tables. A database with other tables and no mark is refused and not changed.
 */

import { Problem } from '../problem.ts';

/** 'CApp' in ASCII, in the header of the file (https://sqlite.org/fileformat2.html, offset 68). */
export const APPLICATION_ID = 0x43417070;

/** The schema of PostgreSQL that holds all our tables, and only them. */
export const TABLE_SCHEMA = 'connect_apps';

/**
 * Whether a database may be created or taken over: `claim` creates a missing one, takes over an empty one,
 * and marks one from a version before the mark; `existing` accepts only a marked one.
 */
export type Opening = 'claim' | 'existing';

/** The tables of the first two migrations, before databases had a mark. */
const FIRST = ['accounts', 'connect_apps', 'kysely_migration', 'kysely_migration_lock'];
const SECOND = [
  'authorizations',
  'callback_attempts',
  'callbacks',
  'memberships',
  'sessions',
  'users',
];

/** Whether these are exactly the tables of a version before the mark. */
export function isOfVersionBeforeMark(tables: readonly string[]): boolean {
  const names = tables.toSorted().join();
  return names === FIRST.join() || names === [...FIRST, ...SECOND].toSorted().join();
}

/** Another program uses this database. */
export function ofAnotherProgram(name: string): Problem {
  return new Problem(
    'database_foreign',
    `The database ${name} contains tables of another program, and was not changed. Use --database-url to name another database, or omit it to use a file in the data folder.`,
  );
}

/** There is no connect-apps database at the expected place. */
export function noDatabaseAt(name: string): Problem {
  return new Problem(
    'database_missing',
    `No database at ${name}. Run the command in the folder of the database, name the database with --database-url or --data-dir, or create it with "connect-apps migrate" (for development, "connect-apps dev").`,
  );
}

/** A version before the mark created it. */
export function ofVersionBeforeMark(name: string): Problem {
  return new Problem(
    'database_not_current',
    `The database ${name} is not marked as a connect-apps database: another program or an older version created it. If it is yours, stop its servers and run "connect-apps migrate" to mark it.`,
  );
}
