/** The SQL of what leaves the record: what is old, and what is more than an account keeps. */

import type { Queryable } from '../storage/database.ts';
import { findPosition } from './list-store.ts';
import { NOBODY } from './request.ts';

/** The newest that an account keeps. */
const KEPT_REQUESTS = 10_000;
/** The newest of them without right credentials: whoever knows a SID can send those. */
const KEPT_OF_NOBODY = 1000;

/** Removes up to `limit` requests that are older than a time; returns how many. */
export async function purgeRequests(
  query: Queryable,
  before: number,
  limit: number,
): Promise<number> {
  const rows = await query
    .selectFrom('requests')
    .select(['account_sid', 'sid'])
    .where('created_at', '<', before)
    .orderBy('created_at')
    .limit(limit)
    .execute();
  await remove(query, rows);
  return rows.length;
}

/** What is counted by itself, and how many of it are kept. */
function ringsOf(accountSid: string) {
  return [
    [{ accountSid, caller: NOBODY }, KEPT_OF_NOBODY],
    [{ accountSid }, KEPT_REQUESTS],
  ] as const;
}

/** Removes up to `limit` requests beyond those that an account keeps; returns how many. */
export async function trimRequests(
  query: Queryable,
  accountSid: string,
  limit: number,
): Promise<number> {
  let removed = 0;
  for (const [filter, kept] of ringsOf(accountSid)) {
    removed += await trim(query, filter, kept, limit - removed);
    // The next ring is counted when this one is as it should be.
    if (removed === limit) break;
  }
  return removed;
}

/** Whether an account has requests beyond those that it keeps. */
export async function hasTooManyRequests(query: Queryable, accountSid: string): Promise<boolean> {
  for (const [filter, kept] of ringsOf(accountSid)) {
    const last = await findPosition(query, filter, kept + 1);
    const newest = last && (await findPosition(query, filter, kept));
    if (newest && newest.sid !== last?.sid) return true;
  }
  return false;
}

async function trim(
  query: Queryable,
  filter: { accountSid: string; caller?: string },
  kept: number,
  limit: number,
): Promise<number> {
  const last = await findPosition(query, filter, kept);
  if (last === undefined) return 0;
  let beyond = query
    .selectFrom('requests')
    .select(['account_sid', 'sid'])
    .where('account_sid', '=', filter.accountSid)
    .where((row) =>
      row(
        row.refTuple('created_at', 'sid'),
        '<',
        row.tuple(row.val(last.createdAt), row.val(last.sid)),
      ),
    );
  if (filter.caller !== undefined) beyond = beyond.where('caller', '=', filter.caller);
  const rows = await beyond.orderBy('created_at').orderBy('sid').limit(limit).execute();
  await remove(query, rows);
  return rows.length;
}

/** The first account after one, in the order of their SIDs, that has requests; undefined at the end. */
export async function findAccountWithRequestsAfter(
  query: Queryable,
  accountSid: string,
): Promise<string | undefined> {
  const row = await query
    .selectFrom('requests')
    .select('account_sid')
    .where('account_sid', '>', accountSid)
    .orderBy('account_sid')
    .limit(1)
    .executeTakeFirst();
  return row?.account_sid;
}

async function remove(
  query: Queryable,
  rows: readonly { account_sid: string; sid: string }[],
): Promise<void> {
  const byAccount = Map.groupBy(rows, (row) => row.account_sid);
  for (const [accountSid, some] of byAccount) {
    await query
      .deleteFrom('requests')
      .where('account_sid', '=', accountSid)
      .where(
        'sid',
        'in',
        some.map((row) => row.sid),
      )
      .execute();
  }
}
