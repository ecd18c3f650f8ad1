/** What /metrics shows. Labels are routes, methods and statuses: never a SID, never a text. */

import cluster from 'node:cluster';
import { collectDefaultMetrics, Histogram, Registry } from 'prom-client';
import { shareMetrics } from './worker-metrics.ts';

export interface Metrics {
  /** Counts one answered request. */
  observeRequest(route: string, method: string, status: number, durationMs: number): void;
  /** Counts one statement. */
  observeQuery(durationMs: number): void;
  /** The text of the Prometheus exposition format 0.0.4; of all workers, in one of them. */
  text(): Promise<string>;
  contentType: string;
}

/** Makes the metrics of one server. */
export function createMetrics(): Metrics {
  const registry = new Registry();
  // Event-loop lag, memory and garbage collection.
  collectDefaultMetrics({ register: registry });
  const requests = new Histogram({
    name: 'connect_apps_http_request_duration_seconds',
    help: 'Answered requests by route, method and status.',
    labelNames: ['route', 'method', 'status'],
    buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10],
    registers: [registry],
  });
  const queries = new Histogram({
    name: 'connect_apps_database_query_duration_seconds',
    help: 'Statements that the database ran.',
    buckets: [0.0001, 0.0005, 0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5],
    registers: [registry],
  });
  const series = new Map<string, { observe(seconds: number): void }>();
  return {
    observeRequest(route, method, status, durationMs) {
      const name = `${method} ${status} ${route}`;
      const known = series.get(name) ?? requests.labels({ route, method, status });
      series.set(name, known);
      known.observe(durationMs / 1000);
    },
    observeQuery: (durationMs) => queries.observe(durationMs / 1000),
    text: cluster.isWorker ? shareMetrics(registry) : () => registry.metrics(),
    contentType: registry.contentType,
  };
}
