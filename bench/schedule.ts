/**
 * Load on a schedule: each request begins when its time has come, whether or not earlier ones have their
 * answers, as requests of many people do. Times count from when a request should have begun, so that a
 * server that is late is not asked less, and what waits here for a connection is not forgotten.
 */

import { setImmediate } from 'node:timers/promises';
import { Pool } from 'undici';
import type { Load } from './load.ts';
import type { Subject } from './subject.ts';

/** How long is waited for the last answers. */
const LAST_MS = 2000;

export interface Scheduled {
  answeredPerSecond: number;
  refusedPerSecond: number;
  errors: number;
  /** Requests that had no answer two seconds after the end. */
  unanswered: number;
  p50Ms: number;
  p99Ms: number;
  p999Ms: number;
  /** Of those that were refused. */
  refusedP99Ms: number;
}

/** Asks `rate` times a second, evenly spread. */
export async function measureOnSchedule(
  subject: Subject,
  { targets, method = 'GET', headers = {}, body = '', seconds, connections }: Load,
  rate: number,
): Promise<Scheduled> {
  const pool = new Pool(`http://127.0.0.1:${subject.port}`, { connections, pipelining: 1 });
  // A new connection waits for its turn with the server, which is not what is measured here.
  await Promise.all(
    Array.from({ length: connections }, async () => {
      const { body: answer } = await pool.request({ method: 'GET', path: '/healthz' });
      await answer.dump();
    }),
  );
  const requests = targets.map((target) => ({
    method,
    path: target.path,
    headers: { ...target.headers, ...headers },
    ...(method === 'POST' && { body }),
  }));
  const answered: number[] = [];
  const refused: number[] = [];
  let errors = 0;
  const count = Math.round(rate * seconds);
  const begun = performance.now();

  function startRequest(number: number): void {
    const plannedAt = begun + (number * 1000) / rate;
    const request = requests[number % requests.length];
    if (request === undefined) throw new Error('There are no requests to make');
    let status = 0;
    pool.dispatch(request, {
      onRequestStart: () => {},
      onResponseStart: (_, code) => {
        status = code;
      },
      onResponseData: () => {},
      onResponseEnd: () => {
        (status < 400 ? answered : refused).push(performance.now() - plannedAt);
      },
      onResponseError: () => {
        errors += 1;
      },
    });
  }

  for (let asked = 0; asked < count; await setImmediate()) {
    const due = Math.min(count, ((performance.now() - begun) * rate) / 1000);
    for (; asked < due; asked += 1) startRequest(asked);
  }
  const ended = performance.now();
  const isOver = () => answered.length + refused.length + errors === count;
  while (!isOver() && performance.now() < ended + LAST_MS) await setImmediate();
  const unanswered = count - answered.length - refused.length - errors;
  const figures = {
    answeredPerSecond: answered.length / seconds,
    refusedPerSecond: refused.length / seconds,
    errors,
    unanswered,
    p50Ms: quantile(answered, 0.5),
    p99Ms: quantile(answered, 0.99),
    p999Ms: quantile(answered, 0.999),
    refusedP99Ms: quantile(refused, 0.99),
  };
  await pool.destroy();
  return figures;
}

function quantile(values: readonly number[], part: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(part * sorted.length))] ?? Number.NaN;
}
