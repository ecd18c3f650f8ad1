/** `connect-apps users …`: the people who sign in, and the accounts that they belong to. */

import { type Command, Option } from 'commander';
import { showAccount } from '../admin/acts/accounts.ts';
import {
  createUserAct,
  deleteUserAct,
  findUser,
  listUsers,
  setUserPassword,
  updateUserAct,
} from '../admin/acts/users.ts';
import type { Wire } from '../admin/input.ts';
import { ROLES, type Role } from '../users/user.ts';
import type { Call } from './call.ts';
import { addExamples } from './examples.ts';
import { operate, readAll } from './operator.ts';
import { printItem, printList } from './output.ts';
import { readNewPassword, requirePasswords } from './password.ts';
import { addOperatorFlags } from './settings.ts';
import { addLinkCommands } from './user-links.ts';

interface Flags {
  email: string;
  accountSid?: string[];
  addAccountSid?: string[];
  removeAccountSid?: string[];
  operator?: boolean;
  role?: Role;
  json?: boolean;
}

/** Where a password comes from: never from a flag, which others on the machine can read. */
const PASSWORD_SOURCE =
  '\nAsks for the password at a terminal; otherwise, reads the first line of standard input.';

/** Adds the commands. */
export function addUserCommands(program: Command): void {
  const users = program.command('users').description('manage the people who sign in');

  const create = command(users, 'create', 'create a user')
    .requiredOption('--email <address>', 'the e-mail address to sign in with')
    .option('--account-sid <sid...>', 'the accounts that the user belongs to')
    .option('--operator', 'let the user see and manage every account')
    .addOption(new Option('--role <role>', ROLE_HELP).choices(ROLES).default('owner'))
    .addHelpText('after', PASSWORD_SOURCE)
    .action((flags: Flags, self: Command) => {
      const { accountSid = [], operator = false } = flags;
      if (accountSid.length === 0 && !operator) {
        self.error('error: Give --account-sid, --operator, or both', { exitCode: 2 });
      }
      requirePasswords({ ...flags });
      return show(flags, (call) => createOne(call, flags));
    });
  addExamples(
    create,
    'users create --email ada@example.com --account-sid AC00000000000000000000000000000001',
    'users create --email bob@example.com --account-sid AC00000000000000000000000000000001 < password.txt',
    'users create --email operator@example.com --operator < password.txt',
  );

  const list = command(users, 'list', 'list all users').action(async (flags: Flags) => {
    const items = await operate(flags, (call) => readAll(call, listUsers));
    printList(items, ['sid', 'email', 'operator', 'account_sids'], flags.json === true);
  });
  addExamples(list, 'users list --json');

  const update = ofOneUser(
    users,
    'update',
    'change the accounts that a user belongs to, and whether they are an operator',
  )
    .option('--add-account-sid <sid...>', 'accounts to add the user to')
    .option('--remove-account-sid <sid...>', 'accounts to remove the user from')
    .option('--operator', 'let the user see and manage every account')
    .option('--no-operator', 'end that')
    .addOption(new Option('--role <role>', `${ROLE_HELP}, for --add-account-sid`).choices(ROLES))
    .action((flags: Flags, self: Command) => {
      const { addAccountSid: add = [], removeAccountSid: remove = [], operator } = flags;
      if (add.length + remove.length === 0 && operator === undefined) {
        const sentence =
          'error: Give --add-account-sid, --remove-account-sid, --operator or --no-operator';
        self.error(sentence, { exitCode: 2 });
      }
      const changes = {
        add_account_sids: add,
        remove_account_sids: remove,
        role: flags.role,
        operator,
      };
      return show(flags, async (call) => {
        await checkAccounts(call, add);
        return call(updateUserAct, { sid: await sidOf(call, flags), ...changes });
      });
    });
  addExamples(
    update,
    'users update --email customer@example.com --operator',
    'users update --email developer@example.com --add-account-sid AC00000000000000000000000000000002',
  );

  const remove = ofOneUser(users, 'delete', 'delete a user and end their sessions').action(
    (flags: Flags) =>
      show(flags, async (call) => call(deleteUserAct, { sid: await sidOf(call, flags) })),
  );
  addExamples(remove, 'users delete --email customer@example.com');

  const change = ofOneUser(
    users,
    'set-password',
    'set a new password for a user and end their sessions',
  )
    .addHelpText('after', PASSWORD_SOURCE)
    .action((flags: Flags) => {
      requirePasswords({ ...flags });
      return show(flags, async (call) => {
        const sid = await sidOf(call, flags);
        return call(setUserPassword, { sid, password: await readNewPassword() });
      });
    });
  addExamples(
    change,
    'users set-password --email developer@example.com',
    'users set-password --email developer@example.com < password.txt',
  );
  addLinkCommands(users);
}

const ROLE_HELP = 'what the user may do there';

function command(users: Command, name: string, description: string): Command {
  return addOperatorFlags(users.command(name))
    .description(description)
    .option('--json', 'print JSON');
}

function ofOneUser(users: Command, name: string, description: string): Command {
  return command(users, name, description).requiredOption('--email <address>', 'the user');
}

async function createOne(
  call: Call,
  { email, accountSid: accountSids = [], operator = false, role }: Flags,
): Promise<Wire> {
  // Before a password is typed twice for nothing.
  await checkAccounts(call, accountSids);
  const password = await readNewPassword();
  return call(createUserAct, { email, account_sids: accountSids, role, password, operator });
}

async function checkAccounts(call: Call, sids: readonly string[]): Promise<void> {
  for (const sid of sids) await call(showAccount, { sid });
}

/** The user that the flags name: an address belongs in no URL. */
async function sidOf(call: Call, { email }: Flags): Promise<unknown> {
  return (await call(findUser, { email })).sid;
}

async function show(flags: Flags, work: (call: Call) => Promise<Wire>): Promise<void> {
  printItem(await operate(flags, work), flags.json === true);
}
