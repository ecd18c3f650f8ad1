/** The people of an account, and what its owners do with them. Each operation is one transaction. No HTTP. */

import type { EventType } from '../audit/audit.ts';
import { recorder } from '../audit/record.ts';
import type { Context } from '../context.ts';
import { Problem } from '../problem.ts';
import type { Queryable } from '../storage/database.ts';
import type { Slice } from '../storage/keyset.ts';
import {
  deleteMembership,
  findMembership,
  findPersonPosition,
  hasOtherOwner,
  listPeople,
  type MembershipKey,
  updateMembership,
} from './membership-store.ts';
import { deleteSessionsOf } from './session-store.ts';
import { findUser } from './store.ts';
import type { Membership, Person, Role } from './user.ts';

/** The people of an account. */
export function listingOfPeople(context: Context, accountSid: string) {
  const { query } = context.database;
  return {
    scope: `${accountSid} People`,
    slice: (slice: Slice) => listPeople(query, accountSid, slice),
    findPosition: (count: number) => findPersonPosition(query, accountSid, count),
  };
}

/** One of an account's people; raises `not_found` for anybody else. */
export async function getPerson(
  context: Context,
  accountSid: string,
  userSid: string,
): Promise<Person> {
  const { query } = context.database;
  const membership = await findMembership(query, { accountSid, userSid });
  const user = membership && (await findUser(query, userSid));
  if (!user) throw new Problem('not_found');
  return { ...membership, sid: user.sid, email: user.email, lastSignInAt: user.lastSignInAt };
}

/** Makes a person an owner or a member. Raises `parameter_invalid` where no owner would be left. */
export async function changeRole(context: Context, key: MembershipKey, role: Role): Promise<void> {
  await change(context, key, 'person.role-changed', async (query, membership) => {
    if (membership.role === role) return false;
    if (role === 'member') await checkNotLastOwner(query, key, membership);
    await updateMembership(query, key, { role });
    return true;
  });
}

/** Takes a person out of the account, and signs them out everywhere. Raises as `changeRole` does. */
export async function removePerson(context: Context, key: MembershipKey): Promise<void> {
  await change(context, key, 'person.removed', async (query, membership) => {
    await checkNotLastOwner(query, key, membership);
    await deleteMembership(query, key);
    await deleteSessionsOf(query, key.userSid);
    return true;
  });
}

/**
 * Keeps a person from acting for the account, and signs them out everywhere. Raises as `changeRole` does, unless
 * `mayBeLast` lets the operator lock out the only owner.
 */
export async function disablePerson(
  context: Context,
  key: MembershipKey,
  { mayBeLast = false }: { mayBeLast?: boolean } = {},
): Promise<void> {
  const disabledAt = context.clock.now();
  await change(context, key, 'person.disabled', async (query, membership) => {
    if (membership.disabledAt !== null) return false;
    if (!mayBeLast) await checkNotLastOwner(query, key, membership);
    await updateMembership(query, key, { disabledAt });
    await deleteSessionsOf(query, key.userSid);
    return true;
  });
}

/** Lets a disabled person act for the account again. */
export async function enablePerson(context: Context, key: MembershipKey): Promise<void> {
  await change(context, key, 'person.enabled', async (query, membership) => {
    if (membership.disabledAt === null) return false;
    await updateMembership(query, key, { disabledAt: null });
    return true;
  });
}

/** Runs a change of one membership and records it when it was one; raises `not_found` for anybody else. */
async function change(
  context: Context,
  key: MembershipKey,
  eventType: EventType,
  work: (query: Queryable, membership: Membership) => Promise<boolean>,
): Promise<void> {
  const record = recorder(context);
  // If this runs again after a commit whose answer was lost, a removed person is not found anymore.
  let isDone = false;
  await context.database.transaction(async (transaction) => {
    const membership = await findMembership(transaction, key);
    if (!membership && isDone) return;
    if (!membership) throw new Problem('not_found');
    const { accountSid, userSid } = key;
    if (await work(transaction, membership)) {
      await record(transaction, { eventType, accountSid, resourceSid: userSid });
    }
    isDone = true;
  });
}

/** An account without an owner could never be changed again in a browser. */
async function checkNotLastOwner(
  query: Queryable,
  key: MembershipKey,
  { role, disabledAt }: Membership,
): Promise<void> {
  if (role !== 'owner' || disabledAt !== null || (await hasOtherOwner(query, key))) return;
  throw new Problem(
    'parameter_invalid',
    'This is the only owner of the account. Make somebody else an owner first.',
  );
}
