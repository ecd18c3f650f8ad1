/** A server for as long as the process lives: SIGINT and SIGTERM finish what is under way. */

import type { App } from '../app.ts';
import type { Config } from '../config.ts';
import { Problem } from '../problem.ts';

const UNUSABLE_ADDRESS = ['EADDRNOTAVAIL', 'EACCES', 'ENOTFOUND', 'EAI_AGAIN'];

/** Starts to answer, calls `onListening`, and resolves after a signal, when all is closed. */
export async function runServer(
  app: App,
  config: Config,
  onListening: (origin: string) => void,
): Promise<void> {
  const stopped = new Promise<void>((resolve) => {
    process.once('SIGINT', () => resolve());
    process.once('SIGTERM', () => resolve());
  });
  try {
    onListening(await app.listen());
    await stopped;
  } catch (error) {
    throw nameListenError(error, config);
  } finally {
    await app.close();
  }
}

function nameListenError(error: unknown, config: Config): unknown {
  if (!(error instanceof Error) || !('code' in error)) return error;
  const place = `${config.host}:${config.port}`;
  if (error.code === 'EADDRINUSE') {
    return new Problem(
      'setting_invalid',
      `Port ${config.port} is taken: something already listens on ${place}. Stop it, or choose another with --port.`,
    );
  }
  if (UNUSABLE_ADDRESS.includes(String(error.code))) {
    return new Problem(
      'setting_invalid',
      `Cannot listen on ${place} (${error.code}). Choose an address of this machine with --host, and a port that you may use with --port.`,
    );
  }
  return error;
}
