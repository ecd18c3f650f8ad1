/** The SQL of the callbacks of one app: by state, how many, the latest test. */

import { sql } from 'kysely';
import type { Queryable } from '../storage/database.ts';
import { keysetList, type Parameter, type Slice } from '../storage/keyset.ts';
import type { Attempt, Callback, CallbackStatus } from './callback.ts';
import { fromRow } from './store.ts';

/** Which callbacks of an app: those in a state, if it is given, that were made since a time. */
export interface AppFilter {
  accountSid: string;
  connectAppSid: string;
  status?: CallbackStatus | undefined;
  since: number;
}

const PLACE = ['created_at as createdAt', 'sid'] as const;

type AppValues = Pick<AppFilter, 'accountSid' | 'connectAppSid'> & Record<string, unknown>;
type StatusValues = AppValues & { status: CallbackStatus };

const listOfApp = keysetList({
  rows: (query, parameter: Parameter<AppValues>) => ofApp(query, parameter).selectAll(),
  places: (query, parameter) => ofApp(query, parameter).select(PLACE),
  createdAt: 'callbacks.created_at',
  sid: 'callbacks.sid',
});

const listOfAppByStatus = keysetList({
  rows: (query, parameter: Parameter<StatusValues>) =>
    ofApp(query, parameter).selectAll().where('status', '=', parameter('status')),
  places: (query, parameter) =>
    ofApp(query, parameter).select(PLACE).where('status', '=', parameter('status')),
  createdAt: 'callbacks.created_at',
  sid: 'callbacks.sid',
});

function ofApp(query: Queryable, parameter: Parameter<AppValues>) {
  return query
    .selectFrom('callbacks')
    .where('account_sid', '=', parameter('accountSid'))
    .where('connect_app_sid', '=', parameter('connectAppSid'));
}

/** A slice of the callbacks of an app that a filter matches, newest first in either direction. */
export async function listCallbacksOfApp(
  query: Queryable,
  { status, since, ...filter }: AppFilter,
  slice: Slice,
): Promise<Callback[]> {
  const rows =
    status === undefined
      ? await listOfApp.slice(query, filter, slice)
      : await listOfAppByStatus.slice(query, { ...filter, status }, slice);
  // Here, because with a second range SQLite would take the index of all the account's callbacks.
  return rows.filter((row) => row.created_at >= since).map(fromRow);
}

/** How many of the newest `limit` callbacks of an app, or of those in a state, a filter matches. */
export async function countCallbacksOfApp(
  query: Queryable,
  { accountSid, connectAppSid, status, since }: AppFilter,
  limit: number,
): Promise<number> {
  const row = await query
    .selectFrom((from) => {
      const some = from
        .selectFrom('callbacks')
        .select('created_at')
        .where('account_sid', '=', accountSid)
        .where('connect_app_sid', '=', connectAppSid)
        .orderBy('created_at', 'desc')
        .orderBy('sid', 'desc')
        .limit(limit);
      return (status === undefined ? some : some.where('status', '=', status)).as('newest');
    })
    .select(({ fn }) => fn.sum<number | string | null>(sql.lit(1)).as('count'))
    .where('newest.created_at', '>=', since)
    .executeTakeFirstOrThrow();
  return Number(row.count ?? 0);
}

/** The latest test of an app. */
export async function findLatestTest(
  query: Queryable,
  { accountSid, connectAppSid }: { accountSid: string; connectAppSid: string },
): Promise<Callback | undefined> {
  const row = await query
    .selectFrom('callbacks')
    .selectAll()
    .where('account_sid', '=', accountSid)
    .where('connect_app_sid', '=', connectAppSid)
    // As a literal: with a parameter, SQLite would not see that the index of tests holds all of them.
    .where('kind', '=', sql.lit<'test'>('test'))
    .orderBy('created_at', 'desc')
    .orderBy('sid', 'desc')
    .limit(1)
    .executeTakeFirst();
  return row && fromRow(row);
}

/** How many callbacks of an app are due and not taken yet, counted up to `limit`. */
export async function countDueOfApp(
  query: Queryable,
  { accountSid, connectAppSid }: { accountSid: string; connectAppSid: string },
  now: number,
  limit: number,
): Promise<number> {
  const rows = await query
    .selectFrom('callbacks')
    .select('next_attempt_at')
    .where('account_sid', '=', accountSid)
    .where('connect_app_sid', '=', connectAppSid)
    .where('next_attempt_at', '<=', now)
    .limit(limit)
    .execute();
  return rows.length;
}

/** The outcome of the latest attempt of each of a few callbacks, by SID. */
export async function listLatestOutcomes(
  query: Queryable,
  accountSid: string,
  sids: readonly string[],
): Promise<Map<string, Pick<Attempt, 'number' | 'status' | 'failure'>>> {
  const outcomes = new Map<string, Pick<Attempt, 'number' | 'status' | 'failure'>>();
  if (sids.length === 0) return outcomes;
  const rows = await query
    .selectFrom('callback_attempts')
    .select(['callback_sid', 'number', 'status', 'failure'])
    .where('account_sid', '=', accountSid)
    .where('callback_sid', 'in', sids)
    .orderBy('callback_sid')
    .orderBy('number')
    .execute();
  for (const { callback_sid, ...outcome } of rows) outcomes.set(callback_sid, outcome);
  return outcomes;
}

/** The apps of up to `limit` callbacks of an account that failed since a time, one entry for each callback. */
export async function listAppsOfFailed(
  query: Queryable,
  accountSid: string,
  since: number,
  limit: number,
): Promise<string[]> {
  const rows = await query
    .selectFrom('callbacks')
    .select('connect_app_sid')
    .where('account_sid', '=', accountSid)
    // As a literal, for the same reason.
    .where('status', '=', sql.lit<'failed'>('failed'))
    .where('created_at', '>=', since)
    .orderBy('created_at', 'desc')
    .limit(limit)
    .execute();
  return rows.map((row) => row.connect_app_sid);
}
