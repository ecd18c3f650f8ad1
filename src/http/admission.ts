/**
 * Which requests an overloaded process begins. It knows what a request cost of late and how many have
 * begun and not ended, and so how long the next would wait: when that is too long it is refused, while
 * it is still cheap.
 */

import { type EventLoopUtilization, performance } from 'node:perf_hooks';

/** How long a request may wait for those that came before it. */
const WAIT_MS = 250;
/** A process that has time left is not overloaded, whatever the last requests cost. */
const BUSY = 0.9;
const SAMPLE_MS = 100;
/** How much of what was known stays true from one sample to the next. */
const MEMORY = 0.7;

/** So few say nothing of what a request costs: a process that has just started, or been held up. */
const FEW_REQUESTS = 10;

export interface Admission {
  /** Says whether a request that has just come in should begin. */
  mayBegin(): boolean;
  /** Is called when the work on a request begins. */
  begin(): void;
  /** Is called when its answer is ready. */
  end(): void;
}

/** Makes what watches over the event loop of this process. */
export function createAdmission(): Admission {
  let inProgress = 0;
  let ended = 0;
  let recentMs = 0;
  let recentRequests = 0;
  let isBusy = false;
  let before: EventLoopUtilization = performance.eventLoopUtilization();
  let sampledAt = performance.now();

  function sample(now: number): void {
    const current = performance.eventLoopUtilization();
    const { active, utilization } = performance.eventLoopUtilization(current, before);
    isBusy = utilization > BUSY;
    recentMs = recentMs * MEMORY + active;
    recentRequests = recentRequests * MEMORY + ended;
    ended = 0;
    before = current;
    sampledAt = now;
  }

  return {
    mayBegin() {
      const now = performance.now();
      if (now - sampledAt > SAMPLE_MS) sample(now);
      if (!isBusy || recentRequests < FEW_REQUESTS) return true;
      return (inProgress * recentMs) / recentRequests <= WAIT_MS;
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
