/**
 * Where SECRET_KEY comes from when it is not set: for everything but `serve` a key file beside the
 * SQLite file, made on first use, or the demo key where there is no file to lie beside.
 */

import { randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Config } from './config.ts';
import { Problem } from './problem.ts';

const DEMO_KEY = 'connect-apps demo key: not a secret';
const SHORTEST_KEY = 32;

/** The key of a development server or a command: the setting, the key file, or the demo key. */
export function findSecretKey(config: Config): string {
  return chooseKey(config, readOrCreateKeyFile);
}

/** As `findSecretKey`, but makes nothing: raises `setting_invalid` when there is no key file yet. */
export function findExistingSecretKey(config: Config): string {
  return chooseKey(config, readKeyFile);
}

function chooseKey({ secretKey, database }: Config, ofFile: (path: string) => string): string {
  if (secretKey !== undefined) return secretKey;
  if (database.engine !== 'sqlite' || database.path === ':memory:') return DEMO_KEY;
  return ofFile(`${database.path}.key`);
}

/** The key of a production server; raises `setting_invalid` when it is absent, short or public. */
export function checkSecretKey(config: Config): string {
  const { secretKey, otherSecretKey } = config;
  if (secretKey !== undefined && secretKey.length >= SHORTEST_KEY && secretKey !== DEMO_KEY) {
    checkOtherKey(secretKey, otherSecretKey);
    return secretKey;
  }
  throw new Problem(
    'setting_invalid',
    `SECRET_KEY must be set to a secret of at least ${SHORTEST_KEY} characters, for example the output of: openssl rand -hex 32`,
  );
}

function checkOtherKey(secretKey: string, otherKey: string | undefined): void {
  if (otherKey === undefined) return;
  if (otherKey === secretKey) {
    throw new Problem(
      'setting_invalid',
      'OTHER_SECRET_KEY repeats SECRET_KEY. Set it to the key before or after, or not at all.',
    );
  }
  if (otherKey.length < SHORTEST_KEY) {
    throw new Problem(
      'setting_invalid',
      `OTHER_SECRET_KEY must have at least ${SHORTEST_KEY} characters, as every SECRET_KEY.`,
    );
  }
}

function readOrCreateKeyFile(path: string): string {
  try {
    mkdirSync(dirname(path), { recursive: true });
    // Exclusive: of two commands that start together, one writes and both read the same key.
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
    return readFileSync(path, 'utf8').trim();
  } catch (cause) {
    throw new Problem(
      'setting_invalid',
      isNamed('ENOENT', cause)
        ? `There is no SECRET_KEY, and no key file ${path}. Set SECRET_KEY to the key of the database; for a new one the first command that needs a key makes the file.`
        : `Cannot read the key file ${path}.`,
      { cause },
    );
  }
}

function isNamed(code: string, error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}
