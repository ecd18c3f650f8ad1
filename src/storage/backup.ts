/** A copy of the embedded database that is whole, taken while servers go on writing. */

import { randomBytes } from 'node:crypto';
import {
  closeSync,
  constants,
  copyFileSync,
  fsyncSync,
  linkSync,
  lstatSync,
  openSync,
  rmSync,
} from 'node:fs';
import SqliteConnection from 'better-sqlite3';
import { Problem } from '../problem.ts';

/**
 * Writes everything that was committed when it began into one file at `destination`, checked and
 * synced. Raises `setting_invalid` when there is a file already, and `storage_unavailable` when the
 * database cannot be read or the copy not be written: then nothing is left.
 */
export function backUpSqlite(path: string, destination: string): void {
  if (lstatSync(destination, { throwIfNoEntry: false }) !== undefined) throw isThere(destination);
  // A name that nobody else has, also of a file that lies there already.
  const unfinished = `${destination}.${randomBytes(6).toString('hex')}.unfinished`;
  try {
    closeSync(openSync(unfinished, 'wx', 0o600));
    const source = new SqliteConnection(path, { fileMustExist: true });
    try {
      // One read transaction: writers continue, and their changes are not in the copy.
      source.prepare('vacuum into ?').run(unfinished);
    } finally {
      source.close();
    }
    checkCopy(unfinished);
    sync(unfinished);
    publish(unfinished, destination);
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && cause.code === 'EEXIST') {
      throw isThere(destination);
    }
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new Problem('storage_unavailable', `Cannot back up ${path}: ${reason}.`, { cause });
  } finally {
    rmSync(unfinished, { force: true });
  }
}

/** Unlike a rename, neither way replaces a file that has appeared there. */
function publish(unfinished: string, destination: string): void {
  try {
    linkSync(unfinished, destination);
  } catch (error) {
    const hasNoLinks =
      error instanceof Error &&
      'code' in error &&
      /^(EPERM|ENOTSUP|EOPNOTSUPP|ENOSYS)$/.test(String(error.code));
    if (!hasNoLinks) throw error;
    copyFileSync(unfinished, destination, constants.COPYFILE_EXCL);
    sync(destination);
  }
}

function isThere(destination: string): Problem {
  return new Problem(
    'setting_invalid',
    `${destination} already exists. Choose another name: a backup never replaces a file.`,
  );
}

function sync(path: string): void {
  const file = openSync(path, 'r');
  try {
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

function checkCopy(path: string): void {
  const copy = new SqliteConnection(path);
  try {
    const verdict = copy.pragma('integrity_check', { simple: true });
    if (verdict !== 'ok') throw new Error(`the copy is damaged (${verdict})`);
  } finally {
    copy.close();
  }
}
