/** The SQL of sessions. */

import type { Selectable } from 'kysely';
import type { Queryable } from '../storage/database.ts';
import type { SessionsTable } from '../storage/schema.ts';

type Row = Selectable<SessionsTable>;

/** Adds a session; one that exists with this digest stays as it is. */
export async function insertSession(query: Queryable, session: Row): Promise<void> {
  await query
    .insertInto('sessions')
    .values(session)
    .onConflict((conflict) => conflict.column('digest').doNothing())
    .execute();
}

/** The session with this digest, unless it has expired by `now`. */
export async function findSessionRow(
  query: Queryable,
  digest: string,
  now: number,
): Promise<Row | undefined> {
  return query
    .selectFrom('sessions')
    .selectAll()
    .where('digest', '=', digest)
    .where('expires_at', '>', now)
    .executeTakeFirst();
}

/** Ends one session. */
export async function deleteSession(query: Queryable, digest: string): Promise<void> {
  await query.deleteFrom('sessions').where('digest', '=', digest).execute();
}

/** Ends every session of a user. */
export async function endSessionsOf(query: Queryable, userSid: string): Promise<void> {
  await query.deleteFrom('sessions').where('user_sid', '=', userSid).execute();
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
  for (const { digest } of rows) await deleteSession(query, digest);
  return rows.length;
}
