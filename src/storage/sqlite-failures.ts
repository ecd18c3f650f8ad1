/** Errors between this server and the SQLite file, and their names. */

import SqliteConnection from 'better-sqlite3';
import { Problem } from '../problem.ts';

const UNAVAILABLE = /^SQLITE_(FULL|IOERR|BUSY|LOCKED|READONLY|CANTOPEN|CORRUPT|NOTADB|NOMEM)/;

/** Runs a statement; a failure of the disk is raised as `storage_unavailable`. */
export function namingFailures<T>(run: () => T): T {
  try {
    return run();
  } catch (error) {
    throw nameFailure(error);
  }
}

/** Turns an error of SQLite into `storage_unavailable`; passes our own bugs through. */
export function nameFailure(error: unknown): unknown {
  return error instanceof SqliteConnection.SqliteError && UNAVAILABLE.test(error.code)
    ? new Problem('storage_unavailable', undefined, { cause: error })
    : error;
}

/** Whether another process holds the lock that was asked for. */
export function isBusy(error: unknown): boolean {
  return error instanceof SqliteConnection.SqliteError && error.code.startsWith('SQLITE_BUSY');
}
