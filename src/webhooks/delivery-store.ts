/** The SQL of delivery: which callbacks are due, who has one, and what became of an attempt. */

import type { Queryable } from '../storage/database.ts';
import type { Attempt, Callback, CallbackStatus } from './callback.ts';
import { type CallbackKey, fromRow } from './store.ts';

/**
 * Up to `limit` callbacks that are due, the longest due first, whoever's they are. Those of the
 * receivers in `without` are left out: they have all the attempts at once that they may have.
 */
export async function findDueCallbacks(
  query: Queryable,
  now: number,
  { without, limit }: { without: readonly string[]; limit: number },
): Promise<Callback[]> {
  let due = query.selectFrom('callbacks').selectAll().where('next_attempt_at', '<=', now);
  if (without.length > 0) due = due.where('receiver', 'not in', without);
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
    .where((one) =>
      one.or([
        one('next_attempt_at', '=', callback.nextAttemptAt),
        // A first run of this transaction may have been committed, and its answer lost.
        one('lease_owner', '=', lease.owner),
      ]),
    )
    .executeTakeFirst();
  return result.numUpdatedRows === 1n;
}

/** What an attempt leaves behind. */
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

/** Gives a callback back untried. */
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
