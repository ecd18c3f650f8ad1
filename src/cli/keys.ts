/** `connect-apps keys …`: the API keys of an account. */

import type { Command } from 'commander';
import { Option } from 'commander';
import { getAccount } from '../accounts/operations.ts';
import { API_KEY_TYPES, type ApiKey, type ApiKeyType } from '../api-keys/api-key.ts';
import { createApiKey, deleteApiKey, listingOfApiKeys } from '../api-keys/operations.ts';
import type { Context } from '../context.ts';
import { addExamples } from './examples.ts';
import { lookUp, onDatabase } from './on-database.ts';
import { printItem, printList } from './output.ts';
import { readAll } from './read-all.ts';
import { addDatabaseFlags } from './settings.ts';

interface Flags {
  accountSid: string;
  friendlyName?: string;
  type: ApiKeyType;
  json?: boolean;
}

const ACCOUNT = '--account-sid AC00000000000000000000000000000001';

/** Adds the commands. */
export function addKeyCommands(program: Command): void {
  const keys = program.command('keys').description('create, list and delete API keys');

  const create = command(keys, 'create', 'create an API key, and print its secret once')
    .option('--friendly-name <text>', 'the name of the key')
    .addOption(
      new Option('--type <type>', 'Standard, or Main to manage accounts and keys, too')
        .choices(API_KEY_TYPES)
        .default('Standard'),
    )
    .action(async (flags: Flags) => {
      const key = await ofAccount(flags, (context, accountSid) =>
        createApiKey(context, accountSid, { FriendlyName: flags.friendlyName }, flags.type),
      );
      printItem({ ...wireOf(key), secret: key.secret }, flags.json === true);
    });
  addExamples(create, `keys create ${ACCOUNT} --friendly-name "Billing server"`);

  const list = command(keys, 'list', 'list the API keys of an account').action(
    async (flags: Flags) => {
      const all = await ofAccount(flags, (context, accountSid) =>
        readAll(listingOfApiKeys(context, accountSid, 'Keys').slice),
      );
      const columns = ['sid', 'friendly_name', 'type', 'date_created'];
      printList(all.map(wireOf), columns, flags.json === true);
    },
  );
  addExamples(list, `keys list ${ACCOUNT}`);

  const remove = command(keys, 'delete', 'delete an API key, which ends its access immediately')
    .argument('<sid>', 'the key')
    .action(async (sid: string, flags: Flags) => {
      const key = await ofAccount(flags, (context, accountSid) =>
        lookUp(`API key ${sid} of account ${accountSid}`, () =>
          deleteApiKey(context, accountSid, sid),
        ),
      );
      printItem(wireOf(key), flags.json === true);
    });
  addExamples(remove, `keys delete SK… ${ACCOUNT}`);
}

function command(keys: Command, name: string, description: string): Command {
  return addDatabaseFlags(keys.command(name))
    .description(description)
    .requiredOption('--account-sid <sid>', 'the account')
    .option('--json', 'print JSON');
}

/** Runs `work` on the account that the flags name. */
function ofAccount<Result>(
  flags: Flags,
  work: (context: Context, accountSid: string) => Promise<Result>,
): Promise<Result> {
  return onDatabase(flags, async (context) => {
    const { accountSid } = flags;
    const account = await lookUp(`account ${accountSid}`, () => getAccount(context, accountSid));
    return work(context, account.sid);
  });
}

function wireOf(key: ApiKey) {
  return {
    sid: key.sid,
    account_sid: key.accountSid,
    friendly_name: key.friendlyName,
    type: key.type,
    date_created: new Date(key.createdAt).toISOString(),
    date_updated: new Date(key.updatedAt).toISOString(),
  };
}
