/**
 * What grows with time is removed with time, by itself: callbacks with their attempts, messages and calls of stand-ins,
 * resends, runs of Try the flow, sessions, links that let somebody in, the record of requests, and the last traces of
 * deleted Connect Apps. The audit trail stays, but for addresses.
 */

import { setTimeout as pause } from 'node:timers/promises';
import { forgetAddresses } from '../audit/store.ts';
import {
  BEFORE_ALL_ENDED,
  deleteEnded,
  type EndedKey,
  findPurgeable,
} from '../authorizations/purge-store.ts';
import { purgeResends } from '../callbacks/resend-store.ts';
import { purgeCallbacks } from '../callbacks/store.ts';
import { purgeUrlChecks } from '../connect-apps/url-check-store.ts';
import type { Context } from '../context.ts';
import { removeLeftRuns } from '../flow-runs/operations.ts';
import { purgeRuns } from '../flow-runs/store.ts';
import type { Logger } from '../observability/logger.ts';
import { purgeCounts } from '../requests/count-store.ts';
import { purgeLastUses } from '../requests/last-use-store.ts';
import {
  findAccountWithRequestsAfter,
  hasTooManyRequests,
  purgeRequests,
  trimRequests,
} from '../requests/purge-store.ts';
import type { CountUnit } from '../requests/request.ts';
import { purgeStandIns } from '../stand-ins/store.ts';
import type { Queryable } from '../storage/database.ts';
import { purgeInvitations } from '../users/invitation-store.ts';
import { purgeResets } from '../users/reset-store.ts';
import { purgeSessions } from '../users/session-store.ts';

/** A process that has just started has other work. */
const FIRST_MS = 5000;
const HOUR_MS = 60 * 60 * 1000;
/** The API's documentation promises 30 days: a day less, so that all is gone by then. */
const KEPT_MS = 29 * 24 * HOUR_MS;
const DAY_MS = 24 * HOUR_MS;
const REQUESTS_KEPT_MS = 3 * DAY_MS;
/** Counters hold no personal data; they are kept for as long as a chart shows them. */
const COUNTS_KEPT_MS: Readonly<Record<CountUnit, number>> = {
  minute: 3 * HOUR_MS,
  hour: 8 * DAY_MS,
  day: 90 * DAY_MS,
};
const LAST_USES_KEPT_MS = 90 * DAY_MS;
/** How long the audit trail knows from which address a change came; docs/operating.md promises it. */
const ADDRESSES_KEPT_MS = 90 * 24 * HOUR_MS;
/** Rows a transaction, so that nobody waits long: an embedded database is written by the thread that answers. */
const CHUNK = 100;

/** Removes everything that is due for deletion, in chunks, until done or until `signal` aborts. */
export async function purge(context: Context, signal?: AbortSignal): Promise<void> {
  const { database, clock } = context;
  const now = clock.now();
  for (const [removeSome, before] of [
    [purgeCallbacks, now - KEPT_MS],
    [purgeStandIns, now - KEPT_MS],
    [purgeResends, now - KEPT_MS],
    [purgeRuns, now - KEPT_MS],
    [purgeUrlChecks, now - KEPT_MS],
    [purgeSessions, now],
    [purgeRequests, now - REQUESTS_KEPT_MS],
    [countsOf('minute'), now - COUNTS_KEPT_MS.minute],
    [countsOf('hour'), now - COUNTS_KEPT_MS.hour],
    [countsOf('day'), now - COUNTS_KEPT_MS.day],
    [purgeLastUses, now - LAST_USES_KEPT_MS],
    [purgeInvitations, now],
    [purgeResets, now],
    [forgetAddresses, now - ADDRESSES_KEPT_MS],
  ] as const) {
    await inChunks(
      () => database.transaction((transaction) => removeSome(transaction, before, CHUNK)),
      signal,
    );
    if (signal?.aborted) return;
  }
  await trimRecords(context, signal);
  await inChunks(() => removeLeftRuns(context, CHUNK), signal);
  if (signal?.aborted) return;
  await purgeAuthorizations(context, now - KEPT_MS, signal);
  if (signal?.aborted) return;
  await database.forget();
}

/**
 * Takes chunks until one is not full or `signal` aborts. After each it rests for as long as the chunk took: however much
 * is due, requests have half of the time, and more.
 */
async function inChunks(take: () => Promise<number>, signal?: AbortSignal): Promise<void> {
  while (!signal?.aborted) {
    const begun = performance.now();
    if ((await take()) < CHUNK) return;
    await pause(performance.now() - begun);
  }
}

function countsOf(unit: CountUnit) {
  return (query: Queryable, before: number, limit: number) =>
    purgeCounts(query, unit, before, limit);
}

/** Removes what accounts have beyond the requests that each keeps. */
async function trimRecords({ database }: Context, signal?: AbortSignal): Promise<void> {
  let accountSid = await findAccountWithRequestsAfter(database.query, '');
  while (accountSid !== undefined && !signal?.aborted) {
    const sid: string = accountSid;
    await inChunks(() => trimUnlessShort(database, sid), signal);
    accountSid = await findAccountWithRequestsAfter(database.query, sid);
  }
}

/** Most accounts have few: those are only read, without the lock that writers wait for. */
async function trimUnlessShort(database: Context['database'], sid: string): Promise<number> {
  if (!(await hasTooManyRequests(database.query, sid))) return 0;
  return database.append((transaction) => trimRequests(transaction, sid, CHUNK));
}

/**
 * Most ended authorizations can still be renewed and stay, so they are read without the lock that writers
 * wait for.
 */
async function purgeAuthorizations(
  { database }: Context,
  before: number,
  signal?: AbortSignal,
): Promise<void> {
  let after: EndedKey = BEFORE_ALL_ENDED;
  await inChunks(async () => {
    const { keys, next } = await findPurgeable(database.query, before, CHUNK, after);
    if (keys.length > 0) {
      await database.transaction((transaction) => deleteEnded(transaction, keys));
    }
    if (next === undefined) return 0;
    after = next;
    return CHUNK;
  }, signal);
}

export interface Purging {
  /** When it last ended, and whether it was done; undefined before the first time. */
  last(): { at: number; isWell: boolean } | undefined;
  /** When it was last done; before the first time, when it began. */
  lastSuccess(): number;
  /** Purges once more, and resolves when it is done. */
  now(): Promise<void>;
  /** Stops it after the current chunk. */
  stop(): Promise<void>;
}

/** Purges soon, and then every hour until it is stopped; a failure is logged and tried again in an hour. */
export function startPurging(context: Context, logger: Logger): Purging {
  const stopping = new AbortController();
  let running = Promise.resolve();
  let last: { at: number; isWell: boolean } | undefined;
  let lastSuccess = context.clock.now();
  const run = () => {
    running = purge(context, stopping.signal)
      .then(() => true)
      .catch((error: unknown) => {
        logger.error({ err: error }, 'The purge failed; trying again in an hour');
        return false;
      })
      .then((isWell) => {
        last = { at: context.clock.now(), isWell };
        if (isWell) lastSuccess = last.at;
      });
  };
  const first = setTimeout(run, FIRST_MS);
  const timer = setInterval(run, HOUR_MS);
  return {
    last: () => last,
    lastSuccess: () => lastSuccess,
    async now() {
      await running;
      run();
      await running;
    },
    async stop() {
      clearTimeout(first);
      clearInterval(timer);
      stopping.abort();
      await running;
    },
  };
}
