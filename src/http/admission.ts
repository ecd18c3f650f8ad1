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
/** The weight of earlier samples in the next one. */
const MEMORY = 0.7;

/** Too few requests to estimate the cost of one: the process has just started or was stalled. */
const FEW_REQUESTS = 10;

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
  let sampledAt = performance.now();
  const resourcesInUse = [eventLoop, ...resources].map(measureUse);

  function sample(now: number): void {
    for (const resource of resourcesInUse) resource.sample(now - sampledAt);
    recentRequests = recentRequests * MEMORY + ended;
    ended = 0;
    sampledAt = now;
  }

  return {
    mayBegin() {
      const now = performance.now();
      if (now - sampledAt > SAMPLE_MS) sample(now);
      if (recentRequests < FEW_REQUESTS) return true;
      const ahead = inProgress + readyCount();
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
  let isBusy = false;
  let recentMs = 0;
  let before = busyMs();
  return {
    sample(elapsedMs: number): void {
      const current = busyMs();
      const usedMs = (current - before) / count;
      before = current;
      isBusy = usedMs > BUSY * elapsedMs;
      recentMs = recentMs * MEMORY + usedMs;
    },
    /** The time that recent requests needed of it; 0 while it is not fully used. */
    costMs: () => (isBusy ? recentMs : 0),
  };
}
