/** `connect-apps users …`: the people who sign in, and the accounts that they belong to. */

import { type Command, Option } from 'commander';
import { getAccount } from '../accounts/operations.ts';
import type { Context } from '../context.ts';
import { listMemberships } from '../users/membership-store.ts';
import { createUser, deleteUser, getUser, updateUser } from '../users/operations.ts';
import { setOperator } from '../users/operators.ts';
import { setPassword } from '../users/password-change.ts';
import { listUsers } from '../users/store.ts';
import { type Membership, ROLES, type Role, type User } from '../users/user.ts';
import { addExamples } from './examples.ts';
import { lookUp, onDatabase } from './on-database.ts';
import { printItem, printList } from './output.ts';
import { readNewPassword, requirePasswords } from './password.ts';
import { readAll } from './read-all.ts';
import { addDatabaseFlags } from './settings.ts';
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
      return show(flags, (context) => createOne(context, flags));
    });
  addExamples(
    create,
    'users create --email ada@example.com --account-sid AC00000000000000000000000000000001',
    'users create --email bob@example.com --account-sid AC00000000000000000000000000000001 < password.txt',
    'users create --email operator@example.com --operator < password.txt',
  );

  const list = command(users, 'list', 'list all users').action((flags: Flags) =>
    onDatabase(flags, async (context) => {
      const all = await readAll((slice) => listUsers(context.database.query, slice));
      const items = await Promise.all(all.map((user) => wireOf(context, user)));
      printList(items, ['sid', 'email', 'operator', 'account_sids'], flags.json === true);
    }),
  );
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
      return show(flags, async (context) => {
        await checkAccounts(context, add);
        const { role } = flags;
        const updated = await ofUser(flags, () =>
          updateUser(context, flags.email, { add, remove, role }),
        );
        return operator === undefined ? updated : setOperator(context, updated.email, operator);
      });
    });
  addExamples(
    update,
    'users update --email customer@example.com --operator',
    'users update --email developer@example.com --add-account-sid AC00000000000000000000000000000002',
  );

  const remove = ofOneUser(users, 'delete', 'delete a user and end their sessions').action(
    async (flags: Flags) => {
      const { sid, email } = await onDatabase(flags, (context) =>
        ofUser(flags, () => deleteUser(context, flags.email)),
      );
      printItem({ sid, email, deleted: true }, flags.json === true);
    },
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
      return show(flags, async (context) => {
        await ofUser(flags, () => getUser(context, flags.email));
        const password = await readNewPassword();
        return ofUser(flags, () => setPassword(context, flags.email, password));
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
  return addDatabaseFlags(users.command(name))
    .description(description)
    .option('--json', 'print JSON');
}

function ofOneUser(users: Command, name: string, description: string): Command {
  return command(users, name, description).requiredOption('--email <address>', 'the user');
}

async function createOne(
  context: Context,
  { email, accountSid: accountSids = [], operator: isOperator = false, role }: Flags,
): Promise<User> {
  // Before a password is typed twice for nothing.
  await checkAccounts(context, accountSids);
  const password = await readNewPassword();
  return createUser(context, { email, accountSids, role, password, isOperator });
}

async function checkAccounts(context: Context, sids: readonly string[]): Promise<void> {
  for (const sid of sids) await lookUp(`account ${sid}`, () => getAccount(context, sid));
}

function ofUser<Result>({ email }: Flags, work: () => Promise<Result>): Promise<Result> {
  return lookUp(`user ${email}`, work);
}

async function show(flags: Flags, work: (context: Context) => Promise<User>): Promise<void> {
  const item = await onDatabase(flags, async (context) => wireOf(context, await work(context)));
  printItem(item, flags.json === true);
}

async function wireOf(context: Context, user: User) {
  const memberships = await listMemberships(context.database.query, user.sid);
  const sidsOf = (some: readonly Membership[]) => some.map(({ accountSid }) => accountSid);
  return {
    sid: user.sid,
    email: user.email,
    operator: user.isOperator,
    account_sids: sidsOf(memberships),
    owner_of: sidsOf(memberships.filter(({ role }) => role === 'owner')),
    disabled_in: sidsOf(memberships.filter(({ disabledAt }) => disabledAt !== null)),
    last_sign_in: user.lastSignInAt === null ? null : new Date(user.lastSignInAt).toISOString(),
    date_created: new Date(user.createdAt).toISOString(),
  };
}
