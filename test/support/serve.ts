/** `connect-apps serve` as a process on a database that a test has made. */

import type { ChildProcess } from 'node:child_process';
import { tmpdir } from 'node:os';
import { ended, metricsUrlOf, originOf, startCommand } from './cli.ts';
import { TEST_SECRET_KEY } from './context.ts';
import { type Reply, type RequestOptions, send } from './server.ts';

export interface ServeProcess {
  url: string;
  child: ChildProcess;
  /** Where /metrics is, when the settings gave it a port. */
  metricsUrl: string | undefined;
  /** The text of /metrics, when the settings gave it a METRICS_PORT; at most a second old. */
  metrics(): Promise<string>;
  /** What it has written to its log. */
  logs(): string;
  request(method: string, path: string, options?: RequestOptions): Promise<Reply>;
  /** Asks it to stop, and resolves with its exit code. */
  stop(signal?: NodeJS.Signals): Promise<number | string | null>;
}

/** Starts a server and resolves once it listens; `settings` are named as in the environment. */
export async function startServe(
  databaseUrl: string,
  settings: Readonly<Record<string, string>> = {},
): Promise<ServeProcess> {
  const child = startCommand(tmpdir(), ['serve'], {
    SECRET_KEY: TEST_SECRET_KEY,
    PORT: '0',
    DRAIN_SECONDS: '0',
    RATE_LIMIT_PER_SECOND: '0',
    CALLBACK_ALLOWED_NETWORKS: '127.0.0.0/8',
    ...settings,
    DATABASE_URL: databaseUrl,
  });
  let logged = '';
  child.stdout?.on('data', (chunk: Buffer) => {
    logged += chunk.toString();
  });
  const hasMetrics = settings.METRICS_PORT !== undefined;
  const [url, metricsUrl] = await Promise.all([
    originOf(child),
    hasMetrics ? metricsUrlOf(child) : undefined,
  ]);
  return {
    url,
    child,
    metricsUrl,
    async metrics() {
      if (metricsUrl === undefined) throw new Error('Give it a METRICS_PORT');
      return (await fetch(metricsUrl)).text();
    },
    logs: () => logged,
    request: (method, path, options) => send(url, method, path, options),
    stop(signal = 'SIGTERM') {
      child.kill(signal);
      return ended(child);
    },
  };
}
