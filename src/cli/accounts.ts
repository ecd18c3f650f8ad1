/** `connect-apps accounts …`: the operator's view of accounts. */

import type { Command } from 'commander';
import { ACCOUNT_PROPERTIES, type AccountPropertyName, propertiesOf } from '../accounts/account.ts';
import { reEncryptTokens } from '../accounts/re-encrypt.ts';
import type { Act } from '../admin/act.ts';
import {
  activateAccount,
  closeAccount,
  createAccountAct,
  listAccounts,
  rotateAccountToken,
  showAccount,
  suspendAccount,
} from '../admin/acts/accounts.ts';
import type { Wire } from '../admin/input.ts';
import { reEncryptAdminKeys } from '../admin-keys/operations.ts';
import { reEncryptApiKeys } from '../api-keys/re-encrypt.ts';
import { addExamples } from './examples.ts';
import { addImportCommand } from './import-accounts.ts';
import { onContext } from './on-database.ts';
import { operate, readAll } from './operator.ts';
import { print, printItem, printList } from './output.ts';
import { choiceFlag, propertyFlag } from './property-flags.ts';
import { addDatabaseFlags, addOperatorFlags } from './settings.ts';

interface Flags extends Partial<Record<AccountPropertyName, string>> {
  accountSid?: string;
  owner?: string;
  keepOld: boolean;
  json?: boolean;
}

/** Adds the commands. */
export function addAccountCommands(program: Command): void {
  const accounts = program.command('accounts').description('create and manage accounts');

  addPropertyFlags(command(accounts, 'create', 'create an account, or a subaccount with --owner'))
    .option('--owner <sid>', 'the parent account; creates a subaccount of it')
    .action((flags: Flags) =>
      show(flags, createAccountAct, { ...propertiesIn(flags), owner_account_sid: flags.owner }),
    );

  command(accounts, 'list', 'list all accounts')
    .option('--owner <sid>', 'list only this account and its subaccounts')
    .action(async (flags: Flags) => {
      const filter = { owner_account_sid: flags.owner };
      const items = await operate(flags, (call) => readAll(call, listAccounts, filter));
      const columns = ['sid', 'friendly_name', 'status', 'type', 'owner_account_sid'];
      printList(items, columns, flags.json === true);
    });

  addAccountCommand(accounts, 'show', 'show an account', showAccount);
  addAccountCommand(accounts, 'suspend', 'suspend an account and its subaccounts', suspendAccount);
  addAccountCommand(accounts, 'activate', 'end the suspension of an account', activateAccount);
  addAccountCommand(
    accounts,
    'close',
    'close an account and its subaccounts; this is final',
    closeAccount,
  );
  addAccountCommand(
    accounts,
    'rotate-token',
    'give an account a new Auth Token',
    rotateAccountToken,
    ({ keepOld }) => ({ keep_old: keepOld }),
  ).option(
    '--no-keep-old',
    'invalidate the old token immediately instead of keeping it as the secondary token',
  );

  addImportCommand(accounts);
  addReEncryption(accounts);
}

/** On the database alone: it is about the secret key of this machine. */
function addReEncryption(accounts: Command): void {
  const command = addDatabaseFlags(accounts.command('re-encrypt'))
    .description('re-encrypt every Auth Token and key with the current secret key')
    .option('--json', 'print JSON')
    .action(async (flags: Flags) => {
      const [tokens, keys, adminKeys] = await onContext(flags, async (context) => [
        await reEncryptTokens(context),
        await reEncryptApiKeys(context),
        await reEncryptAdminKeys(context),
      ]);
      const item = {
        re_encrypted: tokens,
        re_encrypted_api_keys: keys,
        re_encrypted_admin_keys: adminKeys,
      };
      if (flags.json) printItem(item, true);
      else
        print(
          `Re-encrypted the Auth Tokens of ${tokens} accounts, ${keys} API keys and ${adminKeys} admin keys.`,
        );
    });
  addExamples(command, 'accounts re-encrypt');
}

const EXAMPLES: Record<string, string> = {
  create: 'create --friendly-name "Acme"',
  list: 'list --json',
  'rotate-token': 'rotate-token AC00000000000000000000000000000001 --no-keep-old',
};

function command(accounts: Command, name: string, description: string): Command {
  const made = addOperatorFlags(accounts.command(name))
    .description(description)
    .option('--json', 'print JSON');
  return addExamples(
    made,
    `accounts ${EXAMPLES[name] ?? `${name} AC00000000000000000000000000000001`}`,
  );
}

/** A flag for each property that an operator may set when creating an account. */
function addPropertyFlags(command: Command): Command {
  for (const name of propertiesOf('flag')) {
    const { values, initial } = ACCOUNT_PROPERTIES[name].rule;
    command.addOption(
      values.type === 'string'
        ? propertyFlag(name, values)
        : choiceFlag(name, values.choices, values.description).default(initial),
    );
  }
  return command;
}

/** The properties that the flags set, by their names on the wire. */
function propertiesIn(flags: Flags): Wire {
  return Object.fromEntries(
    propertiesOf('flag').map((name) => [ACCOUNT_PROPERTIES[name].column, flags[name]]),
  );
}

/** A command about one account, named as an argument or with --account-sid. */
function addAccountCommand(
  accounts: Command,
  name: string,
  description: string,
  act: Act,
  inputOf: (flags: Flags) => Wire = () => ({}),
): Command {
  return command(accounts, name, description)
    .argument('[sid]', 'the account')
    .option('--account-sid <sid>', 'the account')
    .action((sid: string | undefined, flags: Flags, self: Command) => {
      const chosen = sid ?? flags.accountSid;
      if (chosen === undefined)
        self.error('error: Name the account: its SID, or --account-sid', { exitCode: 2 });
      return show(flags, act, { sid: chosen, ...inputOf(flags) });
    });
}

async function show(flags: Flags, act: Act, input: Wire): Promise<void> {
  printItem(await operate(flags, (call) => call(act, input)), flags.json === true);
}
