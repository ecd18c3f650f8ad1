/**
 * Delivers callbacks: takes those that are due by a lease, sends each signed, and writes what became
 * of it. Any number of workers may run on one database; what a killed one held is due again when its
 * lease ends, so a callback is sent at least once, always with the same idempotency token.
 */

import { setTimeout as pause } from 'node:timers/promises';
import { findAccount } from '../accounts/store.ts';
import type { Context } from '../context.ts';
import type { Logger } from '../logger.ts';
import type { CallbackResult } from '../metrics.ts';
import type { GuardedClient } from '../outgoing/guarded-client.ts';
import { createRequestSid } from '../sid.ts';
import type { Callback, CallbackStatus } from './callback.ts';
import {
  claimCallback,
  findDueCallbacks,
  releaseCallback,
  type Settlement,
  settleCallback,
} from './delivery-store.ts';
import { nextAttemptDelayMs } from './schedule.ts';
import { signCallback } from './signature.ts';
import { receiverOf } from './store.ts';

/** At once to one receiver, so that a slow one is not flooded. */
const MAX_PER_RECEIVER = 4;
/** At once in all. */
const MAX_ATTEMPTS_AT_ONCE = 256;
/** Well over the 15 s that an attempt may take. */
const LEASE_MS = 60_000;
/** How often it looks whether this process has written something. */
const TICK_MS = 100;
/** How often it looks for what other processes have written, and what has become due. */
const POLL_MS = 1000;
/** How long it waits until it writes again what the database did not take. */
const PERSIST_RETRY_MS = 500;
/** What attempts under way get when it is closed: the 15 s that they may take, and time for the result. */
const FINISH_MS = 17_000;
/** By what the callback is after the attempt. */
const RESULTS: Record<CallbackStatus, CallbackResult> = {
  pending: 'retried',
  delivered: 'delivered',
  failed: 'failed',
};

export interface WebhookWorker {
  /** Takes no more callbacks; what is under way goes on. */
  drain(): void;
  /**
   * The same, and resolves when the attempts under way have ended and their results are written. What
   * takes longer than an attempt may is given back, and a database that is away is waited for no longer.
   */
  close(): Promise<void>;
}

export interface WorkerParts {
  client: GuardedClient;
  logger: Logger;
  /** Is told what became of each attempt, once it is written. */
  observe?: (result: CallbackResult) => void;
  /** Numbers from 0 to below 1: they spread what is tried again. */
  random?: () => number;
  /** What attempts under way get when it is closed. */
  finishMs?: number;
}

