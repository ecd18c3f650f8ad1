/** `connect-apps users …` with a link to pass on, or for one account: invite, reset-link, disable, enable. */

import { type Command, Option } from 'commander';
import { getAccount } from '../accounts/operations.ts';
import type { Context } from '../context.ts';
import { invite } from '../users/invitations.ts';
import { joinPath, resetPath } from '../users/links.ts';
import { getUser } from '../users/operations.ts';
import { createReset, LINK_MS } from '../users/password-change.ts';
import { disablePerson, enablePerson } from '../users/people.ts';
import { ROLES, type Role } from '../users/user.ts';
import { addExamples } from './examples.ts';
import { lookUp, onDatabase } from './on-database.ts';
import { printItem } from './output.ts';
import { requirePasswords } from './password.ts';
import { addDatabaseFlags, withFlags } from './settings.ts';

interface Flags {
  email: string;
  accountSid: string;
  role: Role;
  publicUrl?: string;
  json?: boolean;
}

const PUBLIC_URL = [
  '--public-url <origin>',
  'the origin of the server, as browsers see it',
] as const;
const ACCOUNT = ['--account-sid <sid>', 'the account'] as const;

/** Adds the commands. */
export function addLinkCommands(users: Command): void {
  const invitation = ofOneUser(users, 'invite', 'print a link by which somebody joins an account')
    .requiredOption(...ACCOUNT)
    .addOption(
      new Option('--role <role>', 'what they may do there').choices(ROLES).default('member'),
    )
    .option(...PUBLIC_URL)
    .action(async (flags: Flags) => {
      const { email, role } = flags;
      const item = await onDatabase(flags, async (context) => {
        const { sid: accountSid } = await accountOf(context, flags);
        const { invitation: made, secret } = await invite(context, accountSid, { email, role });
        return { email: made.email, account_sid: accountSid, ...linkOf(flags, joinPath(secret)) };
      });
      printItem(item, flags.json === true);
    });
  addExamples(
    invitation,
    'users invite --email ada@example.com --account-sid AC00000000000000000000000000000001',
  );

  const reset = ofOneUser(users, 'reset-link', 'print a link to set a new password')
    .option(...PUBLIC_URL)
    .action(async (flags: Flags) => {
      const { email } = flags;
      requirePasswords({ ...flags });
      const item = await onDatabase(flags, async (context) => {
        const secret = await lookUp(`user ${email}`, () => createReset(context, email));
        return { email, ...linkOf(flags, resetPath(secret)) };
      });
      printItem(item, flags.json === true);
    });
  addExamples(reset, 'users reset-link --email developer@example.com');

  addMembershipCommand(
    users,
    'disable',
    'keep a user from acting for an account, and end their sessions',
    (context, key) => disablePerson(context, key, { mayBeLast: true }),
  );
  addMembershipCommand(
    users,
    'enable',
    'let a disabled user act for an account again',
    enablePerson,
  );
}

function ofOneUser(users: Command, name: string, description: string): Command {
  return addDatabaseFlags(users.command(name))
    .description(description)
    .requiredOption('--email <address>', 'the user')
    .option('--json', 'print JSON');
}

function addMembershipCommand(
  users: Command,
  name: 'disable' | 'enable',
  description: string,
  work: (context: Context, key: { accountSid: string; userSid: string }) => Promise<void>,
): void {
  const made = ofOneUser(users, name, description)
    .requiredOption(...ACCOUNT)
    .action(async (flags: Flags) => {
      const item = await onDatabase(flags, async (context) => {
        const { sid: accountSid } = await accountOf(context, flags);
        const user = await lookUp(`user ${flags.email}`, () => getUser(context, flags.email));
        await lookUp(`user ${flags.email} of account ${accountSid}`, () =>
          work(context, { accountSid, userSid: user.sid }),
        );
        const { sid, email } = user;
        return { sid, email, account_sid: accountSid, disabled: name === 'disable' };
      });
      printItem(item, flags.json === true);
    });
  addExamples(
    made,
    `users ${name} --email developer@example.com --account-sid AC00000000000000000000000000000001`,
  );
}

function accountOf(context: Context, { accountSid }: Flags) {
  return lookUp(`account ${accountSid}`, () => getAccount(context, accountSid));
}

function linkOf(flags: Flags, path: string) {
  const { publicUrl, host, port } = withFlags({ ...flags });
  const url = `${publicUrl ?? `http://${host}:${port}`}${path}`;
  return { url, expires_in_days: LINK_MS / 86_400_000 };
}
