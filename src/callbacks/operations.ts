/** Operations on callbacks: get one, retry one. No HTTP. */

import { recorder } from '../audit/record.ts';
import type { Context } from '../context.ts';
import { Problem } from '../problem.ts';
import { parseSid } from '../sid.ts';
import type { Attempt, Callback } from './callback.ts';
import { findCallback, findCallbackOwner, listAttempts, makeDue } from './store.ts';

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
    const { accountSid, sid, connectAppSid } = callback;
    await record(transaction, {
      eventType: 'callback.resent',
      accountSid,
      resourceSid: sid,
      relatedSid: connectAppSid,
    });
  });
  return getCallback(context, callback.sid);
}
