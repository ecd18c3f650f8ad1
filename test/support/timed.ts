/**
 * How long something took, less the time in which the machine itself stood still: tests of a promised
 * time must not fail because a shared machine was busy with something else. What blocks the event loop
 * of this process is not taken off.
 */

import { setTimeout } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';

const shared = new SharedArrayBuffer(Float64Array.BYTES_PER_ELEMENT);
const stalledMs = new Float64Array(shared);
new Worker(new URL('./stall-watch.ts', import.meta.url), { workerData: shared }).unref();
/** A stall is known when the watch has had its turn again. */
const TURN_MS = 30;

/** Waits for `work` and tells how long it took. */
export async function timed<T>(work: () => Promise<T>): Promise<{ result: T; durationMs: number }> {
  const before = stalledMs[0] ?? 0;
  const begun = performance.now();
  const result = await work();
  const tookMs = performance.now() - begun;
  if (tookMs > TURN_MS) await setTimeout(TURN_MS);
  return { result, durationMs: tookMs - ((stalledMs[0] ?? 0) - before) };
}
