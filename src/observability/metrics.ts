/** What /metrics shows. Labels are routes, methods and statuses: never a SID, never a text. */

import cluster from 'node:cluster';
import { Counter, collectDefaultMetrics, Histogram, Registry } from 'prom-client';
import { oncePerSecond } from './once-per-second.ts';
import { shareMetrics } from './worker-metrics.ts';

const CALLBACK_RESULTS = ['delivered', 'retried', 'failed'] as const;
/** What became of an attempt to deliver a callback; nobody tries again after `failed`. */
export type CallbackResult = (typeof CALLBACK_RESULTS)[number];

export interface Metrics {
  /** Counts one answered request. */
  observeRequest(route: string, method: string, status: number, durationMs: number): void;
  /** Counts one statement. */
  observeQuery(durationMs: number): void;
  /** Counts one attempt to deliver a callback. */
  observeCallback(result: CallbackResult): void;
  /** Counts one decision for a gateway, by the name of its reason. */
  observeDecision(decision: 'allow' | 'deny', reason: string, durationMs: number): void;
  /** Counts requests that came and of which the record of requests holds no row and no count. */
  observeUnrecorded(count: number): void;
  /** The text of the Prometheus exposition format 0.0.4, at most a second old. */
  text(): Promise<string>;
  contentType: string;
}

interface Series {
  observe(seconds: number): void;
}

/**
 * Makes the metrics of one server, and with `ofProcess` those of the whole process: event-loop lag, memory
 * and garbage collection. What watches them never ends, so only a server that the process lives for has them.
 */
export function createMetrics({ ofProcess = false } = {}): Metrics {
  const registry = new Registry();
  if (ofProcess) collectDefaultMetrics({ register: registry });
  const requests = new Histogram({
    name: 'connect_apps_http_request_duration_seconds',
    help: 'Requests answered, by route, method and status.',
    labelNames: ['route', 'method', 'status'],
    buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10],
    registers: [registry],
  });
  const queries = new Histogram({
    name: 'connect_apps_database_query_duration_seconds',
    help: 'Statements run by the database.',
    buckets: [0.0001, 0.0005, 0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5],
    registers: [registry],
  });
  const everyQuery = queries.labels();
  const callbacks = new Counter({
    name: 'connect_apps_callback_attempts_total',
    help: 'Callback delivery attempts by result: delivered, retried, or failed for good.',
    labelNames: ['result'],
    registers: [registry],
  });
  // From the start, or the first that fails would not be seen to rise.
  for (const result of CALLBACK_RESULTS) callbacks.inc({ result }, 0);
  const decisions = new Counter({
    name: 'connect_decisions_total',
    help: 'Decisions for gateways, by decision and reason.',
    labelNames: ['decision', 'reason'],
    registers: [registry],
  });
  const decisionTimes = new Histogram({
    name: 'connect_decisions_seconds',
    help: 'The time that decisions for gateways took.',
    buckets: [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.25, 1],
    registers: [registry],
  });
  const unrecorded = new Counter({
    name: 'connect_apps_requests_unrecorded_total',
    help: 'Requests missing from the record that the console shows: the database was away or too slow.',
    registers: [registry],
  });
  if (cluster.isWorker) shareMetrics(registry);
  // By parts, since a name put together would cost each request more than the look-ups.
  const series = new Map<string, Map<string, Map<number, Series>>>();
  return {
    observeRequest(route, method, status, durationMs) {
      let known = series.get(route)?.get(method)?.get(status);
      if (known === undefined) {
        known = requests.labels({ route, method, status });
        const methods = series.get(route) ?? new Map<string, Map<number, Series>>();
        const statuses = methods.get(method) ?? new Map<number, Series>();
        series.set(route, methods.set(method, statuses.set(status, known)));
      }
      known.observe(durationMs / 1000);
    },
    observeQuery: (durationMs) => everyQuery.observe(durationMs / 1000),
    observeDecision(decision, reason, durationMs) {
      decisions.inc({ decision, reason });
      decisionTimes.observe(durationMs / 1000);
    },
    observeUnrecorded: (count) => unrecorded.inc(count),
    observeCallback: (result) => callbacks.inc({ result }),
    text: oncePerSecond(() => registry.metrics()),
    contentType: registry.contentType,
  };
}
