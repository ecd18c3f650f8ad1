/** The SQL of resends, and the only bridge between their rows and Resend. */

import type { Selectable } from 'kysely';
import type { Queryable } from '../storage/database.ts';
import type { Position } from '../storage/keyset.ts';
import { purgeByAge } from '../storage/purge.ts';
import type { CallbackResendsTable } from '../storage/schema.ts';
import type { Resend } from './resend.ts';

export interface ResendKey {
  accountSid: string;
  sid: string;
}

export interface AppKey {
  accountSid: string;
  connectAppSid: string;
}

/** Adds a resend that begins with the newest callback that is older than `behind`. */
export async function insertResend(
  query: Queryable,
  resend: Resend,
  behind: Position,
): Promise<void> {
  await query
    .insertInto('callback_resends')
    .values({
      account_sid: resend.accountSid,
      sid: resend.sid,
      connect_app_sid: resend.connectAppSid,
      status_filter: resend.status ?? null,
      since: resend.since,
      state: resend.state,
      matched: resend.matched,
      sent: resend.sent,
      skipped: resend.skipped,
      behind_created_at: behind.createdAt,
      behind_sid: behind.sid,
      next_step_at: resend.createdAt,
      created_at: resend.createdAt,
      updated_at: resend.updatedAt,
    })
    .execute();
}

/** The resend with this key, and the place where it goes on. */
export async function findResend(
  query: Queryable,
  { accountSid, sid }: ResendKey,
): Promise<{ resend: Resend; behind: Position } | undefined> {
  const row = await query
    .selectFrom('callback_resends')
    .selectAll()
    .where('account_sid', '=', accountSid)
    .where('sid', '=', sid)
    .executeTakeFirst();
  return (
    row && {
      resend: fromRow(row),
      behind: { createdAt: row.behind_created_at, sid: row.behind_sid },
    }
  );
}

/** The latest resend of an app. */
export async function findLatestResend(
  query: Queryable,
  { accountSid, connectAppSid }: AppKey,
): Promise<Resend | undefined> {
  const row = await query
    .selectFrom('callback_resends')
    .selectAll()
    .where('account_sid', '=', accountSid)
    .where('connect_app_sid', '=', connectAppSid)
    .orderBy('created_at', 'desc')
    .orderBy('sid', 'desc')
    .limit(1)
    .executeTakeFirst();
  return row && fromRow(row);
}

/** When the next step of any resend is due; undefined when none waits. */
export async function findNextResend(query: Queryable): Promise<number | undefined> {
  const row = await query
    .selectFrom('callback_resends')
    .select('next_step_at as at')
    .where('next_step_at', 'is not', null)
    .orderBy('next_step_at')
    .limit(1)
    .executeTakeFirst();
  return row?.at ?? undefined;
}

/** Up to `limit` resends that are to go on by now, of any account. */
export async function findDueResends(
  query: Queryable,
  now: number,
  limit: number,
): Promise<ResendKey[]> {
  return query
    .selectFrom('callback_resends')
    .select(['account_sid as accountSid', 'sid'])
    .where('next_step_at', '<=', now)
    .orderBy('next_step_at')
    .orderBy('sid')
    .limit(limit)
    .execute();
}

export interface ResendProgress {
  state: Resend['state'];
  sent: number;
  skipped: number;
  behind: Position;
  /** null once it has ended. */
  nextStepAt: number | null;
  now: number;
}

/** Writes how far a resend is. */
export async function updateResend(
  query: Queryable,
  { accountSid, sid }: ResendKey,
  { state, sent, skipped, behind, nextStepAt, now }: ResendProgress,
): Promise<void> {
  await query
    .updateTable('callback_resends')
    .set({
      state,
      sent,
      skipped,
      behind_created_at: behind.createdAt,
      behind_sid: behind.sid,
      next_step_at: nextStepAt,
      updated_at: now,
    })
    .where('account_sid', '=', accountSid)
    .where('sid', '=', sid)
    .execute();
}

/** Stops a resend that runs, and returns whether it ran. */
export async function stopRunningResend(
  query: Queryable,
  { accountSid, sid }: ResendKey,
  now: number,
): Promise<boolean> {
  const stopped = await query
    .updateTable('callback_resends')
    .set({ state: 'stopped', next_step_at: null, updated_at: now })
    .where('account_sid', '=', accountSid)
    .where('sid', '=', sid)
    .where('state', '=', 'running')
    .executeTakeFirst();
  return stopped.numUpdatedRows > 0n;
}

/** Removes up to `limit` resends made before a time; returns how many. */
export const purgeResends = purgeByAge('callback_resends', 'created_at');

function fromRow(row: Selectable<CallbackResendsTable>): Resend {
  return {
    sid: row.sid,
    accountSid: row.account_sid,
    connectAppSid: row.connect_app_sid,
    status: row.status_filter ?? undefined,
    since: row.since,
    state: row.state,
    matched: row.matched,
    sent: row.sent,
    skipped: row.skipped,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  };
}
