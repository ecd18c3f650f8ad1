/**
 * Where the secret key comes from if it is not set. Except in `serve`, it is a key file next to the SQLite
 * file, created on first use, or the demo key if there is no file. A key file that other users can read or
 * replace is refused.
 */

import { randomBytes } from 'node:crypto';
import { closeSync, constants, fstatSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { Problem } from '../problem.ts';
import type { Config } from './config.ts';

const DEMO_KEY = 'connect-apps demo key: not a secret';
const SHORTEST_KEY = 32;

/** The key of a development server or a command: the setting, the key file, or the demo key. */
export function findSecretKey(config: Config): string {
  return chooseKey(config, readOrCreateKeyFile);
}

/** Like `findSecretKey`, but creates nothing: raises `setting_invalid` if there is no key file yet. */
export function findExistingSecretKey(config: Config): string {
  return chooseKey(config, readKeyFile);
}

function chooseKey({ secretKey, database }: Config, ofFile: (path: string) => string): string {
  if (secretKey !== undefined) return secretKey;
  if (database.engine !== 'sqlite' || database.path === ':memory:') return DEMO_KEY;
  return ofFile(resolve(`${database.path}.key`));
}

/** The key of a production server; raises `setting_invalid` if it is missing, too short or public. */
export function checkSecretKey(config: Config): string {
  const { secretKey, previousSecretKey } = config;
  if (secretKey !== undefined && secretKey.length >= SHORTEST_KEY && secretKey !== DEMO_KEY) {
    checkPreviousKey(secretKey, previousSecretKey);
    return secretKey;
  }
  throw new Problem(
    'setting_invalid',
    `CONNECT_APPS_SECRET_KEY must be set to a secret of at least ${SHORTEST_KEY} characters, for example the output of: openssl rand -hex 32`,
  );
}

function checkPreviousKey(secretKey: string, previousKey: string | undefined): void {
  if (previousKey === undefined) return;
  if (previousKey === secretKey) {
    throw new Problem(
      'setting_invalid',
      'CONNECT_APPS_PREVIOUS_SECRET_KEY repeats CONNECT_APPS_SECRET_KEY. Set it to the previous or the next key, or leave it unset.',
    );
  }
  if (previousKey.length < SHORTEST_KEY) {
    throw new Problem(
      'setting_invalid',
      `CONNECT_APPS_PREVIOUS_SECRET_KEY must have at least ${SHORTEST_KEY} characters, like every secret key.`,
    );
  }
}

function readOrCreateKeyFile(path: string): string {
  try {
    // Exclusive: if two commands start together, one writes the key and both read it.
    writeFileSync(path, randomBytes(32).toString('hex'), { mode: 0o600, flag: 'wx' });
  } catch (error) {
    if (!isNamed('EEXIST', error)) {
      throw new Problem('setting_invalid', `Cannot write the key file ${path}.`, { cause: error });
    }
  }
  return readKeyFile(path);
}

function readKeyFile(path: string): string {
  try {
    // Not through a symbolic link, and never waiting for a pipe.
    const flags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;
    const file = openSync(path, flags);
    try {
      checkPrivate(file, path);
      return readFileSync(file, 'utf8').trim();
    } finally {
      closeSync(file);
    }
  } catch (cause) {
    if (cause instanceof Problem) throw cause;
    throw new Problem('setting_invalid', sentenceOf(cause, path), { cause });
  }
}

function checkPrivate(file: number, path: string): void {
  const { uid, mode } = fstatSync(file);
  if (process.geteuid === undefined) return;
  if (uid !== process.geteuid()) {
    throw new Problem(
      'setting_invalid',
      `The key file ${path} belongs to another user. Run the command as that user, or set CONNECT_APPS_SECRET_KEY.`,
    );
  }
  if ((mode & 0o077) !== 0) {
    throw new Problem(
      'setting_invalid',
      `Other users may read or change the key file ${path}. Run: chmod 600 ${path}`,
    );
  }
}

function sentenceOf(cause: unknown, path: string): string {
  if (isNamed('ENOENT', cause)) {
    return `CONNECT_APPS_SECRET_KEY is not set, and there is no key file ${path}. Set CONNECT_APPS_SECRET_KEY to the key of the database. For a new database, the first command that needs a key creates the file.`;
  }
  if (isNamed('ELOOP', cause)) {
    return `The key file ${path} is a symbolic link. Replace it with the file itself, or set CONNECT_APPS_SECRET_KEY.`;
  }
  return `Cannot read the key file ${path}.`;
}

function isNamed(code: string, error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}
