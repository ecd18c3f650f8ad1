/** A copy of the embedded database that is whole, taken while servers go on writing. */

import { closeSync, existsSync, fsyncSync, openSync, renameSync, rmSync } from 'node:fs';
import SqliteConnection from 'better-sqlite3';
import { Problem } from '../problem.ts';

/**
 * Writes everything that was committed when it began into one file at `destination`, checked and
 * synced. Raises `setting_invalid` when there is a file already, and `storage_unavailable` when the
 * database cannot be read or the copy not be written: then nothing is left.
 */
export function backUpSqlite(path: string, destination: string): void {
  if (existsSync(destination)) {
    throw new Problem(
      'setting_invalid',
      `${destination} is there already. Choose another name: a backup is never overwritten.`,
    );
  }
  const unfinished = `${destination}.unfinished`;
  try {
    rmSync(unfinished, { force: true });
    closeSync(openSync(unfinished, 'wx', 0o600));
    const source = new SqliteConnection(path, { fileMustExist: true });
    try {
      // One read transaction: writers go on, and what they write is not in it.
      source.prepare('vacuum into ?').run(unfinished);
    } finally {
      source.close();
    }
    checkCopy(unfinished);
    sync(unfinished);
    renameSync(unfinished, destination);
  } catch (cause) {
    rmSync(unfinished, { force: true });
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new Problem('storage_unavailable', `Cannot back up ${path}: ${reason}.`, { cause });
  }
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
