/** Flags that are settings: a flag of the same name wins over the environment. */

import type { Command } from 'commander';
import { COMMAND_LINE, type Context } from '../context.ts';
import { type Config, createConfig, type GivenSettings, readSettings } from '../server/config.ts';
import { createContext, prepareDatabase } from '../server/context.ts';
import { checkPersists } from '../server/preflight.ts';
import { checkKeyOfDatabase } from '../server/ready.ts';
import { findSecretKey } from '../server/secret-key.ts';
import { checkSchema } from '../storage/migrate.ts';

const SERVER_FLAGS: readonly (readonly [flag: string, description: string])[] = [
  ['--port <number>', 'the port to listen on (2010)'],
  ['--host <address>', 'the address to listen on (127.0.0.1)'],
  ['--public-url <origin>', 'the origin that browsers and callbacks see'],
  ['--metrics-port <number>', 'a separate port for /metrics'],
  ['--log-level <level>', 'trace, debug, info, warn, error, fatal or silent'],
  ['--allow-connect-app-delete <true|false>', 'whether the API may delete Connect Apps (false)'],
  ['--strict-page-size <true|false>', 'reject page sizes over 1000 (false)'],
  ['--keys-act-for-apps <true|false>', "let API keys of an app's owner act for customers (false)"],
  ['--rate-limit-per-second <number>', 'units of work per second for each account; 0 for no limit'],
  ['--trust-proxy <networks>', 'addresses or networks of the proxies in front of the server'],
  ['--callback-allowed-networks <networks>', 'private networks that callbacks may reach'],
  ['--brand-name <name>', 'your name on every page (connect-apps)'],
  ['--brand-logo-url <url>', 'the URL of your logo'],
  ['--brand-logo-file <file>', 'your logo: PNG, JPEG, WebP or SVG, at most 512 kB'],
  ['--brand-colour <colour>', 'your colour, such as #0b5cad; white text must be readable on it'],
  ['--brand-links <links>', 'your links, such as Support=https://…,Terms=https://…'],
  ['--oidc-issuer <url>', 'the OpenID Connect provider that people can sign in with'],
  ['--oidc-client-id <id>', 'what the provider calls this server'],
  ['--oidc-name <name>', 'what people know the provider by (the host of its URL)'],
  ['--oidc-scopes <scopes>', 'what to ask the provider for (openid email)'],
  ['--oidc-accounts-claim <claim>', "the claim with the SIDs of a person's accounts"],
  ['--oidc-operator-claim <claim>', 'the claim that makes an operator, such as groups=operators'],
  ['--gateway-port <number>', 'the port that gateways ask "may this request pass?"'],
  ['--gateway-host <address>', 'the address of that port (127.0.0.1)'],
  ['--route-rules <file>', 'JSON: which permission of an app each route of the platform needs'],
  ['--unknown-accounts <refuse|pass>', 'credentials that only the platform knows (refuse)'],
  ['--upstream <origin>', 'the platform that requests are passed on to, if they may pass'],
  ['--gateway-signing <off|on>', 'sign every decision that lets a request pass (off)'],
  ['--password-sign-in <true|false>', 'whether people may sign in with a password (true)'],
];

/** Adds the flags for the database and the settings, which every command accepts. */
export function addDatabaseFlags(command: Command): Command {
  return command
    .option(
      '--data-dir <folder>',
      'the folder of the embedded database and its key (.connect-apps)',
    )
    .option(
      '--database-url <url>',
      'sqlite:PATH or postgres://… (connect-apps.db in the data folder)',
    )
    .option('--env-file <file>', 'read settings from this file; the environment overrides it')
    .option('--database-pool-size <number>', 'connections to PostgreSQL per process (10)');
}

/** The same for a command that can also act on a running server. */
export function addOperatorFlags(command: Command): Command {
  return addDatabaseFlags(command).option(
    '--url <origin>',
    'act on the running server at this origin, with CONNECT_APPS_ADMIN_KEY',
  );
}

/** Adds a flag for each setting of a server. Secrets have none: others can read a command line. */
export function addServerFlags(command: Command): Command {
  for (const [flag, description] of SERVER_FLAGS) command.option(flag, description);
  return addDatabaseFlags(command);
}

export type Flags = Readonly<Record<string, unknown>>;

/** The settings of the environment and of --env-file, with the given flags over them. */
export function settingsOf(flags: Flags): GivenSettings {
  const { envFile, ...others } = flags;
  const given = Object.entries(others).flatMap(([name, value]) =>
    typeof value === 'string' ? [[constantCase(name), value] as const] : [],
  );
  const { settings, unknown } = readSettings(typeof envFile === 'string' ? envFile : undefined);
  return { settings: { ...settings, ...Object.fromEntries(given) }, unknown };
}

/** What was said of unknown settings: a command may read its settings more than once. */
const said = new Set<string>();

/** The Config that the flags and the settings make; unknown names are said on standard error, once. */
export function withFlags(flags: Flags): Config {
  const { settings, unknown } = settingsOf(flags);
  for (const sentence of unknown) {
    if (!said.has(sentence)) process.stderr.write(`connect-apps: ${sentence}\n`);
    said.add(sentence);
  }
  return createConfig(settings, 'development');
}

/**
 * Runs `work` on the database that the flags name. A missing database is not created. A database of another
 * version is not changed, because its servers may still need it: `database_not_current`.
 */
export async function withContext<Result>(
  flags: Flags,
  work: (context: Context) => Promise<Result>,
): Promise<Result> {
  const config = withFlags(flags);
  checkPersists({ config });
  prepareDatabase(config, 'existing');
  const secretKey = findSecretKey(config);
  const context = createContext(config, { secretKey, opening: 'existing' });
  try {
    await checkSchema(context.database);
    // Before anything is sealed with a key that no server has.
    await checkKeyOfDatabase(context, { isQuick: true });
    return await work({ ...context, actor: () => COMMAND_LINE });
  } finally {
    await context.database.close();
  }
}

function constantCase(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase();
}
