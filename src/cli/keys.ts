/** `connect-apps keys …`: the API keys of an account. */

import type { Command } from 'commander';
import { Option } from 'commander';
import { createKey, deleteKey, listKeys } from '../admin/acts/keys.ts';
import { API_KEY_TYPES, type ApiKeyType } from '../api-keys/api-key.ts';
import { addExamples } from './examples.ts';
import { operate, readAll } from './operator.ts';
import { printItem, printList } from './output.ts';
import { addOperatorFlags } from './settings.ts';

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
      const { accountSid: account_sid, friendlyName: friendly_name, type } = flags;
      const input = { account_sid, friendly_name, type };
      printItem(await operate(flags, (call) => call(createKey, input)), flags.json === true);
    });
  addExamples(create, `keys create ${ACCOUNT} --friendly-name "Billing server"`);

  const list = command(keys, 'list', 'list the API keys of an account').action(
    async (flags: Flags) => {
      const input = { account_sid: flags.accountSid };
      const items = await operate(flags, (call) => readAll(call, listKeys, input));
      printList(items, ['sid', 'friendly_name', 'type', 'date_created'], flags.json === true);
    },
  );
  addExamples(list, `keys list ${ACCOUNT}`);

  const remove = command(keys, 'delete', 'delete an API key, which ends its access immediately')
    .argument('<sid>', 'the key')
    .action(async (sid: string, flags: Flags) => {
      const input = { account_sid: flags.accountSid, sid };
      printItem(await operate(flags, (call) => call(deleteKey, input)), flags.json === true);
    });
  addExamples(remove, `keys delete SK… ${ACCOUNT}`);
}

function command(keys: Command, name: string, description: string): Command {
  return addOperatorFlags(keys.command(name))
    .description(description)
    .requiredOption('--account-sid <sid>', 'the account')
    .option('--json', 'print JSON');
}