/** Starts to deliver, until it is closed. */
export function startWebhookWorker(
  context: Context,
  { client, logger, observe, random = Math.random, finishMs = FINISH_MS }: WorkerParts,
): WebhookWorker {
  const { database, clock, keyring } = context;
  const underWay = new Set<Promise<void>>();
  const perReceiver = new Map<string, number>();
  const countOf = (receiver: string) => perReceiver.get(receiver) ?? 0;
  let isDraining = false;
  let isGivingUp = false;
  let isLooking = false;
  let looking = Promise.resolve();
  let seenCommits = -1;
  let lookedAt = 0;

  async function look(): Promise<void> {
    isLooking = true;
    seenCommits = database.commits();
    lookedAt = performance.now();
    try {
      while (!isDraining && (await takeSome())) {
        // What was left out, because its receiver was at its limit, is not asked for again.
      }
    } catch (error) {
      logger.error({ err: error }, 'Callbacks could not be taken; they are tried again');
    }
    isLooking = false;
  }

  const timer = setInterval(() => {
    const isDue = performance.now() - lookedAt >= POLL_MS;
    if (!isLooking && (isDue || database.commits() !== seenCommits)) looking = look();
  }, TICK_MS);

  /** Takes and starts what there is room for; false when there was nothing to take. */
  async function takeSome(): Promise<boolean> {
    const room = MAX_ATTEMPTS_AT_ONCE - underWay.size;
    if (room <= 0) return false;
    const without = [...perReceiver.keys()].filter((one) => countOf(one) >= MAX_PER_RECEIVER);
    const now = clock.now();
    const due = await findDueCallbacks(database.query, now, { without, limit: room });
    const planned = new Map<string, number>();
    const chosen = due.filter(({ url }) => {
      const receiver = receiverOf(url);
      const count = planned.get(receiver) ?? countOf(receiver);
      planned.set(receiver, count + 1);
      return count < MAX_PER_RECEIVER;
    });
    // Every transaction counts as a commit, which would bring the next look at the next tick.
    if (chosen.length === 0 || isDraining) return false;
    const claims = chosen.map((callback) => ({ callback, owner: createRequestSid() }));
    const won = await database.transaction(async (transaction) => {
      const results = [];
      for (const claim of claims) {
        const lease = { owner: claim.owner, until: now + LEASE_MS };
        if (await claimCallback(transaction, claim.callback, lease)) results.push(claim);
      }
      return results;
    });
    for (const { callback, owner } of won) start(callback, owner);
    return true;
  }

  function start(callback: Callback, owner: string): void {
    const receiver = receiverOf(callback.url);
    perReceiver.set(receiver, countOf(receiver) + 1);
    const attempt = deliver(callback, owner)
      .catch((error: unknown) => {
        logger.error({ err: error, callback: callback.sid }, 'An attempt could not be written');
      })
      .then(() => {
        const left = countOf(receiver) - 1;
        if (left > 0) perReceiver.set(receiver, left);
        else perReceiver.delete(receiver);
        underWay.delete(attempt);
      });
    underWay.add(attempt);
  }

  async function deliver(callback: Callback, owner: string): Promise<void> {
    const account = await findAccount(database.query, callback.accountSid);
    if (account === undefined) throw new Error('The owner of the app is gone');
    const { url, body, signature } = signCallback({
      authToken: keyring.open(account.token.sealed, account.sid),
      method: callback.method,
      url: callback.url,
      parameters: { AccountSid: callback.subaccountSid, ConnectAppSid: callback.connectAppSid },
    });
    const startedAt = clock.now();
    const outcome = await client.send({
      method: callback.method,
      url,
      headers: {
        'x-twilio-signature': signature,
        'i-twilio-idempotency-token': callback.sid,
        ...(body !== undefined && { 'content-type': 'application/x-www-form-urlencoded' }),
      },
      ...(body !== undefined && { body }),
    });
    const now = clock.now();
    if (!outcome.answered && outcome.reason === 'cancelled') {
      await database.transaction((one) => releaseCallback(one, callback, owner, now));
      return;
    }
    const settlement: Settlement = {
      ...resultOf(callback, outcome.answered ? outcome.status : null, now, random),
      now,
      attempt: {
        number: callback.attemptsMade + 1,
        startedAt,
        durationMs: outcome.durationMs,
        status: outcome.answered ? outcome.status : null,
        failure: outcome.answered ? null : outcome.reason,
        answer: outcome.answered ? outcome.body : null,
      },
    };
    await persist(() =>
      database.transaction((one) => settleCallback(one, callback, owner, settlement)),
    );
    const result = RESULTS[settlement.status];
    observe?.(result);
    const { number: attempt, status, failure, durationMs } = settlement.attempt;
    context.report({
      name: 'callback_attempted',
      callbackSid: callback.sid,
      accountSid: callback.accountSid,
      connectAppSid: callback.connectAppSid,
      attempt,
      result,
      status,
      failure,
      durationMs,
    });
  }

  /** Tries for as long as the lease holds: a result that is not written means another delivery. */
  async function persist(write: () => Promise<unknown>): Promise<void> {
    const deadline = performance.now() + LEASE_MS / 2;
    for (;;) {
      try {
        await write();
        return;
      } catch (error) {
        if (isGivingUp || performance.now() > deadline) throw error;
      }
      await pause(PERSIST_RETRY_MS);
    }
  }

  function drain(): void {
    isDraining = true;
    clearInterval(timer);
  }

  return {
    drain,
    async close() {
      drain();
      const limit = setTimeout(() => {
        isGivingUp = true;
        client.close();
      }, finishMs);
      // It may have taken some that it is about to start.
      await looking;
      await Promise.all(underWay);
      clearTimeout(limit);
    },
  };
}

/** Any 2xx is success; everything else is tried again as long as the schedule has attempts. */
function resultOf(
  { attemptsMade }: Callback,
  status: number | null,
  now: number,
  random: () => number,
): Pick<Settlement, 'status' | 'nextAttemptAt'> {
  if (status !== null && status >= 200 && status < 300) {
    return { status: 'delivered', nextAttemptAt: null };
  }
  const delayMs = nextAttemptDelayMs(attemptsMade + 1, random);
  return delayMs === undefined
    ? { status: 'failed', nextAttemptAt: null }
    : { status: 'pending', nextAttemptAt: now + delayMs };
}
