/** Another password: set by the operator, changed by oneself, or set by a link that somebody passed on. */

import { recorder } from '../audit/record.ts';
import type { Context } from '../context.ts';
import { Problem } from '../problem.ts';
import type { Queryable } from '../storage/database.ts';
import { canonicalEmail } from './email.ts';
import { findMembership, listMemberships } from './membership-store.ts';
import { checkNewPassword, hashPassword } from './password.ts';
import { isSubject } from './provider-store.ts';
import { deleteReset, findReset, putReset } from './reset-store.ts';
import { actingAsUser } from './session.ts';
import { deleteSessionsOf } from './session-store.ts';
import { findUser, findUserByEmail, setPasswordHash } from './store.ts';
import { recordOfUser } from './trail.ts';
import type { StoredUser, User } from './user.ts';

/** How long a link works that lets somebody in. */
export const LINK_MS = 7 * 24 * 60 * 60 * 1000;

/** Gives a user another password, and ends every session that was begun with the old one. */
export async function setPassword(
  context: Context,
  emailText: string,
  password: string,
): Promise<User> {
  return changePassword(context, password, (query) =>
    findUserByEmail(query, canonicalEmail(emailText)),
  );
}

/**
 * The same for the person themselves; whether they know the old password is asked before. Ends this session
 * too: the caller begins another.
 */
export async function setOwnPassword(
  context: Context,
  userSid: string,
  password: string,
): Promise<StoredUser> {
  return changePassword(context, password, (query) => findUser(query, userSid));
}

/**
 * Makes a link by which a user sets another password, once and within seven days, and returns its secret. An
 * earlier link of the user stops working.
 */
export async function createReset(context: Context, emailText: string): Promise<string> {
  return makeReset(context, async (query) => {
    const user = await findUserByEmail(query, canonicalEmail(emailText));
    if (!user) throw new Problem('not_found');
    return user.sid;
  });
}

/**
 * The same, by an owner of an account for one of its people. Raises `access_denied` for an operator, and for
 * a person who belongs to other accounts, too: the link would open those. Also for somebody who signs in with a
 * provider: they would never notice a password, and it would open whatever the provider gives them later.
 */
export async function createResetFor(
  context: Context,
  accountSid: string,
  userSid: string,
): Promise<string> {
  return makeReset(context, async (query) => {
    if (!(await findMembership(query, { accountSid, userSid }))) throw new Problem('not_found');
    const memberships = await listMemberships(query, userSid);
    const user = await findUser(query, userSid);
    const isOfProvider = await isSubject(query, userSid);
    if (memberships.length === 1 && user?.isOperator === false && !isOfProvider) return userSid;
    throw new Problem(
      'access_denied',
      "Only the operator of this server can reset this person's password.",
    );
  });
}

/** The user whose password a link resets; raises `not_found` when it is used, has expired, or never was. */
export async function getUserOfReset(context: Context, secret: string): Promise<User> {
  return getUserOfResetIn(context.database.query, context, secret);
}

/** Uses a link: sets the password and ends every session of the user. Raises as `getUserOfReset` does. */
export async function resetPassword(
  context: Context,
  { secret, password, address }: { secret: string; password: string; address: string },
): Promise<User> {
  const { sid } = await getUserOfReset(context, secret);
  return changePassword(actingAsUser(context, sid, address), password, async (query, hash) => {
    const user = await findUser(query, sid);
    // The same already when this runs again after a commit whose answer was lost: the link is gone by it.
    return user?.passwordHash === hash ? user : getUserOfResetIn(query, context, secret);
  });
}

async function changePassword(
  context: Context,
  password: string,
  find: (query: Queryable, newHash: string) => Promise<StoredUser | undefined>,
): Promise<StoredUser> {
  checkNewPassword(password);
  const passwordHash = await hashPassword(password, context.passwordCost);
  const updatedAt = context.clock.now();
  const record = recorder(context);
  return context.database.transaction(async (transaction) => {
    const user = await find(transaction, passwordHash);
    if (!user) throw new Problem('not_found');
    await setPasswordHash(transaction, user.sid, passwordHash, updatedAt);
    await deleteSessionsOf(transaction, user.sid);
    await deleteReset(transaction, user.sid);
    await recordOfUser(transaction, record, user.sid, 'password.changed');
    return { ...user, passwordHash };
  });
}

async function makeReset(
  context: Context,
  find: (query: Queryable) => Promise<string>,
): Promise<string> {
  const secret = context.random.bytes(32).toString('base64url');
  const now = context.clock.now();
  const record = recorder(context);
  await context.database.transaction(async (transaction) => {
    const userSid = await find(transaction);
    await putReset(transaction, {
      user_sid: userSid,
      digest: context.keyring.digest(secret),
      created_at: now,
      expires_at: now + LINK_MS,
    });
    await recordOfUser(transaction, record, userSid, 'password-reset-link.created');
  });
  return secret;
}

async function getUserOfResetIn(
  query: Queryable,
  { keyring, clock }: Context,
  secret: string,
): Promise<StoredUser> {
  const reset = await findReset(query, keyring.digests(secret), clock.now());
  const user = reset && (await findUser(query, reset.user_sid));
  if (!user) throw new Problem('not_found');
  return user;
}
