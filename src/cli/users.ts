/** `connect-apps users …`: the people who sign in. A password is read from standard input. */

import { text } from 'node:stream/consumers';
import type { Command } from 'commander';
import type { Context } from '../context.ts';
import { Problem } from '../problem.ts';
import { listMemberships, listUsers } from '../users/store.ts';
import { createUser, setPassword, type User } from '../users/user.ts';
import { addExamples } from './examples.ts';
import { printItem, printList } from './output.ts';
import { readAll } from './read-all.ts';
import { addDatabaseFlags, withContext } from './settings.ts';

interface Flags {
  email: string;
  accountSid: string[];
  password?: string;
  json?: boolean;
}

/** Adds the commands. */
export function addUserCommands(program: Command): void {
  const users = program.command('users').description('the people who sign in');

  const create = command(users, 'create', 'create a user, with a password from standard input')
    .requiredOption('--email <address>', 'what the user signs in with')
    .requiredOption('--account-sid <sid...>', 'the accounts that the user belongs to')
    .option('--password <text>', 'the password; others on this machine can see it in passing')
    .action((flags: Flags) =>
      show(flags, async (context) => {
        const { email, accountSid: accountSids } = flags;
        return createUser(context, { email, accountSids, password: await passwordOf(flags) });
      }),
    );
  addExamples(create, 'users create --email ada@example.com --account-sid AC… < password.txt');

  const list = command(users, 'list', 'list all users').action((flags: Flags) =>
    withContext({ ...flags }, async (context) => {
      const all = await readAll((slice) => listUsers(context.database.query, slice));
      const items = await Promise.all(all.map((user) => wireOf(context, user)));
      printList(items, ['sid', 'email', 'account_sids'], flags.json === true);
    }),
  );
  addExamples(list, 'users list --json');

  const change = command(users, 'set-password', 'give a user another password; ends all sessions')
    .requiredOption('--email <address>', 'the user')
    .option('--password <text>', 'the password; others on this machine can see it in passing')
    .action((flags: Flags) =>
      show(flags, async (context) => setPassword(context, flags.email, await passwordOf(flags))),
    );
  addExamples(change, 'users set-password --email ada@example.com < password.txt');
}

function command(users: Command, name: string, description: string): Command {
  return addDatabaseFlags(users.command(name))
    .description(description)
    .option('--json', 'print JSON');
}

/** The flag, or the first line of standard input. */
async function passwordOf({ password }: Flags): Promise<string> {
  if (password !== undefined) return password;
  if (process.stdin.isTTY) process.stderr.write('Password, then Enter and Ctrl-D: ');
  const [line = ''] = (await text(process.stdin)).split(/\r?\n/, 1);
  if (line !== '') return line;
  throw new Problem(
    'parameter_invalid',
    'Give the password on standard input, or with --password.',
  );
}

async function show(flags: Flags, work: (context: Context) => Promise<User>): Promise<void> {
  const item = await withContext({ ...flags }, async (context) =>
    wireOf(context, await work(context)),
  );
  printItem(item, flags.json === true);
}

async function wireOf(context: Context, user: User) {
  return {
    sid: user.sid,
    email: user.email,
    account_sids: await listMemberships(context.database.query, user.sid),
    date_created: new Date(user.createdAt).toISOString(),
  };
}
