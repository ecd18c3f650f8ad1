/**
 * A server for as long as the process lives: on SIGINT, SIGTERM or a closed terminal it finishes the requests
 * in progress.
 */

import cluster from 'node:cluster';
import { once } from 'node:events';
import { createServer, isIPv6 } from 'node:net';
import { setTimeout } from 'node:timers/promises';
import { isatty } from 'node:tty';
import { Problem } from '../problem.ts';
import type { App } from './app.ts';
import type { Config } from './config.ts';

const UNUSABLE_ADDRESS = ['EADDRNOTAVAIL', 'EACCES', 'ENOTFOUND', 'EAI_AGAIN'];

/**
 * Calls `stop` when the terminal that the process was started from is closed. Without a terminal, as
 * under `nohup` or a supervisor, SIGHUP calls `reload`.
 */
export function onHangUp(stop: () => void, reload: () => void): void {
  const hasTerminal = isatty(0);
  process.on('SIGHUP', hasTerminal ? stop : reload);
}

/**
 * Starts to answer, calls `onListening`, and resolves after a signal or `end`, when all is closed.
 * SIGTERM leaves proxies the time to turn away first; SIGINT, from a person, does not.
 */
export async function runServer(
  app: App,
  config: Config,
  onListening: (origin: string) => void,
  end: Promise<void> = new Promise(() => {}),
): Promise<void> {
  const interrupted = new Promise<void>((resolve) => {
    // The second Ctrl-C ends the process at once. A worker hears the first one twice: from the terminal
    // and from the process that started it.
    process[cluster.isWorker ? 'on' : 'once']('SIGINT', () => resolve());
  });
  const hungUp = new Promise<void>((resolve) => onHangUp(resolve, app.reload));
  const terminated = new Promise<void>((resolve) => process.on('SIGTERM', () => resolve()));
  const drained = terminated.then(async () => {
    app.drain();
    await setTimeout(config.drainSeconds * 1000, undefined, { ref: false });
  });
  try {
    onListening(await app.listen());
    await Promise.race([interrupted, hungUp, drained, end]);
  } catch (error) {
    throw nameListenError(error, config);
  } finally {
    await app.close();
  }
}

/**
 * Raises `setting_invalid` when a server could not listen where the settings say, unless it is one of ours
 * that listens there.
 */
export async function checkPort(config: Config): Promise<void> {
  const probe = createServer();
  try {
    probe.listen({ host: config.host, port: config.port });
    await once(probe, 'listening');
  } catch (error) {
    if (!(await isOurs(config))) throw nameListenError(error, config);
  }
  probe.close();
}

async function isOurs({ host, port }: Config): Promise<boolean> {
  const url = `http://${isIPv6(host) ? `[${host}]` : host}:${port}/healthz`;
  const signal = AbortSignal.timeout(1000);
  const answer = await fetch(url, { signal }).then(
    (reply) => reply.text(),
    () => '',
  );
  return answer === '{"status":"ok"}';
}

/** Explains in one sentence why a server cannot listen; passes other errors through. */
export function nameListenError(error: unknown, config: Config): unknown {
  if (!(error instanceof Error) || !('code' in error)) return error;
  const place = `${config.host}:${config.port}`;
  if (error.code === 'EADDRINUSE') {
    return new Problem(
      'setting_invalid',
      `Port ${config.port} is taken: another program already listens on ${place}. Stop it, or choose another port with --port.`,
    );
  }
  if (error.code === 'ENOTSUP') {
    return new Problem(
      'setting_invalid',
      'On this system, processes cannot share a port. Use --workers 1, and start one server per port.',
    );
  }
  if (UNUSABLE_ADDRESS.includes(String(error.code))) {
    return new Problem(
      'setting_invalid',
      `Cannot listen on ${place} (${error.code}). Use --host to choose an address of this machine and --port to choose a port that you may use.`,
    );
  }
  return error;
}
