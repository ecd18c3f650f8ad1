/** `connect-apps webhooks …`: callbacks, and every attempt to deliver them. */

import { type Command, Option } from 'commander';
import { getAccount } from '../accounts/operations.ts';
import {
  type Attempt,
  CALLBACK_STATUSES,
  type Callback,
  type CallbackStatus,
} from '../callbacks/callback.ts';
import { getCallback, listingOfCallbacks, retryCallback } from '../callbacks/operations.ts';
import { listCallbacks } from '../callbacks/store.ts';
import { getConnectApp } from '../connect-apps/operations.ts';
import type { Context } from '../context.ts';
import { Problem } from '../problem.ts';
import type { Slice } from '../storage/keyset.ts';
import { addExamples } from './examples.ts';
import { lookUp, onDatabase } from './on-database.ts';
import { print, printItem, printList } from './output.ts';
import { readAll } from './read-all.ts';
import { addDatabaseFlags } from './settings.ts';

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
    .action((flags: ListFlags, self: Command) => {
      if (flags.status && !flags.connectAppSid) {
        self.error('error: Name the app with --connect-app-sid to filter by --status', {
          exitCode: 2,
        });
      }
      return onDatabase(flags, async (context) => {
        const account = await accountOf(context, flags.accountSid ?? '');
        const all = await readAll(await listingOf(context, account.sid, flags));
        printList(all.map(wireOf), COLUMNS, flags.json === true);
      });
    });
  addExamples(
    list,
    'webhooks list --account-sid AC00000000000000000000000000000001',
    'webhooks list --account-sid AC00000000000000000000000000000001 --connect-app-sid CNb989fdd207b04d16aee578018ef5fd93 --status failed',
  );

  addCallbackCommand(webhooks, 'show', 'show a callback and its delivery attempts', getCallback);
  addCallbackCommand(
    webhooks,
    'retry',
    'send a callback again immediately, even if it was delivered',
    retryCallback,
  );
}

/** The callbacks of an account or, if it is named, of one of its apps. */
async function listingOf(
  context: Context,
  accountSid: string,
  { connectAppSid, status }: ListFlags,
): Promise<(slice: Slice) => Promise<Callback[]>> {
  const { query } = context.database;
  if (connectAppSid === undefined) return (slice) => listCallbacks(query, accountSid, slice);
  const { sid } = await lookUp(`Connect App ${connectAppSid} of account ${accountSid}`, () =>
    getConnectApp(context, accountSid, connectAppSid),
  );
  const app = { accountSid, connectAppSid: sid };
  return listingOfCallbacks(query, app, { status, since: 0 }).slice;
}

function command(webhooks: Command, name: string, description: string): Command {
  return addDatabaseFlags(webhooks.command(name))
    .description(description)
    .option('--json', 'print JSON');
}

function addCallbackCommand(
  webhooks: Command,
  name: string,
  description: string,
  work: (context: Context, sid: string) => Promise<Callback & { attempts: Attempt[] }>,
): void {
  const made = command(webhooks, name, description)
    .argument('<sid>', 'the callback')
    .option('--account-sid <sid>', 'the account that owns the app')
    .action(async (sid: string, flags: Flags) => {
      const callback = await onDatabase(flags, async (context) => {
        await checkCallback(context, sid, flags.accountSid);
        return work(context, sid);
      });
      const attempts = callback.attempts.map(wireOfAttempt);
      if (flags.json) {
        printItem({ ...wireOf(callback), attempts }, true);
        return;
      }
      printItem(wireOf(callback), false);
      if (attempts.length === 0) return;
      print('');
      printList(
        attempts,
        ['number', 'started_at', 'duration_ms', 'status', 'failure', 'answer'],
        false,
      );
    });
  addExamples(made, `webhooks ${name} WH…`);
}

/** Raises `not_found` unless there is such a callback, of this account if one is named. */
async function checkCallback(
  context: Context,
  sid: string,
  accountSid: string | undefined,
): Promise<void> {
  const account = accountSid === undefined ? undefined : await accountOf(context, accountSid);
  await lookUp(`callback ${sid}${account ? ` of account ${account.sid}` : ''}`, async () => {
    const callback = await getCallback(context, sid);
    if (account && callback.accountSid !== account.sid) throw new Problem('not_found');
  });
}

function accountOf(context: Context, sid: string) {
  return lookUp(`account ${sid}`, () => getAccount(context, sid));
}

function wireOf(callback: Callback) {
  return {
    sid: callback.sid,
    account_sid: callback.accountSid,
    connect_app_sid: callback.connectAppSid,
    subaccount_sid: callback.subaccountSid,
    method: callback.method,
    url: callback.url,
    kind: callback.kind,
    status: callback.status,
    attempts_made: callback.attemptsMade,
    next_attempt_at: callback.nextAttemptAt && timeOf(callback.nextAttemptAt),
    date_created: timeOf(callback.createdAt),
  };
}

function wireOfAttempt(attempt: Attempt) {
  return {
    number: attempt.number,
    started_at: timeOf(attempt.startedAt),
    duration_ms: attempt.durationMs,
    status: attempt.status,
    failure: attempt.failure,
    answer: attempt.answer,
  };
}

function timeOf(milliseconds: number): string {
  return new Date(milliseconds).toISOString();
}
