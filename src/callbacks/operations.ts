/** Operations on callbacks: get one, list those of an app, send one again, send a test. No HTTP. */

import { type Change, recorder } from '../audit/record.ts';
import type { ConnectApp } from '../connect-apps/connect-app.ts';
import { findConnectApp } from '../connect-apps/store.ts';
import type { Context } from '../context.ts';
import { Problem } from '../problem.ts';
import { createSid, parseSid } from '../sid.ts';
import type { Queryable } from '../storage/database.ts';
import type { Slice } from '../storage/keyset.ts';
import {
  findLatestTest,
  listAppsOfFailed,
  listCallbacksOfApp,
  listLatestOutcomes,
} from './app-store.ts';
import { type Attempt, type Callback, createCallback } from './callback.ts';
import { sign } from './request.ts';
import type { ResendFilter } from './resend.ts';
import type { AppKey } from './resend-store.ts';
import { remainingAttempts } from './schedule.ts';
import {
  findCallback,
  findCallbackOwner,
  insertCallbacks,
  listAttempts,
  listCallbacks,
  makeDue,
} from './store.ts';

/** Returns a callback with its attempts, oldest first; `not_found` when there is none. */
export async function getCallback(
  context: Context,
  sidText: string,
): Promise<Callback & { attempts: Attempt[] }> {
  const { query } = context.database;
  const sid = parseSid('WH', sidText);
  const accountSid = sid && (await findCallbackOwner(query, sid));
  const callback = sid && accountSid && (await findCallback(query, { accountSid, sid }));
  if (!callback) throw new Problem('not_found');
  return { ...callback, attempts: await listAttempts(query, callback) };
}

/**
 * Makes a callback due immediately, in any state; one that is being sent now is unchanged. Its idempotency
 * token stays the same, and its attempts go on counting.
 */
export async function retryCallback(
  context: Context,
  sidText: string,
): Promise<Callback & { attempts: Attempt[] }> {
  const callback = await getCallback(context, sidText);
  const now = context.clock.now();
  const record = recorder(context);
  await context.database.transaction(async (transaction) => {
    await makeDue(transaction, callback, now);
    await record(transaction, changeOf('callback.resent', callback));
  });
  return getCallback(context, callback.sid);
}

/** A callback as its owner sees it. */
export interface CallbackDetails extends Callback {
  /** Oldest first. */
  attempts: Attempt[];
  /** When it is tried next, and after each failure, at the earliest. */
  remaining: number[];
  /** What is sent and signed, with the owner's primary token of now. */
  request: { url: string; body: string | undefined; signed: string; signature: string };
}

/** One callback of an app; `not_found` when the app of this account has none such. */
export async function getCallbackOfApp(
  context: Context,
  query: Queryable,
  { accountSid, connectAppSid }: AppKey,
  sidText: string,
): Promise<CallbackDetails> {
  const callback = await findCallbackOf(query, { accountSid, connectAppSid }, sidText);
  const { url, body, signed, signature } = await sign(context, query, callback);
  return {
    ...callback,
    attempts: await listAttempts(query, callback),
    remaining: remainingAttempts(callback),
    request: { url, body, signed, signature },
  };
}

/** The callbacks of an app that a filter matches. */
export function listingOfCallbacks(query: Queryable, app: AppKey, filter: ResendFilter) {
  const key = { accountSid: app.accountSid, connectAppSid: app.connectAppSid, ...filter };
  return {
    scope: `${app.accountSid} ${app.connectAppSid} Callbacks ${filter.status ?? ''} ${filter.since}`,
    slice: (slice: Slice) => listCallbacksOfApp(query, key, slice),
  };
}

/** Every callback of an account's apps. */
export function listingOfAllCallbacks({ database }: Context, accountSid: string) {
  return {
    scope: `${accountSid} Callbacks`,
    slice: (slice: Slice) => listCallbacks(database.query, accountSid, slice),
  };
}

/** A callback with the outcome of its latest attempt, if there was one. */
export type CallbackInList = Callback & {
  latest: Pick<Attempt, 'number' | 'status' | 'failure'> | undefined;
};

