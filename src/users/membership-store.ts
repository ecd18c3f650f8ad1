/** The SQL of memberships: who belongs to which account, and as what. */

import type { Selectable } from 'kysely';
import type { Queryable } from '../storage/database.ts';
import { keysetList, type Parameter, type Position, type Slice } from '../storage/keyset.ts';
import type { MembershipsTable } from '../storage/schema.ts';
import type { Membership, Person, Role } from './user.ts';

export interface MembershipKey {
  accountSid: string;
  userSid: string;
}

/**
 * Adds a membership, or does nothing if there is one; returns whether it added it. A link to set another password
 * ends by it: who made the link may have had no right on this account.
 */
export async function insertMembership(
  query: Queryable,
  { accountSid, userSid }: MembershipKey,
  { role, createdAt }: { role: Role; createdAt: number },
): Promise<boolean> {
  const inserted = await query
    .insertInto('memberships')
    .values({ account_sid: accountSid, user_sid: userSid, role, created_at: createdAt })
    .onConflict((conflict) => conflict.doNothing())
    .executeTakeFirst();
  const isNew = inserted.numInsertedOrUpdatedRows === 1n;
  if (isNew) await query.deleteFrom('password_resets').where('user_sid', '=', userSid).execute();
  return isNew;
}

/** The membership of a user in an account, disabled or not. */
export async function findMembership(
  query: Queryable,
  { accountSid, userSid }: MembershipKey,
): Promise<Membership | undefined> {
  const row = await query
    .selectFrom('memberships')
    .selectAll()
    .where('account_sid', '=', accountSid)
    .where('user_sid', '=', userSid)
    .executeTakeFirst();
  return row && fromRow(row);
}

/** All memberships of a user, in the order of the accounts' SIDs. */
export async function listMemberships(query: Queryable, userSid: string): Promise<Membership[]> {
  const rows = await query
    .selectFrom('memberships')
    .selectAll()
    .where('user_sid', '=', userSid)
    .orderBy('account_sid')
    .execute();
  return rows.map(fromRow);
}

const people = keysetList({
  rows: (query, parameter: Parameter<{ accountSid: string }>) =>
    query
      .selectFrom('memberships as membership')
      .innerJoin('users as user', 'user.sid', 'membership.user_sid')
      .selectAll('membership')
      .select(['user.sid', 'user.email', 'user.last_sign_in_at'])
      .where('membership.account_sid', '=', parameter('accountSid')),
  places: (query, parameter) =>
    query
      .selectFrom('memberships as membership')
      .select(['membership.created_at as createdAt', 'membership.user_sid as sid'])
      .where('membership.account_sid', '=', parameter('accountSid')),
  createdAt: 'membership.created_at',
  sid: 'membership.user_sid',
});

/** A slice of an account's people, newest first in either direction. */
export async function listPeople(
  query: Queryable,
  accountSid: string,
  slice: Slice,
): Promise<Person[]> {
  const rows = await people.slice(query, { accountSid }, slice);
  return rows.map((row) => ({
    ...fromRow(row),
    sid: row.sid,
    email: row.email,
    lastSignInAt: row.last_sign_in_at,
  }));
}

/** The place of the `count`-th newest person of an account, or of the oldest when there are fewer. */
export function findPersonPosition(
  query: Queryable,
  accountSid: string,
  count: number,
): Promise<Position | undefined> {
  return people.findPosition(query, { accountSid }, count);
}

/** Whether somebody else is an owner of the account who may act for it. */
export async function hasOtherOwner(
  query: Queryable,
  { accountSid, userSid }: MembershipKey,
): Promise<boolean> {
  const row = await query
    .selectFrom('memberships')
    .select('user_sid')
    .where('account_sid', '=', accountSid)
    .where('role', '=', 'owner')
    .where('disabled_at', 'is', null)
    .where('user_sid', '!=', userSid)
    .limit(1)
    .executeTakeFirst();
  return row !== undefined;
}

/** Writes the given changes of a membership. */
export async function updateMembership(
  query: Queryable,
  { accountSid, userSid }: MembershipKey,
  changes: { role?: Role; disabledAt?: number | null },
): Promise<void> {
  await query
    .updateTable('memberships')
    .set({ role: changes.role, disabled_at: changes.disabledAt })
    .where('account_sid', '=', accountSid)
    .where('user_sid', '=', userSid)
    .execute();
}

/** Takes a user out of an account. */
export async function deleteMembership(
  query: Queryable,
  { accountSid, userSid }: MembershipKey,
): Promise<void> {
  await query
    .deleteFrom('memberships')
    .where('account_sid', '=', accountSid)
    .where('user_sid', '=', userSid)
    .execute();
}

function fromRow(row: Selectable<MembershipsTable>): Membership {
  return {
    accountSid: row.account_sid,
    role: row.role,
    createdAt: row.created_at,
    disabledAt: row.disabled_at,
  };
}
