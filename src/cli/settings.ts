/** Flags that are settings: a flag of the same name wins over the environment. */

import { type Command, Option } from 'commander';
import { createContext } from '../app.ts';
import { type Config, createConfig, readSettings } from '../config.ts';
import type { Context } from '../context.ts';
import { checkKeyOfDatabase } from '../ready.ts';
import { findSecretKey } from '../secret-key.ts';
import { migrate } from '../storage/migrate.ts';

const SERVER_FLAGS: readonly (readonly [flag: string, description: string])[] = [
  ['--port <number>', 'where to listen (2010)'],
  ['--host <address>', 'the address to listen on (127.0.0.1)'],
  ['--public-url <origin>', 'the origin that browsers and callbacks see'],
  ['--log-level <level>', 'trace, debug, info, warn, error, fatal or silent'],
  ['--allow-connect-app-delete <true|false>', 'whether the API may delete Connect Apps (false)'],
  ['--strict-page-size <true|false>', 'refuse page sizes over 1000 (false)'],
  ['--rate-limit-per-second <number>', 'requests a second for each account, 0 for no limit'],
  ['--trust-proxy <networks>', 'addresses or networks of the proxies before the server'],
  ['--callback-allowed-networks <networks>', 'private networks that callbacks may reach'],
];

/** Adds --database-url, which every command takes. */
export function addDatabaseFlag(command: Command): Command {
  return command.addOption(
    new Option(
      '--database-url <url>',
      'sqlite:PATH, sqlite::memory: or postgres://… (sqlite:./data/connect-apps.db)',
    ),
  );
}

/** Adds a flag for each setting of a server. SECRET_KEY has none: a command line is not secret. */
export function addServerFlags(command: Command): Command {
  for (const [flag, description] of SERVER_FLAGS) command.option(flag, description);
  return addDatabaseFlag(command);
}

/** The settings of the environment with the given flags over them. */
export function withFlags(
  flags: Readonly<Record<string, unknown>>,
  mode: 'development' | 'production',
): Config {
  const given = Object.entries(flags).flatMap(([name, value]) =>
    typeof value === 'string' ? [[constantCase(name), value] as const] : [],
  );
  return createConfig({ ...readSettings(), ...Object.fromEntries(given) }, mode);
}

/** Runs `work` on the database that the flags name, brought up to date first. */
export async function withContext<Result>(
  flags: Readonly<Record<string, unknown>>,
  work: (context: Context) => Promise<Result>,
): Promise<Result> {
  const config = withFlags(flags, 'development');
  const context = createContext(config, { secretKey: findSecretKey(config) });
  try {
    await migrate(context.database);
    // Before anything is sealed with a key that no server has.
    await checkKeyOfDatabase(context);
    return await work(context);
  } finally {
    await context.database.close();
  }
}

function constantCase(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase();
}
