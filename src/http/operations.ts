/** For operators: whether the server is alive, whether it should get requests, and what it has done. */

import type {} from '@fastify/swagger';
import type { FastifyInstance } from 'fastify';
import type { Metrics } from '../observability/metrics.ts';
import { oncePerSecond } from '../observability/once-per-second.ts';
import type { Database } from '../storage/database.ts';

/** How long readiness waits for the database. */
const READY_TIMEOUT_MS = 2000;

export interface OperationsParts {
  database: Database;
  isDraining: () => boolean;
  /** What /metrics shows; there is none without it. */
  metrics: Metrics | undefined;
}

/** Adds /healthz, /readyz and /metrics. However many ask, they cost a question each second. */
export function addOperationsRoutes(
  server: FastifyInstance,
  { database, isDraining, metrics }: OperationsParts,
): void {
  const hidden = { schema: { hide: true }, config: { isAlwaysAnswered: true } };
  const isAnswering = oncePerSecond(() => answersInTime(database));
  server.get('/healthz', hidden, async () => ({ status: 'ok' }));
  server.get('/readyz', hidden, async (_, reply) => {
    const isReady = !isDraining() && (await isAnswering());
    return reply.code(isReady ? 200 : 503).send({ status: isReady ? 'ready' : 'not ready' });
  });
  if (metrics === undefined) return;
  server.get('/metrics', hidden, async (_, reply) => {
    return reply.header('content-type', metrics.contentType).send(await metrics.text());
  });
}

async function answersInTime(database: Database): Promise<boolean> {
  const timeout = AbortSignal.timeout(READY_TIMEOUT_MS);
  const late = new Promise<false>((resolve) => {
    timeout.addEventListener('abort', () => resolve(false), { once: true });
  });
  const answer = database.ping().then(
    () => true,
    () => false,
  );
  return Promise.race([answer, late]);
}
