/** What operators do with users, and who is an operator. Each operation is one transaction. No HTTP. */

import { recorder } from '../audit/record.ts';
import type { Context } from '../context.ts';
import { parameterProblem } from '../parameter.ts';
import { Problem } from '../problem.ts';
import { parseSid } from '../sid.ts';
import type { Slice } from '../storage/keyset.ts';
import { canonicalEmail } from './email.ts';
import type { Invitation } from './invitation-store.ts';
import { invite } from './invitations.ts';
import { listMemberships } from './membership-store.ts';
import { findUsersByEmailPrefix } from './search-store.ts';
import { deleteSessionsOf } from './session-store.ts';
import { findUser, findUserByEmail, listUsers, updateUserRow } from './store.ts';
import { recordOfUser, roleEvent } from './trail.ts';
import type { Membership, Role, User } from './user.ts';

/** Makes a user an operator, or takes that away, which holds at once; `not_found` when there is none. */
export async function setOperator(
  context: Context,
  emailText: string,
  isOperator: boolean,
): Promise<User> {
  const updatedAt = context.clock.now();
  const record = recorder(context);
  return context.database.transaction(async (transaction) => {
    const user = await findUserByEmail(transaction, canonicalEmail(emailText));
    if (!user) throw new Problem('not_found');
    await updateUserRow(transaction, user.sid, { isOperator, updatedAt });
    if (user.isOperator !== isOperator) {
      await recordOfUser(transaction, record, user.sid, roleEvent(isOperator));
    }
    return { ...user, isOperator };
  });
}

/** Every user, newest first. */
export function listingOfUsers(context: Context) {
  const { query } = context.database;
  return { scope: 'Users', slice: (slice: Slice): Promise<User[]> => listUsers(query, slice) };
}

/** Up to `limit` users whose address begins with a text, in the order of the addresses, after a user. */
export async function searchUsers(
  context: Context,
  text: string,
  { after, limit }: { after: string | undefined; limit: number },
): Promise<User[]> {
  const { query } = context.database;
  const last = after === undefined ? undefined : await findUser(query, after);
  return findUsersByEmailPrefix(query, canonicalEmail(text), { after: last?.email, limit });
}

/** A user with the accounts that they belong to; raises `not_found` when there is none. */
export async function getUserWithAccounts(
  context: Context,
  sidText: string,
): Promise<{ user: User; memberships: Membership[] }> {
  const { query } = context.database;
  const sid = parseSid('US', sidText);
  const user = sid && (await findUser(query, sid));
  if (!user) throw new Problem('not_found');
  return { user, memberships: await listMemberships(query, user.sid) };
}

/** Invites somebody to any account. Raises as `invite` does, and `parameter_invalid` for an unknown account. */
export async function inviteToAny(
  context: Context,
  { accountSid, ...person }: { accountSid: string; email: string; role: Role },
): Promise<{ invitation: Invitation; secret: string }> {
  return invite(context, accountSid, person).catch((error: unknown) => {
    const isUnknown = error instanceof Problem && error.problem === 'not_found';
    throw isUnknown ? parameterProblem('AccountSid', 'is no account of this server') : error;
  });
}

/**
 * Keeps a user from signing in, and ends every session; or lets them sign in again. Raises `access_denied` for
 * the operator who asks, and `not_found` when there is no such user.
 */
export async function setDisabled(
  context: Context,
  sidText: string,
  isDisabled: boolean,
): Promise<void> {
  const now = context.clock.now();
  const record = recorder(context);
  await context.database.transaction(async (transaction) => {
    const sid = parseSid('US', sidText);
    const user = sid && (await findUser(transaction, sid));
    if (!user) throw new Problem('not_found');
    if (isDisabled && user.sid === context.actor().sid) {
      throw new Problem('access_denied', 'You cannot disable yourself. Another operator can.');
    }
    const disabledAt = isDisabled ? now : null;
    await updateUserRow(transaction, user.sid, { disabledAt, updatedAt: now });
    if (isDisabled) await deleteSessionsOf(transaction, user.sid);
    const eventType = isDisabled ? 'person.disabled' : 'person.enabled';
    await recordOfUser(transaction, record, user.sid, eventType);
  });
}
