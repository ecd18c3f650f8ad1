/** *Send again* for all that a filter matches: the plan, the start, the progress, the stop. No HTTP. */

import { recorder } from '../audit/record.ts';
import { findConnectApp } from '../connect-apps/store.ts';
import type { Context } from '../context.ts';
import { Problem } from '../problem.ts';
import { createSid, parseSid } from '../sid.ts';
import type { Queryable } from '../storage/database.ts';
import { countCallbacksOfApp } from './app-store.ts';
import { MOST_COUNTED, type Resend, type ResendFilter } from './resend.ts';
import {
  type AppKey,
  findLatestResend,
  findResend,
  insertResend,
  stopRunningResend,
} from './resend-store.ts';

/** How many callbacks a resend would send: up to MOST_COUNTED, and one more for more than that. */
export function planResend(query: Queryable, app: AppKey, filter: ResendFilter): Promise<number> {
  return countCallbacksOfApp(query, { ...app, ...filter }, MOST_COUNTED + 1);
}

/**
 * Starts to send again what a filter matches now; the worker does it. An app has one resend at a time: while one
 * runs, it is returned instead. Raises `not_found` when the account has no such app.
 */
export async function startResend(
  context: Context,
  { accountSid, connectAppSid }: AppKey,
  filter: ResendFilter,
): Promise<Resend> {
  const now = context.clock.now();
  const sid = createSid('RS', context.random);
  const app = { accountSid, connectAppSid };
  const record = recorder(context);
  return context.database.transaction(async (transaction) => {
    const started = await findResend(transaction, { accountSid, sid });
    if (started) return started.resend;
    if (!(await findConnectApp(transaction, { accountSid, sid: connectAppSid }))) {
      throw new Problem('not_found');
    }
    const latest = await findLatestResend(transaction, app);
    if (latest?.state === 'running') return latest;
    const resend: Resend = {
      ...app,
      ...filter,
      sid,
      state: 'running',
      matched: await planResend(transaction, app, filter),
      sent: 0,
      skipped: 0,
      createdAt: now,
      updatedAt: now,
    };
    // What is made from now on is sent anyway.
    await insertResend(transaction, resend, { createdAt: now + 1, sid: '' });
    const change = { accountSid, resourceSid: connectAppSid };
    await record(transaction, { eventType: 'callbacks.resent', ...change });
    return resend;
  });
}

/** A resend of an app; `not_found` when the app of this account has none such. */
export async function getResend(
  query: Queryable,
  { accountSid, connectAppSid }: AppKey,
  sidText: string,
): Promise<Resend> {
  const sid = parseSid('RS', sidText);
  const found = sid && (await findResend(query, { accountSid, sid }));
  if (!found || found.resend.connectAppSid !== connectAppSid) throw new Problem('not_found');
  return found.resend;
}

/** The latest resend of an app. */
export function getLatestResend(query: Queryable, app: AppKey): Promise<Resend | undefined> {
  return findLatestResend(query, app);
}

/** Stops a resend: nothing more is made due. What is due already is still sent. */
export async function stopResend(context: Context, app: AppKey, sidText: string): Promise<Resend> {
  const now = context.clock.now();
  const record = recorder(context);
  return context.database.transaction(async (transaction) => {
    const { accountSid, connectAppSid, sid } = await getResend(transaction, app, sidText);
    if (await stopRunningResend(transaction, { accountSid, sid }, now)) {
      const eventType = 'callbacks-resend.stopped';
      await record(transaction, { eventType, accountSid, resourceSid: connectAppSid });
    }
    return getResend(transaction, app, sid);
  });
}
