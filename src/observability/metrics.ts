/** What /metrics shows. Labels are routes, methods and statuses: never a SID, never a text. */

import cluster from 'node:cluster';
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import { CALLBACK_RESULTS, type DomainEvent, SIGN_IN_RESULTS } from './events.ts';
import { oncePerSecond } from './once-per-second.ts';
import { shareMetrics } from './worker-metrics.ts';

/** What is read when somebody looks: of the database, and so the same in every process. */
export interface State {
  /** How long the callback that is due for longest has been due; 0 when none is. */
  oldestDueCallbackMs: number;
  /** Callbacks that were given up; of many, the bound to which they are counted. */
  failedCallbacks: number;
  /** When this process last purged what is kept no longer, or has begun to; undefined before. */
  purgedAt: number | undefined;
}

export interface Metrics {
  /** Counts one answered request. */
  observeRequest(route: string, method: string, status: number, durationMs: number): void;
  /** Counts one statement. */
  observeQuery(durationMs: number): void;
  /** Counts what happened. */
  observeEvent(event: DomainEvent): void;
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

export interface MetricsParts {
  version: string;
  /** Asked at most once a second; where it fails, /metrics goes without what it would have shown. */
  readState: () => Promise<State>;
  /** Whether the process lives for this server. */
  ofProcess?: boolean;
}

/**
 * Makes the metrics of one server, and with `ofProcess` those of the whole process: event-loop lag, memory
 * and garbage collection. What watches them never ends, so only a server that the process lives for has them.
 */
export function createMetrics({ version, readState, ofProcess = false }: MetricsParts): Metrics {
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
  const everyDecision = decisionTimes.labels();
  // What is refused has a reason of its own, and what is allowed one for all.
  const decisionSeries = new Map<string, Counter.Internal>();
  const unrecorded = new Counter({
    name: 'connect_apps_requests_unrecorded_total',
    help: 'Requests missing from the record that the console shows: the database was away or too slow.',
    registers: [registry],
  });
  const authorizations = new Counter({
    name: 'connect_apps_authorizations_total',
    help: 'Decisions of customers by event: authorized, refused, or revoked, also by a deleted app or a closed account.',
    labelNames: ['event'],
    registers: [registry],
  });
  for (const event of ['authorized', 'refused', 'revoked']) authorizations.inc({ event }, 0);
  const signIns = new Counter({
    name: 'connect_apps_sign_ins_total',
    help: 'Attempts of people to sign in, or to confirm their password, by result.',
    labelNames: ['result'],
    registers: [registry],
  });
  for (const result of SIGN_IN_RESULTS) signIns.inc({ result }, 0);
  new Gauge({
    name: 'connect_apps_build_info',
    help: 'Always 1; the labels name the versions of connect-apps and of Node.js.',
    labelNames: ['version', 'node'],
    registers: [registry],
    aggregator: 'first',
  }).set({ version, node: process.versions.node }, 1);
  const state = oncePerSecond(readState);
  const addGauge = (name: string, help: string, pick: (state: State) => number | undefined) =>
    new Gauge({
      name,
      help,
      registers: [registry],
      // Every process reads the same.
      aggregator: 'max',
      async collect() {
        const value = await state().then(pick, () => undefined);
        if (value === undefined) this.remove();
        else this.set(value);
      },
    });
  addGauge(
    'connect_apps_callback_oldest_due_seconds',
    'How long the oldest callback that is due has been waiting for its attempt; 0 when none is due.',
    ({ oldestDueCallbackMs }) => oldestDueCallbackMs / 1000,
  );
  addGauge(
    'connect_apps_callbacks_failed',
    'Callbacks that were given up, and that nobody has sent again; counted up to 1,000.',
    ({ failedCallbacks }) => failedCallbacks,
  );
  addGauge(
    'connect_apps_purge_last_success_timestamp_seconds',
    'When old data was last purged; before the first time, when the server started.',
    ({ purgedAt }) => purgedAt && purgedAt / 1000,
  );
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
      let known = decisionSeries.get(reason);
      if (known === undefined) {
        known = decisions.labels({ decision, reason });
        decisionSeries.set(reason, known);
      }
      known.inc();
      everyDecision.observe(durationMs / 1000);
    },
    observeUnrecorded: (count) => unrecorded.inc(count),
    observeEvent(event) {
      switch (event.name) {
        case 'callback_attempted':
          return callbacks.inc({ result: event.result });
        case 'sign_in_tried':
          return signIns.inc({ result: event.result });
        case 'revoked':
          return authorizations.inc({ event: event.name }, event.count);
        default:
          return authorizations.inc({ event: event.name });
      }
    },
    text: oncePerSecond(() => registry.metrics()),
    contentType: registry.contentType,
  };
}
