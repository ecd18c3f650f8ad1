/**
 * Settings in files: the one that --env-file names, and secrets as Docker, Kubernetes and systemd hand them
 * over, where CONNECT_APPS_SECRET_KEY_FILE names the file with the value of CONNECT_APPS_SECRET_KEY.
 */

import { readFileSync } from 'node:fs';
import { parseEnv } from 'node:util';
import { Problem } from '../problem.ts';
import { PREFIX, settingProblem } from './setting.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** The settings that are secrets, or contain one. */
export const SECRET_NAMES = [
  'SECRET_KEY',
  'PREVIOUS_SECRET_KEY',
  'DATABASE_URL',
  'ADMIN_KEY',
  'OIDC_CLIENT_SECRET',
  'GATEWAY_TOKEN',
  'UPSTREAM_HEADERS',
] as const;

/** Reads NAME=value lines; raises `setting_invalid` for a file that cannot be read. */
export function readEnvFile(path: string): Environment {
  return parseEnv(read(path, 'Name a file of NAME=value lines with --env-file.'));
}

/**
 * The environment with the content of each secret's file in place of the file's name. Raises
 * `setting_invalid` for a file that cannot be read or is empty, or that stands beside the secret itself.
 */
export function readSecretFiles(environment: Environment): Environment {
  const known = { ...environment };
  for (const secret of SECRET_NAMES) {
    const name = PREFIX + secret;
    const path = environment[`${name}_FILE`];
    delete known[`${name}_FILE`];
    // A variable that is passed on without a value is empty.
    if (!path) continue;
    if (environment[name]) {
      throw new Problem('setting_invalid', `${name} and ${name}_FILE are both set. Unset one.`);
    }
    known[name] = read(path, `Name a file that contains ${name} with ${name}_FILE.`).trim();
    if (known[name] === '') throw settingProblem(`${secret}_FILE`, 'a file that is not empty');
  }
  return known;
}

function read(path: string, advice: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new Problem('setting_invalid', `Cannot read ${path} (${reason}). ${advice}`, { cause });
  }
}
