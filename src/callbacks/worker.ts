/**
 * Delivers callbacks: takes those that are due by a lease, sends each signed, and writes what became
 * of it. Any number of workers may run on one database; what a killed one held is due again when its
 * lease ends, so a callback is sent at least once, always with the same idempotency token.
 */

import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import type { Context } from '../context.ts';
import type { CallbackResult } from '../observability/events.ts';
import type { Logger } from '../observability/logger.ts';
import type { Tracing } from '../observability/tracing.ts';
import type { GuardedClient } from '../outgoing/guarded-client.ts';
import type { Callback, CallbackStatus } from './callback.ts';
import {
  claimCallback,
  hasDueCallbacks,
  releaseCallback,
  type Settlement,
  settleCallback,
} from './delivery-store.ts';
import { callOf, goRound } from './due.ts';
import { createPlaces, type LimitsAtReceiver } from './places.ts';
import { requestOf, sign } from './request.ts';
import { advanceResends } from './resending.ts';
import { resultOf } from './schedule.ts';

/** Well over the 15 s that an attempt may take. */
const LEASE_MS = 60_000;
/** How often it looks whether this process has written something. */
const TICK_MS = 100;
/** How often it looks for callbacks of other processes and callbacks that have become due. */
const POLL_MS = 1000;
/** How long it waits before it writes a result again that the database did not accept. */
const PERSIST_RETRY_MS = 500;
/**
 * The time that attempts in progress get on close: the 15 s they may take, plus time to record the result.
 */
const FINISH_MS = 17_000;
/** By what the callback is after the attempt. */
const RESULTS: Record<CallbackStatus, CallbackResult> = {
  pending: 'retried',
  delivered: 'delivered',
  failed: 'failed',
};

export interface CallbackWorker {
  /** Delivers everything that is due now, and resolves when each attempt has been made and written. */
  settle(): Promise<void>;
  /** Takes no more callbacks; attempts in progress continue. */
  drain(): void;
  /**
   * The same, and resolves when the attempts under way have ended and their results are written. What
   * takes longer than an attempt may is given back, and a database that is away is waited for no longer.
   */
  close(): Promise<void>;
}

export interface WorkerParts {
  client: Pick<GuardedClient, 'send' | 'close'>;
  logger: Logger;
  /** What makes a trace of each attempt; there are none without it. */
  tracing?: Tracing | undefined;
  /** Numbers from 0 to below 1, which spread the retries. */
  random?: () => number;
  /** How many attempts a receiver gets at once; few when absent. */
  limitsAtReceiver?: LimitsAtReceiver | undefined;
  /** The time that attempts in progress get on close. */
  finishMs?: number;
}

/** Starts to deliver, until it is closed. */
export function startCallbackWorker(
  context: Context,
  {
    client,
    logger,
    tracing,
    random = Math.random,
    limitsAtReceiver,
    finishMs = FINISH_MS,
  }: WorkerParts,
): CallbackWorker {
  const { database, clock } = context;
  const underWay = new Set<Promise<void>>();
  const places = createPlaces(limitsAtReceiver);
  const dueCallbacks = goRound(places);
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
      if (!isDraining) await advanceResends(context, logger);
      while (!isDraining && (await goRoundOnce())) {
        // Until a round finds nothing that has room.
      }
    } catch (error) {
      logger.error({ err: error }, 'Callbacks could not be taken; trying again');
    }
    isLooking = false;
  }

  const timer = setInterval(() => {
    const isDue = performance.now() - lookedAt >= POLL_MS;
    const hasNews = database.commits() !== seenCommits || dueCallbacks.isLookingOn();
    if (!isLooking && (isDue || hasNews)) looking = look();
  }, TICK_MS);

  /**
   * Starts as many callbacks of each owner as there are slots; false if it started none, or no slot is left.
   */
  async function goRoundOnce(): Promise<boolean> {
    if (!(await hasDueCallbacks(database.query, clock.now()))) return false;
    let hasStarted = false;
    for (let isLast = false; !isLast; ) {
      if (isDraining || places.free() === 0) return false;
      const now = clock.now();
      const due = await dueCallbacks.next(database.query, now);
      hasStarted = (await startAll(due.chosen, now)) || hasStarted;
      isLast = due.isLast;
    }
    return hasStarted;
  }

  /** Claims the chosen callbacks and starts those it got; false if there were none. */
  async function startAll(chosen: readonly Callback[], now: number): Promise<boolean> {
    // Of no seed: two workers of one seed must not take each other's leases for their own.
    const claims = chosen.map((callback) => ({ callback, owner: randomUUID() }));
    const won = new Set<Callback>();
    try {
      // Every transaction counts as a commit, which would bring the next look at the next tick.
      if (chosen.length === 0 || isDraining) return false;
      const results = await database.transaction(async (transaction) => {
        const got = [];
        for (const claim of claims) {
          const lease = { owner: claim.owner, until: now + LEASE_MS };
          if (await claimCallback(transaction, claim.callback, lease)) got.push(claim);
        }
        return got;
      });
      for (const { callback, owner } of results) {
        won.add(callback);
        start(callback, owner);
      }
      return won.size > 0;
    } finally {
      for (const callback of chosen) {
        if (!won.has(callback)) places.giveBack(callOf(callback));
      }
    }
  }

  function start(callback: Callback, owner: string): void {
    const run = () => deliver(callback, owner);
    const attributes = { 'connect_apps.callback.sid': callback.sid };
    const attempt = (tracing?.root('deliver callback', attributes, run) ?? run())
      .catch((error: unknown) => {
        logger.error({ err: error, callbackSid: callback.sid }, 'An attempt could not be written');
      })
      .then(() => {
        places.giveBack(callOf(callback));
        underWay.delete(attempt);
      });
    underWay.add(attempt);
  }

  async function deliver(callback: Callback, owner: string): Promise<void> {
    const signed = await sign(context, database.query, callback);
    const startedAt = clock.now();
    const { method, sid: token, kind } = callback;
    const outcome = await client.send(
      requestOf(signed, { method, token, isTest: kind === 'test' }),
    );
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
    const { number: attempt, status, failure, durationMs } = settlement.attempt;
    context.report({
      name: 'callback_attempted',
      callbackSid: callback.sid,
      accountSid: callback.accountSid,
      connectAppSid: callback.connectAppSid,
      attempt,
      result,
      status,
      errorType: failure,
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
    async settle() {
      do {
        while (isLooking) await looking;
        looking = look();
        await looking;
        if (underWay.size === 0) return;
        await Promise.all(underWay);
      } while (!isDraining);
    },
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
