/**
 * What must hold before a production server takes its first request: `serve` raises the first check that
 * fails, `doctor` reports each. A check that only one of the two knew would let the other mislead.
 */

import type { Context } from '../context.ts';
import { Problem } from '../problem.ts';
import { checkSchema } from '../storage/migrate.ts';
import { readLogo } from './brand-settings.ts';
import type { Config } from './config.ts';
import { checkGateway } from './gateway-settings.ts';
import { checkKeyOfDatabase, checkNoDemoSecrets } from './ready.ts';
import { checkSecretKey } from './secret-key.ts';

export interface Given {
  readonly config: Config;
  /** A sentence for each unknown name among the settings. */
  readonly unknown: readonly string[];
}

interface Check<Subject> {
  readonly name: string;
  /** Raises a Problem whose message explains what to do. */
  check(subject: Subject): unknown;
}

/** Checks that need only the settings, not the database. */
export const SETTING_CHECKS: readonly Check<Given>[] = [
  { name: 'settings', check: checkNames },
  { name: 'secret_key', check: ({ config }) => checkSecretKey(config) },
  { name: 'public_url', check: checkProxies },
  { name: 'sign_in', check: checkSignIn },
  { name: 'brand', check: ({ config }) => readLogo(config.brand) },
  { name: 'gateway', check: ({ config }) => checkGateway(config.gateway, config.workers) },
  { name: 'storage', check: checkPersists },
];

/** Checks of the database. `isQuick` if another process has already checked every account. */
export const DATABASE_CHECKS: readonly Check<Context & { isQuick: boolean }>[] = [
  { name: 'schema', check: ({ database }) => checkSchema(database) },
  { name: 'key', check: (context) => checkKeyOfDatabase(context, context) },
  { name: 'demo_data', check: checkNoDemoSecrets },
];

function checkNames({ unknown }: Given): void {
  const [sentence] = unknown;
  if (sentence !== undefined) throw new Problem('setting_invalid', sentence);
}

function checkProxies({ config }: Given): void {
  const isBehindProxy = config.publicUrl?.startsWith('https:') && config.host !== '127.0.0.1';
  if (!isBehindProxy || config.trustProxy.length > 0) return;
  throw new Problem(
    'setting_invalid',
    'CONNECT_APPS_PUBLIC_URL uses https, so it needs a proxy, but CONNECT_APPS_TRUST_PROXY is not set. Set CONNECT_APPS_TRUST_PROXY to the addresses of your proxies.',
  );
}

/** The provider sends people back to an address that it knows, whatever a request says. */
function checkSignIn({ config }: Given): void {
  if (config.signIn.provider === undefined || config.publicUrl !== undefined) return;
  throw new Problem(
    'setting_invalid',
    'CONNECT_APPS_OIDC_ISSUER is set, but CONNECT_APPS_PUBLIC_URL is not. Set it to the origin that browsers see, and register that origin with /sign-in/provider/callback as the redirect URI at your provider.',
  );
}

/** Raises `setting_invalid` for a database in memory, which ends with the process. */
export function checkPersists({ config: { database } }: Pick<Given, 'config'>): void {
  if (database.engine !== 'sqlite' || database.path !== ':memory:') return;
  throw new Problem(
    'setting_invalid',
    'CONNECT_APPS_DATABASE_URL is sqlite::memory:, which stores nothing on disk. Name a file: sqlite:PATH.',
  );
}
