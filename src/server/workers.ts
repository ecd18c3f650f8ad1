/**
 * `serve --workers N`: N processes of the same command, each listening on the same port. The process
 * that starts them answers no request: it replaces a worker that ends, and passes signals on.
 */

import cluster, { type Worker } from 'node:cluster';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { setTimeout } from 'node:timers/promises';
import type { Logger } from '../observability/logger.ts';
import { type MetricsServer, startMetricsServer } from '../observability/metrics-server.ts';
import { Problem } from '../problem.ts';
import type { Config } from './config.ts';
import { nameListenError, onHangUp } from './run.ts';

/**
 * The delay before a worker is replaced, so that a worker that fails immediately does not restart in a tight
 * loop.
 */
const REPLACE_DELAY_MS = 500;
const LISTENING = 'connect-apps:listening';

interface Started {
  /** Undefined when it could not be started. */
  worker: Worker | undefined;
  gone: Promise<void>;
}

/** In a worker: notifies the parent that it is listening. */
export function sayListening(): void {
  process.send?.(LISTENING);
}

/**
 * Starts the workers, calls `onListening` when all answer, serves their metrics, and resolves after SIGINT or SIGTERM, when
 * all have ended. Raises `setting_invalid` when the port cannot be had, and `worker_failed` when a
 * worker cannot start: it has said why itself.
 */
export async function runWorkers(
  config: Config,
  logger: Logger,
  onListening: (port: number) => void,
): Promise<void> {
  const port = await findPort(config);
  cluster.setupPrimary({ args: [...process.argv.slice(2), '--port', String(port)] });
  const metricsServer = await serveMetrics(config, logger);
  const running = new Set<Worker>();
  let isStopping = false;
  const tell = (signal: NodeJS.Signals) => {
    for (const worker of running) worker.process.kill(signal);
  };
  const stop = (signal: NodeJS.Signals) => {
    isStopping = true;
    tell(signal);
  };
  process.on('SIGINT', stop);
  process.on('SIGTERM', stop);
  onHangUp(
    () => stop('SIGTERM'),
    () => tell('SIGHUP'),
  );

  function start(): Started {
    try {
      const worker = cluster.fork();
      running.add(worker);
      const gone = endOf(worker, logger).finally(() => running.delete(worker));
      return { worker, gone };
    } catch (error) {
      logger.error({ err: error }, 'A worker could not be started');
      return { worker: undefined, gone: Promise.resolve() };
    }
  }

  async function replaceWhenGone(started: Started): Promise<void> {
    let { worker, gone } = started;
    for (;;) {
      await gone;
      if (isStopping) return;
      logger.error({ worker: worker?.id }, 'A worker ended; starting another');
      await setTimeout(REPLACE_DELAY_MS);
      if (isStopping) return;
      ({ worker, gone } = start());
    }
  }

  const workers: Started[] = [];
  // One after the other, so that an error is printed only once.
  while (workers.length < config.workers && !isStopping) {
    const started = start();
    workers.push(started);
    if ((await isListening(started)) || isStopping) continue;
    stop('SIGTERM');
    await Promise.all(workers.map(({ gone }) => gone));
    await metricsServer?.close();
    throw new Problem('worker_failed', 'A worker could not start. The reason is printed above.');
  }
  if (!isStopping) onListening(port);
  await Promise.all(workers.map(replaceWhenGone));
  await metricsServer?.close();
}

async function serveMetrics(config: Config, logger: Logger): Promise<MetricsServer | undefined> {
  if (config.metricsPort === undefined) return undefined;
  const { addUpMetrics } = await import('../observability/worker-metrics.ts');
  const server = await startMetricsServer(config.host, config.metricsPort, addUpMetrics());
  logger.info(`Metrics are on ${server.url}`);
  return server;
}

/** The port to share. Whether it is free must be asked first: processes that share one do not notice. */
async function findPort(config: Config): Promise<number> {
  const probe = createServer();
  try {
    probe.listen({ host: config.host, port: config.port });
    await once(probe, 'listening');
  } catch (error) {
    throw nameListenError(error, config);
  }
  const address = probe.address();
  probe.close();
  await once(probe, 'close');
  return typeof address === 'object' && address !== null ? address.port : config.port;
}

/**
 * Resolves when a worker has ended, or has failed to start. It never rejects: a worker that has ended is
 * replaced.
 */
function endOf(worker: Worker, logger: Logger): Promise<void> {
  return new Promise((resolve) => {
    worker.once('exit', () => resolve());
    worker.on('error', (error) => {
      // Often it was sent something just after it was killed, before anyone knew.
      logger.error({ err: error, worker: worker.id }, 'A worker could not be started or reached');
      const hasRun = worker.process.pid !== undefined;
      if (!hasRun) resolve();
    });
  });
}

/** Waits until a worker listens; false if it exits instead. */
async function isListening({ worker, gone }: Started): Promise<boolean> {
  const said = new Promise<boolean>((resolve) => {
    worker?.on('message', (message) => {
      if (message === LISTENING) resolve(true);
    });
  });
  return Promise.race([said, gone.then(() => false)]);
}
