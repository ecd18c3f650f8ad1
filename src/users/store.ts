/** The SQL of users and of the accounts that they belong to. */

import type { Selectable } from 'kysely';
import type { Queryable } from '../storage/database.ts';
import { keysetList, type Slice } from '../storage/keyset.ts';
import type { UsersTable } from '../storage/schema.ts';
import type { NewStoredUser, StoredUser } from './user.ts';

/** Adds a user with memberships; does nothing if the e-mail is taken. */
export async function insertUser(
  query: Queryable,
  user: NewStoredUser,
  accountSids: readonly string[],
): Promise<void> {
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
  if (inserted.numInsertedOrUpdatedRows !== 1n) return;
  for (const accountSid of new Set(accountSids)) {
    await query
      .insertInto('memberships')
      .values({ account_sid: accountSid, user_sid: user.sid })
      .execute();
  }
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

/** The SIDs of the accounts that a user belongs to. */
export async function listMemberships(query: Queryable, userSid: string): Promise<string[]> {
  const rows = await query
    .selectFrom('memberships')
    .select('account_sid')
    .where('user_sid', '=', userSid)
    .orderBy('account_sid')
    .execute();
  return rows.map((row) => row.account_sid);
}

/** Adds a user to accounts, and takes the user out of others; what is so already stays so. */
export async function changeMemberships(
  query: Queryable,
  userSid: string,
  { add, remove }: { add: readonly string[]; remove: readonly string[] },
): Promise<void> {
  for (const accountSid of add) {
    await query
      .insertInto('memberships')
      .values({ account_sid: accountSid, user_sid: userSid })
      .onConflict((conflict) => conflict.doNothing())
      .execute();
  }
  for (const accountSid of remove) {
    await query
      .deleteFrom('memberships')
      .where('account_sid', '=', accountSid)
      .where('user_sid', '=', userSid)
      .execute();
  }
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
}

/** Whether any user has exactly this hash. */
export async function hasPasswordHash(query: Queryable, passwordHash: string): Promise<boolean> {
  const row = await query
    .selectFrom('users')
    .select('sid')
    .where('password_hash', '=', passwordHash)
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
    passwordHash: row.password_hash,
  };
}
