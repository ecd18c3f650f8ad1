/** `connect-apps users …` with a link to pass on, or for one account: invite, reset-link, disable, enable. */

import { type Command, Option } from 'commander';
import type { Act } from '../admin/act.ts';
import {
  createInvitation,
  createResetLink,
  disableUser,
  enableUser,
} from '../admin/acts/people.ts';
import { findUser } from '../admin/acts/users.ts';
import { ROLES, type Role } from '../users/user.ts';
import { addExamples } from './examples.ts';
import { operate } from './operator.ts';
import { printItem } from './output.ts';
import { requirePasswords } from './password.ts';
import { addOperatorFlags } from './settings.ts';

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
      const { email, role, accountSid: account_sid, publicUrl: public_url } = flags;
      const input = { account_sid, email, role, public_url };
      printItem(await operate(flags, (call) => call(createInvitation, input)), flags.json === true);
    });
  addExamples(
    invitation,
    'users invite --email ada@example.com --account-sid AC00000000000000000000000000000001',
  );

  const reset = ofOneUser(users, 'reset-link', 'print a link to set a new password')
    .option(...PUBLIC_URL)
    .action(async (flags: Flags) => {
      const { email, publicUrl: public_url } = flags;
      requirePasswords({ ...flags });
      const item = await operate(flags, async (call) => {
        const { sid } = await call(findUser, { email });
        return call(createResetLink, { sid, public_url });
      });
      printItem(item, flags.json === true);
    });
  addExamples(reset, 'users reset-link --email developer@example.com');

  addMembershipCommand(
    users,
    'disable',
    'keep a user from acting for an account, and end their sessions',
    disableUser,
  );
  addMembershipCommand(users, 'enable', 'let a disabled user act for an account again', enableUser);
}

function ofOneUser(users: Command, name: string, description: string): Command {
  return addOperatorFlags(users.command(name))
    .description(description)
    .requiredOption('--email <address>', 'the user')
    .option('--json', 'print JSON');
}

function addMembershipCommand(
  users: Command,
  name: 'disable' | 'enable',
  description: string,
  act: Act,
): void {
  const made = ofOneUser(users, name, description)
    .requiredOption(...ACCOUNT)
    .action(async (flags: Flags) => {
      const { email, accountSid: account_sid } = flags;
      const item = await operate(flags, async (call) => {
        const { sid } = await call(findUser, { email });
        return call(act, { account_sid, sid });
      });
      printItem(item, flags.json === true);
    });
  addExamples(
    made,
    `users ${name} --email developer@example.com --account-sid AC00000000000000000000000000000001`,
  );
}
