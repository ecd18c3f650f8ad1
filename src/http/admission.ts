/**
 * Decides which requests an overloaded process begins. The recent cost of a request and the number in
 * progress give the time that the next one would wait. If that is too long, the request is refused while this
 * is still cheap.
 */

import { performance } from 'node:perf_hooks';

/** How long a request may wait for those that came before it. */
const WAIT_MS = 250;
/** A resource that is sometimes idle is not overloaded, no matter what recent requests cost. */
const BUSY = 0.9;
const SAMPLE_MS = 100;
/** A process that has just started, or was stopped for a moment, catches up in less. */
const BUSY_SAMPLES = 2;
/** Requests keep samples short. One that is longer was a single turn: of work, or of a process that got no time. */
const LONG_SAMPLE_MS = 3 * SAMPLE_MS;
/** The weight of earlier samples in the next one. */
const MEMORY = 0.7;

/** Too few requests to estimate the cost of one: the process has just started. */
const FEW_REQUESTS = 10;
/** Fewer in progress are no flood, whatever the first requests of a process on a busy machine cost. */
const MANY_IN_PROGRESS = 16;

/** What requests wait for. */
export interface Resource {
  /** How many requests can use it at once. */
  readonly count: number;
  /** How long it has been in use so far, in milliseconds, summed over simultaneous users. */
  busyMs(): number;
}

/** The CPU, as far as one Node.js process can use it. */
const eventLoop: Resource = {
  count: 1,
  busyMs: () => performance.eventLoopUtilization().active,
};

export interface Admission {
  /** Whether a request that has just arrived should begin. */
  mayBegin(): boolean;
  /** Is called when the work on a request begins. */
  begin(): void;
  /** Is called when its response is ready. */
  end(): void;
}

/**
 * Creates the admission check for the event loop of this process and other resources of its requests.
 * `readyCount` returns how many requests have not begun because others had their turn.
 */
export function createAdmission(
  resources: readonly Resource[],
  readyCount: () => number,
): Admission {
  let inProgress = 0;
  let ended = 0;
  let recentRequests = 0;
  /** Undefined before the first request: what the process did until then was no work on requests. */
  let sampledAt: number | undefined;
  let wasLong = false;
  const loop = measureUse(eventLoop);
  const resourcesInUse = [loop, ...resources.map(measureUse)];

  function sample(now: number): void {
    const elapsedMs = now - (sampledAt ?? now);
    const isLong = elapsedMs > LONG_SAMPLE_MS && loop.isBusyFor(elapsedMs);
    // One long sample alone does not count: a process that was stopped for a moment has room.
    const counts = sampledAt !== undefined && (!isLong || wasLong);
    for (const resource of resourcesInUse) resource.sample(elapsedMs, counts);
    if (counts) recentRequests = recentRequests * MEMORY + ended;
    wasLong = isLong;
    ended = 0;
    sampledAt = now;
  }

  return {
    mayBegin() {
      const now = performance.now();
      if (sampledAt === undefined || now - sampledAt > SAMPLE_MS) sample(now);
      const ahead = inProgress + readyCount();
      if (ahead < MANY_IN_PROGRESS || recentRequests < FEW_REQUESTS) return true;
      return resourcesInUse.every(
        (resource) => (ahead * resource.costMs()) / recentRequests <= WAIT_MS,
      );
    },
    begin() {
      inProgress += 1;
    },
    end() {
      inProgress -= 1;
      ended += 1;
    },
  };
}

/** Measures how one resource is used. */
function measureUse({ count, busyMs }: Resource) {
  /** For how many samples in a row it has been in use nearly all of the time. */
  let busySamples = 0;
  let recentMs = 0;
  let before = busyMs();
  return {
    /** Whether it has been in use for nearly all of the time since the last sample. */
    isBusyFor: (elapsedMs: number) => (busyMs() - before) / count > BUSY * elapsedMs,
    /** Begins the next sample, and counts the one that ends if `counts`. */
    sample(elapsedMs: number, counts: boolean): void {
      const current = busyMs();
      const usedMs = (current - before) / count;
      before = current;
      if (!counts) return;
      busySamples = usedMs > BUSY * elapsedMs ? busySamples + 1 : 0;
      recentMs = recentMs * MEMORY + usedMs;
    },
    /** The time that recent requests needed of it; 0 while it is not fully used. */
    costMs: () => (busySamples >= BUSY_SAMPLES ? recentMs : 0),
  };
}
