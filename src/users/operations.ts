/** Operations on users, each in one transaction. No HTTP. */

import { type Account, isSubaccount } from '../accounts/account.ts';
import { findAccount } from '../accounts/store.ts';
import { recorder } from '../audit/record.ts';
import type { Context } from '../context.ts';
import { parameterProblem } from '../parameter.ts';
import { Problem } from '../problem.ts';
import { createSid, parseSid } from '../sid.ts';
import { canonicalEmail, isEmail } from './email.ts';
import { listAccountsIn } from './membership.ts';
import {
  deleteMembership,
  insertMembership,
  listMemberships,
  updateMembership,
} from './membership-store.ts';
import { checkNewPassword, hashPassword, verifyPassword } from './password.ts';
import { deleteReset } from './reset-store.ts';
import type { Asker } from './semaphore.ts';
import { deleteSessionsOf } from './session-store.ts';
import { deleteUserRow, findUserByEmail, insertUser } from './store.ts';
import { recordOfUser, roleEvent } from './trail.ts';
import type { NewStoredUser, Role, StoredUser, User } from './user.ts';

export interface NewUser {
  email: string;
  password: string;
  /** The parent accounts that the user belongs to. */
  accountSids: readonly string[];
  isOperator?: boolean;
  /** What the user is in each of them; an owner when absent. */
  role?: Role | undefined;
}

/** Creates a user. Raises `parameter_invalid` for an e-mail that is taken or none, or a weak password. */
export async function createUser(context: Context, user: NewUser): Promise<User> {
  const email = parseEmail(user.email);
  checkNewPassword(user.password);
  const accountSids: string[] = [];
  for (const text of user.accountSids) accountSids.push(await parseMembership(context, text));
  const created: User & NewStoredUser = {
    sid: createSid('US', context.random),
    email,
    createdAt: context.clock.now(),
    isOperator: user.isOperator === true,
    disabledAt: null,
    lastSignInAt: null,
    passwordHash: await hashPassword(user.password, context.passwordCost),
  };
  await addUser(context, created, accountSids, user.role);
  const stored = await findUserByEmail(context.database.query, email);
  if (stored?.sid !== created.sid) throw parameterProblem('Email', 'already belongs to a user');
  return created;
}

/** Adds a user whose password is hashed already; does nothing if the e-mail already belongs to a user. */
export async function addUser(
  context: Context,
  user: NewStoredUser,
  accountSids: readonly string[],
  role: Role = 'owner',
): Promise<void> {
  const record = recorder(context);
  await context.database.transaction(async (transaction) => {
    if (!(await insertUser(transaction, user))) return;
    for (const accountSid of new Set(accountSids)) {
      const key = { accountSid, userSid: user.sid };
      await insertMembership(transaction, key, { role, createdAt: user.createdAt });
      await record(transaction, { eventType: 'person.added', accountSid, resourceSid: user.sid });
    }
    if (user.isOperator) await recordOfUser(transaction, record, user.sid, roleEvent(true));
  });
}

/** Returns the user with this e-mail, and raises `not_found` when there is none. */
export async function getUser(context: Context, emailText: string): Promise<StoredUser> {
  const user = await findUserByEmail(context.database.query, canonicalEmail(emailText));
  if (!user) throw new Problem('not_found');
  return user;
}

/**
 * Adds a user to accounts and takes the user out of others, which holds at once. Raises `not_found` for
 * an unknown user or account, and `parameter_invalid` for an account that the user does not belong to.
 */
export async function updateUser(
  context: Context,
  emailText: string,
  change: { add: readonly string[]; remove: readonly string[]; role?: Role | undefined },
): Promise<User> {
  const user = await getUser(context, emailText);
  const add: string[] = [];
  for (const text of change.add) add.push(await parseMembership(context, text));
  const memberships = await listMemberships(context.database.query, user.sid);
  const remove = change.remove.map((text) => {
    const sid = parseSid('AC', text);
    if (memberships.some(({ accountSid }) => accountSid === sid)) return sid ?? '';
    throw new Problem('parameter_invalid', `${user.email} does not belong to ${text}.`);
  });
  const { role = 'owner' } = change;
  const createdAt = context.clock.now();
  const record = recorder(context);
  await context.database.transaction(async (transaction) => {
    for (const accountSid of add) {
      const key = { accountSid, userSid: user.sid };
      if (await insertMembership(transaction, key, { role, createdAt })) {
        await record(transaction, { eventType: 'person.added', accountSid, resourceSid: user.sid });
      } else if (change.role !== undefined) {
        await updateMembership(transaction, key, { role });
        const eventType = 'person.role-changed';
        await record(transaction, { eventType, accountSid, resourceSid: user.sid });
      }
    }
    for (const accountSid of remove) {
      await deleteMembership(transaction, { accountSid, userSid: user.sid });
      await record(transaction, { eventType: 'person.removed', accountSid, resourceSid: user.sid });
    }
  });
  return user;
}

/**
 * Deletes a user with every membership and session. Raises `not_found` when there is none, and `access_denied` for
 * somebody who would delete themselves.
 */
export async function deleteUser(context: Context, emailText: string): Promise<User> {
  const user = await getUser(context, emailText);
  const record = recorder(context);
  await context.database.transaction(async (transaction) => {
    if (user.sid === context.actor().sid) {
      throw new Problem('access_denied', 'You cannot delete yourself. Another operator can.');
    }
    await recordOfUser(transaction, record, user.sid, 'person.removed');
    await deleteSessionsOf(transaction, user.sid);
    await deleteReset(transaction, user.sid);
    await deleteUserRow(transaction, user.sid);
  });
  return user;
}

/**
 * Returns the user with this e-mail, canonical, and this password, or undefined, after the same work in any
 * case. Raises `overloaded` when too many wait for it.
 */
export async function findByPassword(
  context: Context,
  email: string,
  password: string,
  asker: Asker,
): Promise<StoredUser | undefined> {
  // An invalid address belongs to nobody, and takes just as long.
  const user = isEmail(email) ? await findUserByEmail(context.database.query, email) : undefined;
  const cost = context.passwordCost;
  const isRight = await verifyPassword(password, user?.passwordHash, { cost, asker });
  return isRight ? user : undefined;
}

/** The accounts that a user may act for. */
export async function listAccountsOf(context: Context, userSid: string): Promise<Account[]> {
  return listAccountsIn(context.database.query, userSid);
}

/** Returns the canonical form of an address; raises `parameter_invalid` for what is none. */
export function parseEmail(text: string): string {
  const email = canonicalEmail(text);
  if (isEmail(email)) return email;
  throw parameterProblem('Email', 'must be an e-mail address, such as ada@example.com');
}

/** Returns the SID of a parent account; raises `not_found` or `parameter_invalid` for any other text. */
export async function parseMembership(context: Context, text: string): Promise<string> {
  const sid = parseSid('AC', text);
  const account = sid && (await findAccount(context.database.query, sid));
  if (!account) throw new Problem('not_found');
  if (!isSubaccount(account)) return account.sid;
  throw parameterProblem(
    'AccountSid',
    'must be a parent account: its users act for its subaccounts',
  );
}
