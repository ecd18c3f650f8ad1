/** The SQL of sessions. */

import type { Selectable } from 'kysely';
import type { Queryable } from '../storage/database.ts';
import type { SessionsTable } from '../storage/schema.ts';

type Row = Selectable<SessionsTable>;

/** Adds a session; does nothing if one with this digest exists. */
export async function insertSession(query: Queryable, session: Row): Promise<void> {
  await query
    .insertInto('sessions')
    .values(session)
    .onConflict((conflict) => conflict.column('digest').doNothing())
    .execute();
}

/** The session with one of these digests, unless it has expired by `now`. */
export async function findSessionRow(
  query: Queryable,
  digests: readonly string[],
  now: number,
): Promise<Row | undefined> {
  return query
    .selectFrom('sessions')
    .selectAll()
    .where('digest', 'in', digests)
    .where('expires_at', '>', now)
    .executeTakeFirst();
}

/** Ends the sessions with these digests. */
export async function deleteSessions(query: Queryable, digests: readonly string[]): Promise<void> {
  await query.deleteFrom('sessions').where('digest', 'in', digests).execute();
}

/** Up to `limit` sessions of a user that have not expired by `now`, the newest first. */
export async function listSessionRows(
  query: Queryable,
  userSid: string,
  now: number,
  limit: number,
): Promise<Row[]> {
  return query
    .selectFrom('sessions')
    .selectAll()
    .where('user_sid', '=', userSid)
    .where('expires_at', '>', now)
    .orderBy('created_at', 'desc')
    .orderBy('digest')
    .limit(limit)
    .execute();
}

/** Ends every session of a user, or only the one with this digest; returns whether there was any. */
export async function deleteSessionsOf(
  query: Queryable,
  userSid: string,
  { only }: { only?: string } = {},
): Promise<boolean> {
  const deleted = await query
    .deleteFrom('sessions')
    .where('user_sid', '=', userSid)
    .$if(only !== undefined, (one) => one.where('digest', '=', only ?? ''))
    .executeTakeFirst();
  return deleted.numDeletedRows > 0n;
}

/** Removes up to `limit` sessions that expired before a time, and returns how many it removed. */
export async function purgeSessions(
  query: Queryable,
  before: number,
  limit: number,
): Promise<number> {
  const rows = await query
    .selectFrom('sessions')
    .select('digest')
    .where('expires_at', '<', before)
    .limit(limit)
    .execute();
  const digests = rows.map(({ digest }) => digest);
  if (digests.length > 0) await deleteSessions(query, digests);
  return rows.length;
}
