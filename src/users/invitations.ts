/**
 * Invitations to an account: made by its owners, who pass on the link, and used once. Each operation is one
 * transaction. No HTTP.
 */

import { recorder } from '../audit/record.ts';
import type { Context } from '../context.ts';
import { parameterProblem } from '../parameter.ts';
import { Problem } from '../problem.ts';
import { createSid, parseSid } from '../sid.ts';
import type { Queryable } from '../storage/database.ts';
import {
  deleteInvitation,
  findInvitationByDigest,
  findWorkingInvitation,
  type Invitation,
  insertInvitation,
  listWorkingInvitations,
  useInvitation,
} from './invitation-store.ts';
import { findMembership, insertMembership } from './membership-store.ts';
import { parseEmail, parseMembership } from './operations.ts';
import { checkNewPassword, hashPassword } from './password.ts';
import { LINK_MS } from './password-change.ts';
import { actingAsUser, actingForSelf, type Visit } from './session.ts';
import { findUser, findUserByEmail, insertUser } from './store.ts';
import type { Role, StoredUser } from './user.ts';

/** An invitation, and what whoever opens its link reads of the account. */
export type OpenInvitation = NonNullable<Awaited<ReturnType<typeof findWorkingInvitation>>>;

/**
 * Invites somebody to a parent account, and returns the invitation with the secret of its link, which is stored
 * nowhere. Raises `parameter_invalid` for an address that is none, or that already belongs to the account, and for
 * a subaccount, and `not_found` for an unknown account.
 */
export async function invite(
  context: Context,
  accountSidText: string,
  { email: emailText, role }: { email: string; role: Role },
): Promise<{ invitation: Invitation; secret: string }> {
  const accountSid = await parseMembership(context, accountSidText);
  const secret = context.random.bytes(32).toString('base64url');
  const now = context.clock.now();
  const invitation: Invitation = {
    sid: createSid('IV', context.random),
    accountSid,
    email: parseEmail(emailText),
    role,
    createdAt: now,
    expiresAt: now + LINK_MS,
    invitedBy: null,
    usedBy: null,
  };
  const record = recorder(context);
  await context.database.transaction(async (transaction) => {
    const user = await findUserByEmail(transaction, invitation.email);
    const key = { accountSid, userSid: user?.sid ?? '' };
    if (await findMembership(transaction, key)) {
      throw parameterProblem('Email', 'already belongs to a person of this account');
    }
    // Who acts is known once the transaction has asked.
    invitation.invitedBy = context.actor().sid;
    await insertInvitation(transaction, invitation, context.keyring.digest(secret));
    const eventType = 'person.invited';
    await record(transaction, { eventType, accountSid, resourceSid: invitation.sid });
  });
  return { invitation, secret };
}

/** An account rarely has more that wait; older ones expire within days. */
const MOST_SHOWN = 100;

/** The invitations of an account that still work, the newest first. */
export function listInvitations(context: Context, accountSid: string): Promise<Invitation[]> {
  const { database, clock } = context;
  return listWorkingInvitations(database.query, accountSid, clock.now(), MOST_SHOWN);
}

/** Ends an invitation before it is used; does nothing if it is used or gone. */
export async function withdrawInvitation(
  context: Context,
  accountSid: string,
  sidText: string,
): Promise<void> {
  const sid = parseSid('IV', sidText);
  if (sid === undefined) throw new Problem('not_found');
  const record = recorder(context);
  await context.database.transaction(async (transaction) => {
    if (!(await deleteInvitation(transaction, { accountSid, sid }))) return;
    await record(transaction, { eventType: 'invitation.withdrawn', accountSid, resourceSid: sid });
  });
}

/**
 * The invitation of a link; raises `not_found` when it is used, withdrawn, expired or otherwise ended, or never
 * was, all alike.
 */
export async function openInvitation(context: Context, secret: string): Promise<OpenInvitation> {
  return openIn(context.database.query, context, secret);
}

/** Whether somebody signs in with the address of an invitation already. */
export async function isForUser(context: Context, { email }: Invitation): Promise<boolean> {
  return (await findUserByEmail(context.database.query, email)) !== undefined;
}

/** Lets the person who is signed in join. Raises as `openInvitation` does, and for anybody else's, too. */
export async function joinSignedIn(context: Context, visit: Visit, secret: string): Promise<void> {
  const acting = actingForSelf(context, visit);
  const record = recorder(acting);
  await acting.database.transaction(async (transaction) => {
    const user = await findUser(transaction, acting.actor().sid ?? '');
    if (!user) throw new Problem('form_rejected');
    await join(transaction, { context, record, secret }, user);
  });
}

/** Lets somebody join who has just shown by a password who they are. Raises as `joinSignedIn` does. */
export async function joinAs(
  context: Context,
  user: StoredUser,
  { secret, address }: { secret: string; address: string },
): Promise<void> {
  const acting = actingAsUser(context, user.sid, address);
  const record = recorder(acting);
  await acting.database.transaction(async (transaction) => {
    const present = await findUser(transaction, user.sid);
    if (present?.passwordHash !== user.passwordHash || present.disabledAt !== null) {
      throw new Problem('form_rejected');
    }
    await join(transaction, { context, record, secret }, present);
  });
}

/** Creates the user whom a link invites, with this password, and lets them join. Raises as the others do. */
export async function joinAsNewUser(
  context: Context,
  { secret, password, address }: { secret: string; password: string; address: string },
): Promise<StoredUser> {
  const { invitation } = await openInvitation(context, secret);
  checkNewPassword(password);
  const user: StoredUser = {
    sid: createSid('US', context.random),
    email: invitation.email,
    createdAt: context.clock.now(),
    isOperator: false,
    disabledAt: null,
    lastSignInAt: null,
    passwordHash: await hashPassword(password, context.passwordCost),
  };
  const acting = actingAsUser(context, user.sid, address);
  const record = recorder(acting);
  await acting.database.transaction(async (transaction) => {
    await insertUser(transaction, user);
    // The address may have been taken meanwhile, by another invitation.
    if (!(await findUser(transaction, user.sid))) throw new Problem('form_rejected');
    await join(transaction, { context, record, secret }, user);
  });
  return user;
}

interface Joining {
  context: Context;
  record: ReturnType<typeof recorder>;
  secret: string;
}

async function join(
  transaction: Queryable,
  { context, record, secret }: Joining,
  user: Pick<StoredUser, 'sid' | 'email'>,
): Promise<void> {
  const now = context.clock.now();
  // Used by the same user: this runs again after a commit whose answer was lost.
  const used = await findInvitationByDigest(transaction, context.keyring.digests(secret), now);
  if (used?.usedBy === user.sid) return;
  const { invitation } = await openIn(transaction, context, secret);
  if (invitation.email !== user.email) throw new Problem('not_found');
  const { accountSid, role } = invitation;
  await useInvitation(transaction, invitation, user.sid);
  const isNew = await insertMembership(
    transaction,
    { accountSid, userSid: user.sid },
    { role, createdAt: now },
  );
  if (!isNew) return;
  const eventType = 'person.added';
  const change = {
    eventType,
    accountSid,
    resourceSid: user.sid,
    relatedSid: invitation.sid,
  } as const;
  await record(transaction, change);
}

async function openIn(
  query: Queryable,
  { keyring, clock }: Context,
  secret: string,
): Promise<OpenInvitation> {
  const found = await findWorkingInvitation(query, keyring.digests(secret), clock.now());
  if (found === undefined) throw new Problem('not_found');
  return found;
}