/** Adds to the callbacks of a list what their latest attempts showed. */
export async function withLatestOutcomes(
  query: Queryable,
  accountSid: string,
  callbacks: readonly Callback[],
): Promise<CallbackInList[]> {
  const sids = callbacks.map(({ sid }) => sid);
  const outcomes = await listLatestOutcomes(query, accountSid, sids);
  return callbacks.map((callback) => ({ ...callback, latest: outcomes.get(callback.sid) }));
}

/** Makes a callback of an app due now; false if an attempt is under way, which stays the one. */
export async function sendAgain(context: Context, app: AppKey, sidText: string): Promise<boolean> {
  const now = context.clock.now();
  const record = recorder(context);
  let read: Callback | undefined;
  return context.database.transaction(async (transaction) => {
    // Not read anew when this runs again: the attempt may have been made meanwhile.
    read ??= await findCallbackOf(transaction, app, sidText);
    const isDue = await makeDue(transaction, read, now);
    if (isDue) await record(transaction, changeOf('callback.resent', read));
    return isDue;
  });
}

/**
 * Adds a test callback of an app, which the worker sends at once and only once: signed like a real one, for a
 * subaccount that does not exist. While one waits, it is returned instead. Raises `not_found` without such an app,
 * `parameter_invalid` when it has no Deauthorize URL.
 */
export async function sendTest(context: Context, app: AppKey): Promise<Callback> {
  const { clock, random, database } = context;
  const now = clock.now();
  const sid = createSid('WH', random);
  const subaccountSid = createSid('AC', random);
  const record = recorder(context);
  return database.transaction(async (transaction) => {
    const { accountSid, connectAppSid } = app;
    const sent = await findCallback(transaction, { accountSid, sid });
    if (sent) return sent;
    const found = await findConnectApp(transaction, { accountSid, sid: connectAppSid });
    if (!found) throw new Problem('not_found');
    const { deauthorizeCallbackUrl: url, deauthorizeCallbackMethod: method } = found;
    if (url === null) {
      throw new Problem('parameter_invalid', 'This app has no Deauthorize URL. Add one first.');
    }
    // One at a time: a test is no means to call somebody often.
    const latest = await findLatestTest(transaction, app);
    if (latest?.status === 'pending') return latest;
    const parties = { accountSid, connectAppSid, subaccountSid };
    const made = createCallback({ ...parties, url, method, now, random, kind: 'test' });
    const callback = { ...made, sid };
    await insertCallbacks(transaction, [callback]);
    await record(transaction, changeOf('callback.tested', callback));
    return callback;
  });
}

const FAILED_COUNTED = 100;

/** The apps of an account with callbacks that failed since a time: how many of the last 100 are whose. */
export async function countFailedByApp(
  query: Queryable,
  accountSid: string,
  since: number,
): Promise<{ app: ConnectApp; count: number; isAtLeast: boolean }[]> {
  const sids = await listAppsOfFailed(query, accountSid, since, FAILED_COUNTED);
  const counts = new Map<string, number>();
  for (const sid of sids) counts.set(sid, (counts.get(sid) ?? 0) + 1);
  const failing = [];
  for (const [sid, count] of [...counts].sort(([, one], [, other]) => other - one).slice(0, 5)) {
    const app = await findConnectApp(query, { accountSid, sid });
    if (app) failing.push({ app, count, isAtLeast: sids.length === FAILED_COUNTED });
  }
  return failing;
}

/** The latest test callback of an app, with its attempt if it was made. */
export async function getLatestTest(
  query: Queryable,
  app: AppKey,
): Promise<(Callback & { attempt: Attempt | undefined }) | undefined> {
  const test = await findLatestTest(query, app);
  return test && { ...test, attempt: (await listAttempts(query, test)).at(-1) };
}

async function findCallbackOf(
  query: Queryable,
  { accountSid, connectAppSid }: AppKey,
  sidText: string,
): Promise<Callback> {
  const sid = parseSid('WH', sidText);
  const callback = sid && (await findCallback(query, { accountSid, sid }));
  if (!callback || callback.connectAppSid !== connectAppSid) throw new Problem('not_found');
  return callback;
}

function changeOf(
  eventType: 'callback.resent' | 'callback.tested',
  { accountSid, sid, connectAppSid }: Callback,
): Change {
  return { eventType, accountSid, resourceSid: sid, relatedSid: connectAppSid };
}
