/** The SQL of users. The accounts that they belong to: membership-store.ts. */

import type { Selectable } from 'kysely';
import type { Queryable } from '../storage/database.ts';
import { keysetList, type Slice } from '../storage/keyset.ts';
import type { UsersTable } from '../storage/schema.ts';
import type { NewStoredUser, StoredUser } from './user.ts';

/** Adds a user, or does nothing if the e-mail is taken; returns whether it added it. */
export async function insertUser(query: Queryable, user: NewStoredUser): Promise<boolean> {
  const inserted = await query
    .insertInto('users')
    .values({
      sid: user.sid,
      email: user.email,
      password_hash: user.passwordHash,
      is_operator: user.isOperator ? 1 : 0,
      disabled_at: user.disabledAt ?? null,
      created_at: user.createdAt,
      updated_at: user.createdAt,
    })
    .onConflict((conflict) => conflict.doNothing())
    .executeTakeFirst();
  return inserted.numInsertedOrUpdatedRows === 1n;
}

/** The user with this e-mail, in lower case. */
export async function findUserByEmail(
  query: Queryable,
  email: string,
): Promise<StoredUser | undefined> {
  const row = await query
    .selectFrom('users')
    .selectAll()
    .where('email', '=', email)
    .executeTakeFirst();
  return row && fromRow(row);
}

/** The user with this SID. */
export async function findUser(query: Queryable, sid: string): Promise<StoredUser | undefined> {
  const row = await query.selectFrom('users').selectAll().where('sid', '=', sid).executeTakeFirst();
  return row && fromRow(row);
}

const list = keysetList({
  rows: (query) => query.selectFrom('users').selectAll(),
  places: (query) => query.selectFrom('users').select(['created_at as createdAt', 'sid']),
  createdAt: 'users.created_at',
  sid: 'users.sid',
});

/** A slice of all users, newest first. */
export async function listUsers(query: Queryable, slice: Slice): Promise<StoredUser[]> {
  return (await list.slice(query, {}, slice)).map(fromRow);
}

/** Removes a user with all memberships, and what a provider calls them. */
export async function deleteUserRow(query: Queryable, sid: string): Promise<void> {
  await query.deleteFrom('provider_subjects').where('user_sid', '=', sid).execute();
  await query.deleteFrom('memberships').where('user_sid', '=', sid).execute();
  await query.deleteFrom('users').where('sid', '=', sid).execute();
}

/** Writes another password hash. */
export async function setPasswordHash(
  query: Queryable,
  sid: string,
  passwordHash: string,
  updatedAt: number,
): Promise<void> {
  await query
    .updateTable('users')
    .set({ password_hash: passwordHash, updated_at: updatedAt })
    .where('sid', '=', sid)
    .execute();
}

export interface UserChanges {
  email?: string | undefined;
  isOperator?: boolean | undefined;
  disabledAt?: number | null | undefined;
  updatedAt: number;
}

/** Writes the given changes. */
export async function updateUserRow(
  query: Queryable,
  sid: string,
  { email, isOperator, disabledAt, updatedAt }: UserChanges,
): Promise<void> {
  await query
    .updateTable('users')
    .set({
      email,
      is_operator: isOperator === undefined ? undefined : isOperator ? 1 : 0,
      disabled_at: disabledAt,
      updated_at: updatedAt,
    })
    .where('sid', '=', sid)
    .execute();
  // Who made a link to set another password may have had no right on an operator.
  if (isOperator) await query.deleteFrom('password_resets').where('user_sid', '=', sid).execute();
}

/** Writes when a user has last signed in. */
export async function setLastSignIn(query: Queryable, sid: string, now: number): Promise<void> {
  await query.updateTable('users').set({ last_sign_in_at: now }).where('sid', '=', sid).execute();
}

/** Whether any user has exactly this hash. */
export async function hasPasswordHash(
  query: Queryable,
  passwordHashes: readonly string[],
): Promise<boolean> {
  const row = await query
    .selectFrom('users')
    .select('sid')
    .where('password_hash', 'in', passwordHashes)
    .limit(1)
    .executeTakeFirst();
  return row !== undefined;
}

/** Makes a user of their row. */
export function fromRow(row: Selectable<UsersTable>): StoredUser {
  return {
    sid: row.sid,
    email: row.email,
    createdAt: row.created_at,
    isOperator: row.is_operator === 1,
    disabledAt: row.disabled_at,
    lastSignInAt: row.last_sign_in_at,
    passwordHash: row.password_hash,
  };
}
