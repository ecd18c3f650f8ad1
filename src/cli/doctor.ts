/** `connect-apps doctor`: all the checks of `serve`, plus the port and the clock, with what to do. */

import type { Command } from 'commander';
import { systemClock } from '../clock.ts';
import { COMMAND_LINE } from '../context.ts';
import { describeRules } from '../gateway/rules.ts';
import { readRules } from '../gateway/rules-file.ts';
import { createKeyring } from '../keys/keyring.ts';
import { PASSWORD_COST } from '../password-cost.ts';
import { Problem } from '../problem.ts';
import { systemRandom } from '../random.ts';
import { type Config, createConfig } from '../server/config.ts';
import { openDatabase } from '../server/context.ts';
import { DATABASE_CHECKS, SETTING_CHECKS } from '../server/preflight.ts';
import { checkPort } from '../server/run.ts';
import { findExistingSecretKey } from '../server/secret-key.ts';
import type { Database } from '../storage/database.ts';
import { addExamples } from './examples.ts';
import { print, printItem } from './output.ts';
import { addServerFlags, type Flags, settingsOf } from './settings.ts';

/** No clock of a working machine shows a time before this program was written. */
const EARLIEST_PLAUSIBLE_TIME = Date.UTC(2026, 0, 1);

/** Adds the command; `onFailure` is called when a check fails. */
export function addDoctorCommand(program: Command, onFailure: () => void): void {
  const command = addServerFlags(program.command('doctor'))
    .description('check everything that "serve" checks, and tell you what to fix')
    .option('--json', 'print JSON')
    .action(async (flags: { json?: boolean }) => {
      const { results, rules } = await examine({ ...flags });
      if (flags.json) {
        printItem({ ...results, ...(rules && { route_rules: rules }) }, true);
      } else {
        for (const [name, result] of Object.entries(results)) print(`${name.padEnd(10)} ${result}`);
        for (const line of rules ?? []) print(`           ${line}`);
      }
      if (Object.values(results).some((result) => result !== 'ok')) onFailure();
    });
  addExamples(command, 'doctor', 'doctor --json');
}

type Try = (name: string, work: () => unknown) => Promise<boolean>;

interface Findings {
  results: Record<string, string>;
  /** The rules of routes in the order in which they are tried, where gateways can ask. */
  rules?: string[];
}

/** Runs every check that can run, in the order in which they depend on each other. Creates nothing. */
async function examine(flags: Flags): Promise<Findings> {
  const results: Record<string, string> = {};
  const attempt: Try = async (name, work) => {
    try {
      await work();
      results[name] = 'ok';
      return true;
    } catch (error) {
      results[name] = error instanceof Problem ? error.message : String(error);
      return false;
    }
  };
  await attempt('clock', checkClock);
  let config: Config | undefined;
  await attempt('settings', async () => {
    const { settings, unknown } = settingsOf(flags);
    const checked = createConfig(settings, 'production');
    config = checked;
    for (const { name, check } of SETTING_CHECKS) {
      await attempt(name, () => check({ config: checked, unknown }));
    }
    if (results.settings !== 'ok') throw new Problem('setting_invalid', results.settings);
  });
  if (config === undefined) return { results };
  const settings = config;
  await attempt('port', () => checkPort(settings));
  if (results.storage === 'ok') await examineDatabase(settings, attempt);
  const { gateway } = settings;
  return gateway && results.gateway === 'ok'
    ? { results, rules: describeRules(readRules(gateway.routeRules)) }
    : { results };
}

async function examineDatabase(config: Config, attempt: Try): Promise<void> {
  let database: Database | undefined;
  const answers = await attempt('database', () => {
    database = openDatabase(config, undefined, 'existing');
    return database.ping();
  });
  if (database === undefined) return;
  const opened = database;
  for (const { name, check } of answers ? DATABASE_CHECKS : []) {
    const isWell = await attempt(name, () => {
      const keyring = createKeyring(
        // The schema does not depend on a key that may be missing.
        name === 'schema' ? '' : findExistingSecretKey(config),
        config.previousSecretKey,
      );
      const context = {
        database: opened,
        keyring,
        clock: systemClock,
        random: systemRandom,
        passwordCost: PASSWORD_COST,
        report: () => {},
        actor: () => COMMAND_LINE,
      };
      return check({ ...context, isQuick: false });
    });
    if (name === 'schema' && !isWell) break;
  }
  await opened.close();
}

function checkClock(): void {
  if (Date.now() >= EARLIEST_PLAUSIBLE_TIME) return;
  throw new Problem('setting_invalid', 'The system clock shows a time before 2026. Set the clock.');
}
