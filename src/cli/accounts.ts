/** `connect-apps accounts …`: the operator's view of accounts. */

import type { Command } from 'commander';
import {
  ACCOUNT_PROPERTIES,
  type AccountPropertyName,
  parseAccountProperties,
  propertiesOf,
} from '../accounts/account.ts';
import { accountFormat } from '../accounts/format.ts';
import { listAccounts } from '../accounts/list-store.ts';
import {
  createAccount,
  createSubaccount,
  getAccount,
  rotateToken,
  updateAccount,
} from '../accounts/operations.ts';
import { reEncryptTokens } from '../accounts/re-encrypt.ts';
import type { AccountWithToken } from '../accounts/token.ts';
import { reEncryptApiKeys } from '../api-keys/re-encrypt.ts';
import type { Context } from '../context.ts';
import type { Parameters } from '../parameter.ts';
import { addExamples } from './examples.ts';
import { lookUp, onDatabase } from './on-database.ts';
import { print, printItem, printList } from './output.ts';
import { choiceFlag, propertyFlag } from './property-flags.ts';
import { readAll } from './read-all.ts';
import { addDatabaseFlags } from './settings.ts';

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
    .action((flags: Flags) => show(flags, (context) => create(context, flags)));

  command(accounts, 'list', 'list all accounts')
    .option('--owner <sid>', 'list only this account and its subaccounts')
    .action((flags: Flags) => onDatabase(flags, (context) => list(context, flags)));

  addAccountCommand(accounts, 'show', 'show an account', (context, sid) =>
    getAccount(context, sid),
  );
  addAccountCommand(
    accounts,
    'suspend',
    'suspend an account and its subaccounts',
    setStatus('suspended'),
  );
  addAccountCommand(accounts, 'activate', 'end the suspension of an account', setStatus('active'));
  addAccountCommand(
    accounts,
    'close',
    'close an account and its subaccounts; this is final',
    setStatus('closed'),
  );
  addAccountCommand(
    accounts,
    'rotate-token',
    'give an account a new Auth Token',
    (context, sid, flags) => rotateToken(context, sid, { keepOld: flags.keepOld }),
  ).option(
    '--no-keep-old',
    'invalidate the old token immediately instead of keeping it as the secondary token',
  );

  command(
    accounts,
    're-encrypt',
    're-encrypt every Auth Token and API key with the current secret key',
  ).action(async (flags: Flags) => {
    const [accounts, keys] = await onDatabase(flags, async (context) => [
      await reEncryptTokens(context),
      await reEncryptApiKeys(context),
    ]);
    if (flags.json) printItem({ re_encrypted: accounts, re_encrypted_api_keys: keys }, true);
    else print(`Re-encrypted the Auth Tokens of ${accounts} accounts, and ${keys} API keys.`);
  });
}

const EXAMPLES: Record<string, string> = {
  create: 'create --friendly-name "Acme"',
  list: 'list --json',
  're-encrypt': 're-encrypt',
  'rotate-token': 'rotate-token AC00000000000000000000000000000001 --no-keep-old',
};

function command(accounts: Command, name: string, description: string): Command {
  const made = addDatabaseFlags(accounts.command(name))
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

function parametersOf(flags: Flags): Parameters {
  return Object.fromEntries(
    propertiesOf('flag').map((name) => [ACCOUNT_PROPERTIES[name].parameter, flags[name]]),
  );
}

/** A command about one account, named as an argument or with --account-sid. */
function addAccountCommand(
  accounts: Command,
  name: string,
  description: string,
  work: (context: Context, sid: string, flags: Flags) => Promise<AccountWithToken>,
): Command {
  return command(accounts, name, description)
    .argument('[sid]', 'the account')
    .option('--account-sid <sid>', 'the account')
    .action((sid: string | undefined, flags: Flags, self: Command) => {
      const chosen = sid ?? flags.accountSid;
      if (chosen === undefined)
        self.error('error: Name the account: its SID, or --account-sid', { exitCode: 2 });
      return show(flags, (context) =>
        lookUp(`account ${chosen}`, () => work(context, chosen, flags)),
      );
    });
}

async function show(
  flags: Flags,
  work: (context: Context) => Promise<AccountWithToken>,
): Promise<void> {
  const account = await onDatabase(flags, work);
  printItem(accountFormat.toWire(account), flags.json === true);
}

async function create(context: Context, flags: Flags): Promise<AccountWithToken> {
  const { owner } = flags;
  const parameters = parametersOf(flags);
  if (owner !== undefined) {
    const parent = await lookUp(`account ${owner}`, () => getAccount(context, owner));
    return createSubaccount(context, parent.sid, parameters);
  }
  return createAccount(context, parseAccountProperties('flag', parameters));
}

function setStatus(status: 'active' | 'suspended' | 'closed') {
  return async (context: Context, sid: string) => {
    const account = await getAccount(context, sid);
    return updateAccount(context, account.sid, { Status: status });
  };
}

async function list(context: Context, flags: Flags): Promise<void> {
  const { owner } = flags;
  const filter =
    owner === undefined
      ? {}
      : {
          ownerAccountSid: (await lookUp(`account ${owner}`, () => getAccount(context, owner))).sid,
        };
  const accounts = await readAll((slice) => listAccounts(context.database.query, filter, slice));
  // Without tokens, because people paste lists into tickets.
  const items = accounts.map((account) => {
    const { auth_token: _, ...wire } = accountFormat.toWire({ ...account, authToken: '' });
    return wire;
  });
  printList(
    items,
    ['sid', 'friendly_name', 'status', 'type', 'owner_account_sid'],
    flags.json === true,
  );
}
