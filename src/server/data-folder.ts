/**
 * The data folder of a project: connect-apps has it to itself, version control ignores it, and only its
 * owner sees into it.
 */

import {
  chmodSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  type Stats,
  writeFileSync,
} from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { Problem } from '../problem.ts';
import type { Config } from './config.ts';

const FIRST_LINE = '# Made by connect-apps: its data is not for version control.';
/** Files expected in a data folder without a .gitignore, such as one that was moved by hand. */
const OURS = /^(connect-apps\.db.*|exec-authority\.pem|\.gitignore)$/;

/**
 * Creates the data folder if the configured database is in it, or checks the existing one. Raises
 * `setting_invalid` for a folder that belongs to somebody or something else, and changes nothing.
 */
export function prepareDataFolder({ dataDir, database }: Config): void {
  const folder = resolve(dataDir);
  if (database.engine !== 'sqlite' || dirname(resolve(database.path)) !== folder) return;
  try {
    const found = lstatSync(folder, { throwIfNoEntry: false });
    if (found === undefined) mkdirSync(folder, { recursive: true, mode: 0o700 });
    else checkOurs(folder, found);
    if (found !== undefined && (found.mode & 0o077) !== 0) chmodSync(folder, 0o700);
    ignoreAll(folder);
  } catch (cause) {
    if (cause instanceof Problem) throw cause;
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw unusable(folder, `cannot be used: ${reason}`, cause);
  }
}

function checkOurs(folder: string, stats: Stats): void {
  if (stats.isSymbolicLink()) {
    throw unusable(folder, 'is a symbolic link');
  }
  if (!stats.isDirectory()) throw unusable(folder, 'is not a folder');
  const user = process.geteuid?.() ?? 0;
  if (user !== 0 && stats.uid !== user) throw unusable(folder, 'belongs to another user');
  const stranger = readdirSync(folder).find((name) => !OURS.test(name));
  if (stranger === undefined || isIgnoredByUs(folder)) return;
  throw unusable(folder, `contains other files, such as ${stranger}`);
}

function isIgnoredByUs(folder: string): boolean {
  try {
    return readFileSync(join(folder, '.gitignore'), 'utf8').startsWith(FIRST_LINE);
  } catch {
    return false;
  }
}

function ignoreAll(folder: string): void {
  try {
    writeFileSync(join(folder, '.gitignore'), `${FIRST_LINE}\n*\n`, { flag: 'wx', mode: 0o600 });
  } catch (error) {
    const isThere = error instanceof Error && 'code' in error && error.code === 'EEXIST';
    if (!isThere) throw error;
  }
}

function unusable(folder: string, reason: string, cause?: unknown): Problem {
  return new Problem(
    'setting_invalid',
    `The data folder ${folder} ${reason}. Use --data-dir to name a folder that nothing else uses.`,
    { cause },
  );
}
