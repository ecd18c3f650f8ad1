/** `connect-apps doctor`: checks settings, database, schema and clock, and says what is wrong. */

import { existsSync } from 'node:fs';
import type { Command } from 'commander';
import { openDatabase } from '../app.ts';
import { type Config, checkEnvFile } from '../config.ts';
import { Problem } from '../problem.ts';
import { checkKeyOfDatabase } from '../ready.ts';
import { findExistingSecretKey } from '../secret-key.ts';
import { createKeyring } from '../secrets.ts';
import type { Database } from '../storage/database.ts';
import { checkSchema } from '../storage/migrate.ts';
import { addExamples } from './examples.ts';
import { print, printItem } from './output.ts';
import { addServerFlags, withFlags } from './settings.ts';

/** No clock of a working machine shows a time before this program was written. */
const EARLIEST_PLAUSIBLE_TIME = Date.UTC(2026, 0, 1);

/** Adds the command; `onFailure` is called when a check fails. */
export function addDoctorCommand(program: Command, onFailure: () => void): void {
  const command = addServerFlags(program.command('doctor'))
    .description('check settings, database, schema and clock')
    .option('--json', 'print JSON')
    .action(async (flags: { json?: boolean }) => {
      const results = await examine({ ...flags });
      if (flags.json) printItem(results, true);
      else
        for (const [name, result] of Object.entries(results)) print(`${name.padEnd(9)} ${result}`);
      if (Object.values(results).some((result) => result !== 'ok')) onFailure();
    });
  addExamples(command, 'doctor', 'doctor --json');
}

async function examine(flags: Record<string, unknown>): Promise<Record<string, string>> {
  const results: Record<string, string> = {};
  let config: Config | undefined;
  let database: Database | undefined;
  const check = async (name: string, work: () => unknown) => {
    try {
      await work();
      results[name] = 'ok';
    } catch (error) {
      results[name] = error instanceof Problem ? error.message : String(error);
    }
  };
  await check('clock', () => {
    if (Date.now() < EARLIEST_PLAUSIBLE_TIME)
      throw new Problem('setting_invalid', 'The clock is wrong.');
  });
  await check('settings', () => {
    checkEnvFile();
    config = withFlags(flags, 'development');
  });
  if (config === undefined) return results;
  const settings = config;
  await check('database', () => {
    checkExists(settings);
    database = openDatabase(settings);
    return database.ping();
  });
  if (database === undefined) return results;
  const opened = database;
  await check('schema', () => checkSchema(opened));
  if (results.schema === 'ok') {
    await check('key', () => {
      const keyring = createKeyring(findExistingSecretKey(settings), settings.otherSecretKey);
      return checkKeyOfDatabase({ database: opened, keyring });
    });
  }
  await opened.close();
  return results;
}

/** Opening a database makes its file: whoever asks for a diagnosis wants nothing made. */
function checkExists({ database }: Config): void {
  if (database.engine !== 'sqlite') return;
  const { path } = database;
  if (path === ':memory:' || existsSync(path)) return;
  throw new Problem(
    'storage_unavailable',
    `The database ${path} does not exist yet. "connect-apps dev" or "connect-apps migrate" makes it.`,
  );
}
