/** The command line: its commands, and how a failure ends. */

import { Command, CommanderError } from 'commander';
import { Problem } from '../problem.ts';
import { isDebugging } from '../server/config.ts';
import { readVersion } from '../server/version.ts';
import { addAccountCommands } from './accounts.ts';
import { addAdminKeyCommands } from './admin-keys.ts';
import { addAppCommands } from './apps.ts';
import { addAuditCommands } from './audit.ts';
import { addAuthorizationCommands } from './authorizations.ts';
import { addBackupCommand } from './backup.ts';
import { addControlCommands } from './control.ts';
import { addDecisionCommands } from './decisions.ts';
import { addDevCommand } from './dev.ts';
import { addDoctorCommand } from './doctor.ts';
import { addExecCommand } from './exec.ts';
import { addExportCommand } from './export.ts';
import { addHealthCommand } from './health.ts';
import { addImportFromTwilio } from './import.ts';
import { addKeyCommands } from './keys.ts';
import { addMigrateCommand } from './migrate.ts';
import { endWithOutput, printFailure } from './output.ts';
import { addServeCommand } from './serve.ts';
import { addTestServerCommand } from './test-server.ts';
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
  endWithOutput();
  const outcome = { exitCode: 0 };
  const asJson = wantsJson(words);
  try {
    await createProgram(outcome, asJson).parseAsync(words, { from: 'user' });
    return outcome.exitCode;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    const name = error instanceof Problem ? error.problem : 'internal';
    printFailure(name, sentenceOf(error), asJson);
    return 1;
  }
}

/** Creates the command line; a command that fails without an exception sets the exit code. */
export function createProgram(outcome: { exitCode: number }, asJson: boolean): Command {
  const program = new Command('connect-apps')
    .description('A self-hosted server for Twilio Connect Apps')
    .version(readVersion())
    .exitOverride()
    .configureOutput({
      outputError: (text) => printFailure('usage', usageSentence(text), asJson),
    })
    .addHelpText('after', EXAMPLES)
    .enablePositionalOptions();
  addDevCommand(program);
  addTestServerCommand(program);
  addControlCommands(program);
  addServeCommand(program);
  addMigrateCommand(program);
  addBackupCommand(program);
  addExecCommand(program, (exitCode) => {
    outcome.exitCode = exitCode;
  });
  addAccountCommands(program);
  addAppCommands(program);
  addAuthorizationCommands(program);
  addKeyCommands(program);
  addAdminKeyCommands(program);
  addUserCommands(program);
  addDecisionCommands(program);
  addWebhookCommands(program);
  addAuditCommands(program);
  addImportFromTwilio(program);
  addExportCommand(program);
  addDoctorCommand(program, () => {
    outcome.exitCode = 1;
  });
  addHealthCommand(program);
  inheritSettings(program);
  return program;
}

/** Checked before the arguments are parsed, because a parsing error is also a failure to print. */
function wantsJson([command, ...words]: readonly string[]): boolean {
  // What follows `exec` belongs to the command that it runs.
  if (command === 'exec') return false;
  const end = words.indexOf('--');
  return (end === -1 ? words : words.slice(0, end)).includes('--json');
}

function inheritSettings(command: Command): void {
  for (const child of command.commands) {
    child.copyInheritedSettings(command);
    inheritSettings(child);
  }
}

/** Commander's message as one sentence: "error: unknown option '--x'\n(Did you mean …?)". */
function usageSentence(text: string): string {
  const [fault = '', ...hints] = text
    .replace(/^error: /, '')
    .split('\n')
    .filter((line) => line !== '');
  const sentence = `${fault.charAt(0).toUpperCase()}${fault.slice(1).replace(/\.$/, '')}.`;
  return [sentence, ...hints.map((hint) => hint.replace(/^\((.*)\)$/, '$1'))].join(' ');
}

function sentenceOf(error: unknown): string {
  if (error instanceof Problem) return error.message;
  if (!(error instanceof Error)) return String(error);
  if (isDebugging()) return error.stack ?? error.message;
  const reason = error.message.replaceAll('\n', ' ');
  return `This is a bug in connect-apps: ${reason}. Set CONNECT_APPS_LOG_LEVEL=debug to see where it happened.`;
}
