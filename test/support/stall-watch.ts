/** Runs in a thread of its own, and counts the time in which even that got nothing done. */

import { setInterval } from 'node:timers';
import { workerData } from 'node:worker_threads';

const TICK_MS = 10;
/** Less is the usual unpunctuality of timers. */
const STALL_MS = 40;

const stalledMs = new Float64Array(workerData);
let before = performance.now();
setInterval(() => {
  const now = performance.now();
  const lateMs = now - before - TICK_MS;
  if (lateMs > STALL_MS) stalledMs[0] = (stalledMs[0] ?? 0) + lateMs;
  before = now;
}, TICK_MS);
