/** The command line: its commands, and how a failure ends. */

import { Command, CommanderError } from 'commander';
import { isDebugging } from '../config.ts';
import { Problem } from '../problem.ts';
import { addAccountCommands } from './accounts.ts';
import { addAppCommands } from './apps.ts';
import { addAuthorizationCommands } from './authorizations.ts';
import { addBackupCommand } from './backup.ts';
import { addDevCommand } from './dev.ts';
import { addDoctorCommand } from './doctor.ts';
import { addExecCommand } from './exec.ts';
import { addMigrateCommand } from './migrate.ts';
import { addServeCommand } from './serve.ts';
import { addUserCommands } from './users.ts';
import { addWebhookCommands } from './webhooks.ts';

const EXAMPLES = `
Examples:
  $ connect-apps dev
  $ connect-apps exec -- python app.py
  $ connect-apps accounts create --friendly-name "Acme" --json
  $ connect-apps apps list --account-sid AC00000000000000000000000000000001`;

/** Runs one command and resolves with the exit code: 0, 1 for a failure, 2 for wrong usage. */
export async function run(words: readonly string[]): Promise<number> {
  const outcome = { exitCode: 0 };
  const program = new Command('connect-apps')
    .description('A self-hosted server for Twilio Connect Apps')
    .version('0.1.0')
    .exitOverride()
    .addHelpText('after', EXAMPLES)
    .enablePositionalOptions();
  addDevCommand(program);
  addServeCommand(program);
  addMigrateCommand(program);
  addBackupCommand(program);
  addExecCommand(program, (exitCode) => {
    outcome.exitCode = exitCode;
  });
  addAccountCommands(program);
  addAppCommands(program);
  addAuthorizationCommands(program);
  addUserCommands(program);
  addWebhookCommands(program);
  addDoctorCommand(program, () => {
    outcome.exitCode = 1;
  });
  inheritExit(program);

  try {
    await program.parseAsync(words, { from: 'user' });
    return outcome.exitCode;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    process.stderr.write(`connect-apps: ${sentenceOf(error)}\n`);
    return 1;
  }
}

function inheritExit(command: Command): void {
  for (const child of command.commands) {
    child.copyInheritedSettings(command);
    inheritExit(child);
  }
}

function sentenceOf(error: unknown): string {
  if (error instanceof Problem) {
    if (error.problem === 'not_found') return 'There is nothing with this SID or name.';
    return error.message;
  }
  if (!(error instanceof Error)) return String(error);
  if (isDebugging()) return error.stack ?? error.message;
  const reason = error.message.replaceAll('\n', ' ');
  return `This should not have happened: ${reason} (CONNECT_APPS_LOG_LEVEL=debug shows where).`;
}
