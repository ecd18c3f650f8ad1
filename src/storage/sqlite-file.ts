/**
 * The file of an embedded database before it is opened: whose it is, who may read it, and how to delete it.
 * Another program's file is only read as bytes, because SQLite itself writes when it opens (a log next to the
 * file) and when it closes.
 */

import {
  chmodSync,
  closeSync,
  constants,
  copyFileSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readSync,
  realpathSync,
  rmSync,
  statSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import SqliteConnection, { type Database as Connection } from 'better-sqlite3';
import { Problem } from '../problem.ts';
import {
  APPLICATION_ID,
  isOfVersionBeforeMark,
  noDatabaseAt,
  type Opening,
  ofAnotherProgram,
  ofVersionBeforeMark,
} from './mark.ts';

const HEADER_BYTES = 100;
const MAGIC = 'SQLite format 3\0';
const APPLICATION_ID_OFFSET = 68;
/** The files that belong to the database in addition to its main file. */
const LOG_SUFFIXES = ['-wal', '-shm'];

type Header = 'absent' | 'empty' | 'marked' | 'unmarked';

/**
 * Makes sure that the file at `path` is a connect-apps database that only its owner can read. Creates, takes
 * over or marks it if `opening` allows it. Otherwise raises `database_missing` or `database_foreign`, or what
 * is wrong with the file, and changes nothing.
 */
export function prepareFile(path: string, opening: Opening): void {
  const place = resolve(path);
  const header = readHeader(place);
  if (opening === 'existing') {
    if (header === 'absent' || header === 'empty') throw noDatabaseAt(place);
    if (header === 'unmarked') throw ofVersionBeforeMark(place);
  } else if (header !== 'marked') {
    if (header === 'unmarked') checkMayBeMarked(place);
    else createFile(place);
    mark(place);
  }
  keepPrivate(place);
}

/**
 * Deletes a connect-apps database, if there is one: the file and its log. Raises `database_foreign` for any
 * other, and `setting_invalid` for a symbolic link.
 */
export function deleteFile(path: string): void {
  const place = resolve(path);
  if (lstatSync(place, { throwIfNoEntry: false })?.isSymbolicLink()) {
    throw new Problem(
      'setting_invalid',
      `${place} is a symbolic link, which --fresh does not follow. Name the target file instead.`,
    );
  }
  const header = readHeader(place);
  if (header === 'unmarked') throw ofAnotherProgram(place);
  if (header !== 'marked') return;
  for (const suffix of ['', ...LOG_SUFFIXES]) rmSync(place + suffix, { force: true });
}

function readHeader(place: string): Header {
  const found = statSync(place, { throwIfNoEntry: false });
  const isAbsent = found === undefined || found.size === 0;
  if (found !== undefined && !found.isFile()) {
    throw unusable(place, found.isDirectory() ? 'it is a folder' : 'it is not a file');
  }
  if (isAbsent && (statSync(`${place}-wal`, { throwIfNoEntry: false })?.size ?? 0) > 0) {
    throw unusable(place, `${place}-wal, the log of a deleted database, is next to it`);
  }
  if (found === undefined) {
    if (lstatSync(place, { throwIfNoEntry: false }) === undefined) return 'absent';
    throw unusable(place, 'it is a broken symbolic link');
  }
  if (found.size === 0) return 'empty';
  const header = readBytes(place);
  if (header.toString('latin1', 0, MAGIC.length) !== MAGIC) {
    throw unusable(place, 'it is not an SQLite database');
  }
  const applicationId = header.readUInt32BE(APPLICATION_ID_OFFSET);
  if (applicationId === APPLICATION_ID) return 'marked';
  if (applicationId !== 0) throw ofAnotherProgram(place);
  return 'unmarked';
}

function readBytes(place: string): Buffer {
  const header = Buffer.alloc(HEADER_BYTES);
  try {
    const file = openSync(place, 'r');
    try {
      readSync(file, header, 0, HEADER_BYTES, 0);
    } finally {
      closeSync(file);
    }
  } catch (cause) {
    throw unusable(place, reasonOf(cause), cause);
  }
  return header;
}

/** Reads a copy, because opening the file itself could change it. */
function checkMayBeMarked(place: string): void {
  const folder = mkdtempSync(join(tmpdir(), 'connect-apps-look-'));
  try {
    const copy = join(folder, 'copy.db');
    copyFileSync(place, copy, constants.COPYFILE_FICLONE);
    if (existsSync(`${place}-wal`)) copyFileSync(`${place}-wal`, `${copy}-wal`);
    const connection = new SqliteConnection(copy);
    try {
      checkTables(connection, place);
    } finally {
      connection.close();
    }
  } catch (cause) {
    if (cause instanceof Problem) throw cause;
    throw unusable(place, reasonOf(cause), cause);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function checkTables(connection: Connection, place: string): void {
  const things = connection
    .prepare<[], { name: string }>(
      `select name from sqlite_master where type <> 'index' and name not like 'sqlite!_%' escape '!'`,
    )
    .all();
  const names = things.map(({ name }) => name);
  if (names.length > 0 && !isOfVersionBeforeMark(names)) throw ofAnotherProgram(place);
}

/** Creates the file before SQLite does, readable by its owner alone; SQLite gives its log the same mode. */
function createFile(place: string): void {
  try {
    mkdirSync(dirname(place), { recursive: true, mode: 0o700 });
    closeSync(openSync(place, 'a', 0o600));
  } catch (cause) {
    throw unusable(place, reasonOf(cause), cause);
  }
}

/** Writes the mark into the header, unless another program has created tables there first. */
function mark(place: string): void {
  try {
    const connection = new SqliteConnection(place, { fileMustExist: true, timeout: 5000 });
    try {
      connection
        .transaction(() => {
          if (connection.pragma('application_id', { simple: true }) === APPLICATION_ID) return;
          checkTables(connection, place);
          connection.pragma(`application_id = ${APPLICATION_ID}`);
        })
        .immediate();
      // Write it into the file itself: readers of the header do not see the log.
      connection.pragma('wal_checkpoint(TRUNCATE)');
    } finally {
      connection.close();
    }
  } catch (cause) {
    if (cause instanceof Problem) throw cause;
    throw unusable(place, reasonOf(cause), cause);
  }
  if (readHeader(place) === 'marked') return;
  throw unusable(place, 'another process has it open; stop the servers of the older version first');
}

/** Restricts files that an older version, or a copy, left readable to everyone. */
function keepPrivate(place: string): void {
  const real = realpathSync(place);
  for (const suffix of ['', ...LOG_SUFFIXES]) {
    try {
      if (isOpenToOthers(real + suffix)) chmodSync(real + suffix, 0o600);
    } catch {
      // Only the owner can change the mode.
    }
  }
}

/** Whether other users of the machine may read or change a file. */
function isOpenToOthers(path: string): boolean {
  const { mode = 0 } = statSync(path, { throwIfNoEntry: false }) ?? {};
  return (mode & 0o077) !== 0;
}

function unusable(place: string, reason: string, cause?: unknown): Problem {
  return new Problem('storage_unavailable', `Cannot open the database ${place}: ${reason}.`, {
    cause,
  });
}

function reasonOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}
