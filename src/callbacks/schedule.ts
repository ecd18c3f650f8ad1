/** When a callback that failed is tried again. */

import { type Callback, isRetried } from './callback.ts';

const SECOND_MS = 1_000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;

/** The pause before each attempt: Svix's schedule, a little more than 27 hours from first to last. */
const PAUSES_MS = [
  0,
  5 * SECOND_MS,
  5 * MINUTE_MS,
  30 * MINUTE_MS,
  2 * HOUR_MS,
  5 * HOUR_MS,
  10 * HOUR_MS,
  10 * HOUR_MS,
] as const;

/**
 * The maximum random share added to a delay, so that callbacks that failed together are not retried together.
 */
const SPREAD = 0.1;

/** The number of attempts that a callback gets. */
export const MAX_ATTEMPTS = PAUSES_MS.length;

/**
 * Returns how long to wait, in milliseconds, after `attemptsMade` attempts, or undefined when there is none
 * left. `random` gives numbers from 0 to below 1; with 0 the schedule is exact.
 */
export function nextAttemptDelayMs(attemptsMade: number, random: () => number): number | undefined {
  const pauseMs = PAUSES_MS[attemptsMade];
  return pauseMs === undefined ? undefined : Math.round(pauseMs * (1 + SPREAD * random()));
}

/**
 * What a callback is after an attempt that got this answer: any 2xx is success; everything else is tried again
 * as long as the schedule has attempts, if its kind is sent again.
 */
export function resultOf(
  { attemptsMade, kind }: Callback,
  status: number | null,
  now: number,
  random: () => number,
): Pick<Callback, 'status' | 'nextAttemptAt'> {
  if (status !== null && status >= 200 && status < 300) {
    return { status: 'delivered', nextAttemptAt: null };
  }
  const delayMs = isRetried(kind) ? nextAttemptDelayMs(attemptsMade + 1, random) : undefined;
  return delayMs === undefined
    ? { status: 'failed', nextAttemptAt: null }
    : { status: 'pending', nextAttemptAt: now + delayMs };
}

/** When the attempts that are left are made at the earliest, if each fails; none once a callback is settled. */
export function remainingAttempts({
  kind,
  attemptsMade,
  nextAttemptAt,
}: Pick<Callback, 'kind' | 'attemptsMade' | 'nextAttemptAt'>): number[] {
  if (nextAttemptAt === null) return [];
  const times = [nextAttemptAt];
  if (!isRetried(kind)) return times;
  let at = nextAttemptAt;
  for (const pauseMs of PAUSES_MS.slice(attemptsMade + 1)) {
    at += pauseMs;
    times.push(at);
  }
  return times;
}
