/**
 * Requests to other people's URLs, sent so that they reach nothing that only this machine or its
 * network should reach. No redirects, no proxy of the environment, no connection used twice.
 * test/outgoing/ssrf.test.ts and hostile-receivers.test.ts hold it to that.
 */

import { lookup as lookupHost } from 'node:dns/promises';
import { parseNetworks } from '../network.ts';
import { exchange, type OutgoingRequest, type ReadingRules } from './exchange.ts';
import {
  type ConnectionRules,
  type Lookup,
  openConnection,
  resolveAllowed,
} from './open-connection.ts';
import { type Failure, type FailureReason, failure, type Outcome } from './outcome.ts';
import { parseTarget } from './target.ts';

export interface GuardedClientOptions {
  /** CIDR blocks that may be reached although the table forbids them. */
  allowedNetworks: readonly string[];
  /** How names are resolved; the system's resolver when absent. */
  lookup?: Lookup;
  /** For an attempt in all, from DNS to the last byte of the answer. */
  timeoutMs?: number;
  maxResponseBytes?: number;
  /** For a caller who reads bodies: how much of one is kept. A kilobyte, to show, when absent. */
  keptBodyBytes?: number;
}

export interface GuardedClient {
  /** Makes one attempt and returns its result; never rejects. */
  send(request: OutgoingRequest): Promise<Outcome & { durationMs: number }>;
  /** Finds what would keep a request from being sent to this URL now: nothing is sent. Never rejects. */
  findObstacle(url: string): Promise<Failure | undefined>;
  /** Ends every attempt in flight, which becomes `cancelled`, and makes no other. */
  close(): void;
}

/** Creates a client; raises `setting_invalid` if `allowedNetworks` contains an invalid network. */
export function createGuardedClient({
  allowedNetworks,
  lookup = (hostname) => lookupHost(hostname, { all: true, order: 'verbatim' }),
  timeoutMs = 15_000,
  maxResponseBytes = 65_536,
  keptBodyBytes,
}: GuardedClientOptions): GuardedClient {
  const allowed = parseNetworks(allowedNetworks);
  const stops = new Set<(reason: FailureReason) => void>();
  let isClosed = false;

  return {
    async send(request) {
      if (isClosed) return { ...failure('cancelled'), durationMs: 0 };
      const startedAt = performance.now();
      const attempt = new AbortController();
      let stoppedBy: FailureReason | undefined;
      const stop = (reason: FailureReason) => {
        stoppedBy ??= reason;
        attempt.abort();
      };
      const timer = setTimeout(stop, timeoutMs, 'timed_out');
      stops.add(stop);

      const rules = { allowedNetworks: allowed, lookup, signal: attempt.signal };
      const outcome = await sendOnce(request, rules, { maxResponseBytes, keptBodyBytes });

      clearTimeout(timer);
      stops.delete(stop);
      // Closes what is still open, however the attempt ended.
      attempt.abort();
      const durationMs = Math.round(performance.now() - startedAt);
      return stoppedBy !== undefined && !outcome.answered
        ? { ...failure(stoppedBy), durationMs }
        : { ...outcome, durationMs };
    },
    async findObstacle(url) {
      const target = parseTarget(url);
      if ('reason' in target) return target;
      const signal = AbortSignal.timeout(timeoutMs);
      const found = await resolveAllowed(target, { allowedNetworks: allowed, lookup, signal });
      return 'reason' in found ? found : undefined;
    },
    close() {
      isClosed = true;
      for (const stop of stops) stop('cancelled');
    },
  };
}

async function sendOnce(
  request: OutgoingRequest,
  rules: ConnectionRules,
  limits: Omit<ReadingRules, 'signal'>,
): Promise<Outcome> {
  const target = parseTarget(request.url);
  if ('reason' in target) return target;
  const connection = await openConnection(target, rules);
  if ('reason' in connection) return connection;
  return exchange(connection, target, request, { ...limits, signal: rules.signal });
}
