/** `connect-apps webhooks …`: callbacks, and every attempt to deliver them. */

import { type Command, Option } from 'commander';
import type { Act } from '../admin/act.ts';
import { listWebhooks, retryWebhook, showWebhook } from '../admin/acts/records.ts';
import { CALLBACK_STATUSES, type CallbackStatus } from '../callbacks/callback.ts';
import { addExamples } from './examples.ts';
import { operate, readAll } from './operator.ts';
import { print, printItem, printList } from './output.ts';
import { addOperatorFlags } from './settings.ts';

interface Flags {
  accountSid?: string;
  json?: boolean;
}

interface ListFlags extends Flags {
  connectAppSid?: string;
  status?: CallbackStatus;
}

const COLUMNS = [
  'sid',
  'connect_app_sid',
  'kind',
  'status',
  'attempts_made',
  'next_attempt_at',
] as const;

/** Adds the commands. */
export function addWebhookCommands(program: Command): void {
  const webhooks = program
    .command('webhooks')
    .description('list deauthorization callbacks and retry them');

  const list = command(webhooks, 'list', "list the callbacks of an account's Connect Apps")
    .requiredOption('--account-sid <sid>', 'the account that owns the apps')
    .option('--connect-app-sid <sid>', 'only those of this app')
    .addOption(
      new Option('--status <status>', 'only those in this state, of the app').choices(
        CALLBACK_STATUSES,
      ),
    )
    .action(async (flags: ListFlags, self: Command) => {
      const { accountSid: account_sid, connectAppSid: connect_app_sid, status } = flags;
      if (status && !connect_app_sid) {
        self.error('error: Name the app with --connect-app-sid to filter by --status', {
          exitCode: 2,
        });
      }
      const input = { account_sid, connect_app_sid, status };
      const items = await operate(flags, (call) => readAll(call, listWebhooks, input));
      printList(items, COLUMNS, flags.json === true);
    });
  addExamples(
    list,
    'webhooks list --account-sid AC00000000000000000000000000000001',
    'webhooks list --account-sid AC00000000000000000000000000000001 --connect-app-sid CNb989fdd207b04d16aee578018ef5fd93 --status failed',
  );

  addCallbackCommand(webhooks, 'show', 'show a callback and its delivery attempts', showWebhook);
  addCallbackCommand(
    webhooks,
    'retry',
    'send a callback again immediately, even if it was delivered',
    retryWebhook,
  );
}

function command(webhooks: Command, name: string, description: string): Command {
  return addOperatorFlags(webhooks.command(name))
    .description(description)
    .option('--json', 'print JSON');
}

function addCallbackCommand(webhooks: Command, name: string, description: string, act: Act): void {
  const made = command(webhooks, name, description)
    .argument('<sid>', 'the callback')
    .option('--account-sid <sid>', 'the account that owns the app')
    .action(async (sid: string, flags: Flags) => {
      const input = { sid, account_sid: flags.accountSid };
      const item = await operate(flags, (call) => call(act, input));
      const { attempts, ...callback } = item;
      printItem(flags.json ? item : callback, flags.json === true);
      if (flags.json || !Array.isArray(attempts) || attempts.length === 0) return;
      print('');
      printList(
        attempts,
        ['number', 'started_at', 'duration_ms', 'status', 'failure', 'answer'],
        false,
      );
    });
  addExamples(made, `webhooks ${name} WH…`);
}
