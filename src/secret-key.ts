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
  if (config.secretKey !== undefined) return config.secretKey;
  const { database } = config;
  if (database.engine !== 'sqlite' || database.path === ':memory:') return DEMO_KEY;
  return readOrCreateKeyFile(`${database.path}.key`);
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
    if (!isAlreadyThere(error)) {
      throw new Problem('setting_invalid', `Cannot write the key file ${path}.`, { cause: error });
    }
  }
  return readFileSync(path, 'utf8').trim();
}

function isAlreadyThere(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'EEXIST';
}
