/** The SQL of links by which people set another password. */

import type { Selectable } from 'kysely';
import type { Queryable } from '../storage/database.ts';
import type { PasswordResetsTable } from '../storage/schema.ts';

type Row = Selectable<PasswordResetsTable>;

/** Adds a link; an earlier one of the same user no longer works. */
export async function putReset(query: Queryable, row: Row): Promise<void> {
  const { user_sid: _, ...columns } = row;
  await query
    .insertInto('password_resets')
    .values(row)
    .onConflict((conflict) => conflict.column('user_sid').doUpdateSet(columns))
    .execute();
}

/** The link with one of these digests, unless it has expired by `now`. */
export async function findReset(
  query: Queryable,
  digests: readonly string[],
  now: number,
): Promise<Row | undefined> {
  return query
    .selectFrom('password_resets')
    .selectAll()
    .where('digest', 'in', digests)
    .where('expires_at', '>', now)
    .executeTakeFirst();
}

/** Ends the link of a user, if there is one. */
export async function deleteReset(query: Queryable, userSid: string): Promise<void> {
  await query.deleteFrom('password_resets').where('user_sid', '=', userSid).execute();
}

/** Removes up to `limit` links that expired before a time, and returns how many it removed. */
export async function purgeResets(
  query: Queryable,
  before: number,
  limit: number,
): Promise<number> {
  const rows = await query
    .selectFrom('password_resets')
    .select('user_sid')
    .where('expires_at', '<', before)
    .limit(limit)
    .execute();
  const users = rows.map((row) => row.user_sid);
  if (users.length > 0) {
    await query
      .deleteFrom('password_resets')
      .where('user_sid', 'in', users)
      .where('expires_at', '<', before)
      .execute();
  }
  return rows.length;
}
