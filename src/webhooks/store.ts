/** The SQL of callbacks and their attempts, and the only bridge between rows and types. */

import { type Selectable, sql } from 'kysely';
import type { Queryable } from '../storage/database.ts';
import { isNewer, isOlder, positionOf, type Slice } from '../storage/keyset.ts';
import type { CallbackAttemptsTable, CallbacksTable } from '../storage/schema.ts';
import type { Attempt, Callback, CallbackStatus } from './callback.ts';

/** Names one callback. */
export interface CallbackKey {
  accountSid: string;
  sid: string;
}

/** Host and port of a URL: what attempts are limited by. */
export function receiverOf(url: string): string {
  return new URL(url).host;
}

/** Adds callbacks, in the transaction of the change that they tell. */
export async function insertCallbacks(
  query: Queryable,
  callbacks: readonly Callback[],
): Promise<void> {
  const rows = callbacks.map((callback) => ({
    account_sid: callback.accountSid,
    sid: callback.sid,
    connect_app_sid: callback.connectAppSid,
    subaccount_sid: callback.subaccountSid,
    url: callback.url,
    method: callback.method,
    receiver: receiverOf(callback.url),
    status: callback.status,
    attempts_made: callback.attemptsMade,
    next_attempt_at: callback.nextAttemptAt,
    created_at: callback.createdAt,
    updated_at: callback.updatedAt,
  }));
  // In parts: a statement has at most 32,766 parameters.
  for (let first = 0; first < rows.length; first += 500) {
    await query
      .insertInto('callbacks')
      .values(rows.slice(first, first + 500))
      .execute();
  }
}

/** Whose callback this is, whoever asks: for the command line. */
export async function findCallbackOwner(
  query: Queryable,
  sid: string,
): Promise<string | undefined> {
  const row = await query
    .selectFrom('callbacks')
    .select('account_sid')
    .where('sid', '=', sid)
    .executeTakeFirst();
  return row?.account_sid;
}

/** The callback with this key. */
export async function findCallback(
  query: Queryable,
  key: CallbackKey,
): Promise<Callback | undefined> {
  const row = await query
    .selectFrom('callbacks')
    .selectAll()
    .where('account_sid', '=', key.accountSid)
    .where('sid', '=', key.sid)
    .executeTakeFirst();
  return row && fromRow(row);
}

/** A slice of an account's callbacks, newest first in either direction. */
export async function listCallbacks(
  query: Queryable,
  accountSid: string,
  slice: Slice,
): Promise<Callback[]> {
  const isOlderSlice = slice.direction === 'older';
  const { createdAt, sid } = positionOf(slice);
  const beside = isOlderSlice ? isOlder : isNewer;
  const order = isOlderSlice ? 'desc' : 'asc';
  const rows = await query
    .selectFrom('callbacks')
    .selectAll()
    .where('account_sid', '=', accountSid)
    .where(beside(sql`${createdAt}`, sql`${sid}`, 'callbacks'))
    .orderBy('created_at', order)
    .orderBy('sid', order)
    .limit(slice.limit)
    .execute();
  return (isOlderSlice ? rows : rows.reverse()).map(fromRow);
}

/** The attempts of a callback, oldest first. */
export async function listAttempts(query: Queryable, key: CallbackKey): Promise<Attempt[]> {
  const rows = await query
    .selectFrom('callback_attempts')
    .selectAll()
    .where('account_sid', '=', key.accountSid)
    .where('callback_sid', '=', key.sid)
    .orderBy('number')
    .execute();
  return rows.map(fromAttemptRow);
}

/** Makes a callback due now, unless an attempt is under way. */
export async function makeDue(query: Queryable, key: CallbackKey, now: number): Promise<void> {
  await query
    .updateTable('callbacks')
    .set({ status: 'pending', next_attempt_at: now, lease_owner: null, updated_at: now })
    .where('account_sid', '=', key.accountSid)
    .where('sid', '=', key.sid)
    .where((row) => row.or([row('lease_owner', 'is', null), row('next_attempt_at', '<=', now)]))
    .execute();
}

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

/** Removes up to `limit` callbacks made before a time, with their attempts; returns how many. */
export async function purgeCallbacks(
  query: Queryable,
  before: number,
  limit: number,
): Promise<number> {
  const rows = await query
    .selectFrom('callbacks')
    .select(['account_sid', 'sid'])
    .where('created_at', '<', before)
    .limit(limit)
    .execute();
  for (const { account_sid, sid } of rows) {
    await query
      .deleteFrom('callback_attempts')
      .where('account_sid', '=', account_sid)
      .where('callback_sid', '=', sid)
      .execute();
    await query
      .deleteFrom('callbacks')
      .where('account_sid', '=', account_sid)
      .where('sid', '=', sid)
      .execute();
  }
  return rows.length;
}

function fromRow(row: Selectable<CallbacksTable>): Callback {
  return {
    sid: row.sid,
    accountSid: row.account_sid,
    connectAppSid: row.connect_app_sid,
    subaccountSid: row.subaccount_sid,
    url: row.url,
    method: row.method,
    status: row.status,
    attemptsMade: row.attempts_made,
    nextAttemptAt: row.next_attempt_at,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  };
}

function fromAttemptRow(row: Selectable<CallbackAttemptsTable>): Attempt {
  return {
    number: row.number,
    startedAt: row.started_at,
    durationMs: row.duration_ms,
    status: row.status,
    failure: row.failure,
    answer: row.answer,
  };
}
