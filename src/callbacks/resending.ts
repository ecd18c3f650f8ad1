/**
 * The worker's part of *Send again* for many: each step makes some callbacks due, in one transaction with the
 * place where the next step goes on. It waits while what it made due before has not been taken, so that a stop
 * soon takes effect, and any process can go on with what another left.
 */

import type { Context } from '../context.ts';
import type { Logger } from '../observability/logger.ts';
import { countDueOfApp, listCallbacksOfApp } from './app-store.ts';
import { findDueResends, findResend, type ResendKey, updateResend } from './resend-store.ts';
import { makeDue } from './store.ts';

/** Callbacks a step. */
const CHUNK = 100;
/** Resends that are looked at together. */
const AT_ONCE = 50;
/** How long it waits when enough of the app's callbacks are due already. */
const WAIT_MS = 1000;

/** Takes one step of each resend that runs; a failure is logged, and its step taken later. */
export async function advanceResends(context: Context, logger: Logger): Promise<void> {
  const { database, clock } = context;
  const due = await findDueResends(database.query, clock.now(), AT_ONCE);
  for (const key of due) {
    try {
      await advanceResend(context, key);
    } catch (error) {
      logger.error({ err: error, resendSid: key.sid }, 'A resend could not go on; trying again');
    }
  }
}

/** Takes one step of a resend, if it still runs. */
export async function advanceResend(context: Context, key: ResendKey): Promise<void> {
  const now = context.clock.now();
  await context.database.transaction(async (transaction) => {
    const found = await findResend(transaction, key);
    if (found?.resend.state !== 'running') return;
    const { resend, behind } = found;
    const progress = { state: resend.state, sent: resend.sent, skipped: resend.skipped, now };
    if ((await countDueOfApp(transaction, resend, now, CHUNK)) >= CHUNK) {
      await updateResend(transaction, key, { ...progress, behind, nextStepAt: now + WAIT_MS });
      return;
    }
    const slice = { direction: 'older', from: behind, limit: CHUNK } as const;
    const callbacks = await listCallbacksOfApp(transaction, resend, slice);
    for (const callback of callbacks) {
      if (await makeDue(transaction, callback, now)) progress.sent += 1;
      else progress.skipped += 1;
    }
    const last = callbacks.at(-1);
    const isDone = last === undefined || callbacks.length < CHUNK;
    await updateResend(transaction, key, {
      ...progress,
      state: isDone ? 'done' : 'running',
      behind: last ? { createdAt: last.createdAt, sid: last.sid } : behind,
      nextStepAt: isDone ? null : now,
    });
  });
}
