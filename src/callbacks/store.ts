/** The SQL of callbacks and their attempts, and the only bridge between rows and types. */

import type { Selectable } from 'kysely';
import type { Queryable } from '../storage/database.ts';
import { keysetList, type Parameter, type Slice } from '../storage/keyset.ts';
import { purgeByAge } from '../storage/purge.ts';
import type { CallbackAttemptsTable, CallbacksTable } from '../storage/schema.ts';
import type { Attempt, Callback } from './callback.ts';

/** Names one callback. */
export interface CallbackKey {
  accountSid: string;
  sid: string;
}

/** Host and port of a URL, by which attempts are limited. */
export function receiverOf(url: string): string {
  return new URL(url).host;
}

/** Adds callbacks, in the transaction of the change that they report. */
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
    kind: callback.kind,
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

/** Finds a callback's account without a caller: for the command line. */
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

const list = keysetList({
  rows: (query, parameter: Parameter<{ accountSid: string }>) =>
    query.selectFrom('callbacks').selectAll().where('account_sid', '=', parameter('accountSid')),
  places: (query, parameter) =>
    query
      .selectFrom('callbacks')
      .select(['created_at as createdAt', 'sid'])
      .where('account_sid', '=', parameter('accountSid')),
  createdAt: 'callbacks.created_at',
  sid: 'callbacks.sid',
});

/** A slice of an account's callbacks, newest first in either direction. */
export async function listCallbacks(
  query: Queryable,
  accountSid: string,
  slice: Slice,
): Promise<Callback[]> {
  return (await list.slice(query, { accountSid }, slice)).map(fromRow);
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

/** Makes a callback due now, unless an attempt is in progress or was made since it was read: then false. */
export async function makeDue(query: Queryable, callback: Callback, now: number): Promise<boolean> {
  const result = await query
    .updateTable('callbacks')
    .set({ status: 'pending', next_attempt_at: now, lease_owner: null, updated_at: now })
    .where('account_sid', '=', callback.accountSid)
    .where('sid', '=', callback.sid)
    // A first run of this transaction may have been committed, its answer lost, and the attempt made.
    .where('attempts_made', '=', callback.attemptsMade)
    .where((row) => row.or([row('lease_owner', 'is', null), row('next_attempt_at', '<=', now)]))
    .executeTakeFirst();
  return result.numUpdatedRows === 1n;
}

/** Removes up to `limit` callbacks made before a time, with their attempts; returns how many. */
export const purgeCallbacks = purgeByAge('callbacks', 'created_at', (query, { account_sid, sid }) =>
  query
    .deleteFrom('callback_attempts')
    .where('account_sid', '=', account_sid)
    .where('callback_sid', '=', sid)
    .execute(),
);

/** Converts a row to a callback. */
export function fromRow(row: Selectable<CallbacksTable>): Callback {
  return {
    sid: row.sid,
    accountSid: row.account_sid,
    connectAppSid: row.connect_app_sid,
    subaccountSid: row.subaccount_sid,
    url: row.url,
    method: row.method,
    status: row.status,
    kind: row.kind,
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
