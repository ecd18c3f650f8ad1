/** The SQL of delivery: which callbacks are due, who is sending one, and the result of an attempt. */

import { type RawBuilder, sql } from 'kysely';
import type { Queryable } from '../storage/database.ts';
import type { Attempt, Callback, CallbackStatus } from './callback.ts';
import { type CallbackKey, fromRow } from './store.ts';

/** Whether any callback is due, for any account. */
export async function hasDueCallbacks(query: Queryable, now: number): Promise<boolean> {
  const row = await query
    .selectFrom('callbacks')
    .select('sid')
    .where('next_attempt_at', '<=', now)
    .limit(1)
    .executeTakeFirst();
  return row !== undefined;
}

/** When the next callback of any account is due; undefined when none waits. */
export async function findNextAttempt(query: Queryable): Promise<number | undefined> {
  const row = await query
    .selectFrom('callbacks')
    .select('next_attempt_at as at')
    .where('next_attempt_at', 'is not', null)
    .orderBy('next_attempt_at')
    .limit(1)
    .executeTakeFirst();
  return row?.at ?? undefined;
}

/**
 * Up to `limit` accounts behind `after`, in the order of their SIDs, that own callbacks which are due. It takes
 * a step for each account with callbacks that wait, however many those are.
 */
export async function findOwnersOfDue(
  query: Queryable,
  now: number,
  { after, limit }: { after: string; limit: number },
): Promise<string[]> {
  // Builders name the tables: on PostgreSQL those lie in our schema, which no text of SQL knows.
  const nextBehind = (sid: RawBuilder<string>) =>
    query
      .selectFrom('callbacks')
      .select(({ fn }) => fn.min('account_sid').as('account_sid'))
      .where('account_sid', '>', sid)
      .where('next_attempt_at', 'is not', null);
  const due = query
    .selectFrom('callbacks as due')
    .select('due.sid')
    .where('due.account_sid', '=', sql<string>`owners.account_sid`)
    .where('due.next_attempt_at', '<=', now);
  const { rows } = await sql<{ account_sid: string }>`
    with recursive owners (account_sid) as (
      select ${nextBehind(sql`${after}`)}
      union all
      select ${nextBehind(sql`owners.account_sid`)} from owners where owners.account_sid is not null
    )
    select account_sid from owners where account_sid is not null and exists ${due}
    limit ${limit}`.execute(query);
  return rows.map((row) => row.account_sid);
}

/** A place in an account's callbacks that are due: just behind this one. */
export type DuePosition = Pick<Callback, 'nextAttemptAt' | 'sid'>;

/** Up to `limit` callbacks of an account that are due, the longest due first, from a place on. */
export async function findDueCallbacks(
  query: Queryable,
  now: number,
  {
    accountSid,
    after,
    limit,
  }: { accountSid: string; after?: DuePosition | undefined; limit: number },
): Promise<Callback[]> {
  let due = query
    .selectFrom('callbacks')
    .selectAll()
    .where('account_sid', '=', accountSid)
    .where('next_attempt_at', '<=', now);
  if (after !== undefined) {
    due = due.where(sql<boolean>`(next_attempt_at, sid) > (${after.nextAttemptAt}, ${after.sid})`);
  }
  const rows = await due.orderBy('next_attempt_at').orderBy('sid').limit(limit).execute();
  return rows.map(fromRow);
}

/** A callback that one attempt holds until a time. */
export interface Lease {
  owner: string;
  until: number;
}

/**
 * Takes a callback for one attempt, unless someone else has taken it since it was read (compare and
 * set); a lease that has run out is simply due again.
 */
export async function claimCallback(
  query: Queryable,
  callback: Callback,
  lease: Lease,
): Promise<boolean> {
  const result = await query
    .updateTable('callbacks')
    .set({ lease_owner: lease.owner, next_attempt_at: lease.until })
    .where('account_sid', '=', callback.accountSid)
    .where('sid', '=', callback.sid)
    .where((where) =>
      where.or([
        where('next_attempt_at', '=', callback.nextAttemptAt),
        // A first run of this transaction may have been committed, and its answer lost.
        where('lease_owner', '=', lease.owner),
      ]),
    )
    .executeTakeFirst();
  return result.numUpdatedRows === 1n;
}

/** The record of an attempt. */
export interface Settlement {
  status: CallbackStatus;
  nextAttemptAt: number | null;
  now: number;
  attempt: Attempt;
}

/** Writes the result of an attempt; false, and nothing, when its lease belongs to another by now. */
export async function settleCallback(
  query: Queryable,
  callback: CallbackKey,
  leaseOwner: string,
  { status, nextAttemptAt, now, attempt }: Settlement,
): Promise<boolean> {
  const result = await query
    .updateTable('callbacks')
    .set({
      status,
      attempts_made: attempt.number,
      next_attempt_at: nextAttemptAt,
      lease_owner: null,
      updated_at: now,
    })
    .where('account_sid', '=', callback.accountSid)
    .where('sid', '=', callback.sid)
    .where('lease_owner', '=', leaseOwner)
    .executeTakeFirst();
  if (result.numUpdatedRows !== 1n) return false;
  await query
    .insertInto('callback_attempts')
    .values({
      account_sid: callback.accountSid,
      callback_sid: callback.sid,
      number: attempt.number,
      started_at: attempt.startedAt,
      duration_ms: attempt.durationMs,
      status: attempt.status,
      failure: attempt.failure,
      answer: attempt.answer,
    })
    .execute();
  return true;
}

/** Releases a callback without an attempt. */
export async function releaseCallback(
  query: Queryable,
  callback: CallbackKey,
  leaseOwner: string,
  now: number,
): Promise<void> {
  await query
    .updateTable('callbacks')
    .set({ lease_owner: null, next_attempt_at: now })
    .where('account_sid', '=', callback.accountSid)
    .where('sid', '=', callback.sid)
    .where('lease_owner', '=', leaseOwner)
    .execute();
}
