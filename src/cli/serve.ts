/** `connect-apps serve`: the production server, which refuses to start on unsafe settings. */

import cluster from 'node:cluster';
import { isIPv6 } from 'node:net';
import type { Command } from 'commander';
import { createApp, createContext } from '../app.ts';
import { type Config, checkEnvFile } from '../config.ts';
import type { Context } from '../context.ts';
import { createLogger } from '../logger.ts';
import { Problem } from '../problem.ts';
import { checkKeyOfDatabase, checkNoDemoSecrets } from '../ready.ts';
import { checkSecretKey } from '../secret-key.ts';
import { checkSchema } from '../storage/migrate.ts';
import { runServer } from './run-server.ts';
import { addServerFlags, withFlags } from './settings.ts';
import { runWorkers, sayListening } from './workers.ts';

/** Adds the command. */
export function addServeCommand(program: Command): void {
  addServerFlags(program.command('serve'))
    .description('start the production server')
    .option('--workers <number>', 'processes that share the port (1)')
    .option(
      '--drain-seconds <number>',
      'how long to answer after SIGTERM, so that proxies know (5)',
    )
    .addHelpText(
      'after',
      '\nExample:\n  $ SECRET_KEY=$(cat key) connect-apps migrate\n  $ SECRET_KEY=$(cat key) connect-apps serve --host 0.0.0.0',
    )
    .action((flags: Record<string, unknown>) =>
      // The channel to the process that started it would keep a worker alive.
      serve(flags).finally(() => cluster.worker?.disconnect()),
    );
}

async function serve(flags: Record<string, unknown>): Promise<void> {
  checkEnvFile();
  const config = withFlags(flags, 'production');
  checkContradictions(config);
  const secretKey = checkSecretKey(config);
  const logger = createLogger(config.logLevel);
  const announce = (origin: string) => logger.info(`connect-apps listens on ${origin}`);
  if (config.workers > 1 && cluster.isPrimary) {
    // Every worker checks the same; here first, so that what stands against it is said once.
    const context = createContext(config, { secretKey });
    await checkDatabase(context).finally(() => context.database.close());
    await runWorkers(config, logger, (port) =>
      announce(config.publicUrl ?? originOf(config.host, port)),
    );
    return;
  }
  const app = await createApp(config, { secretKey, logger, sharesPort: cluster.isWorker });
  try {
    await checkDatabase(app.context);
  } catch (error) {
    await app.close();
    throw error;
  }
  await runServer(app, config, cluster.isWorker ? sayListening : announce);
}

/** Raises what stands against serving this database. */
async function checkDatabase(context: Context): Promise<void> {
  await checkSchema(context.database);
  // Whoever started a worker has looked at every account.
  await checkKeyOfDatabase(context, { isQuick: cluster.isWorker });
  await checkNoDemoSecrets(context);
}

function originOf(host: string, port: number): string {
  return `http://${isIPv6(host) ? `[${host}]` : host}:${port}`;
}

function checkContradictions(config: Config): void {
  if (config.database.engine === 'sqlite' && config.database.path === ':memory:') {
    throw new Problem(
      'setting_invalid',
      'DATABASE_URL is sqlite::memory:, which keeps nothing. Name a file: sqlite:./data/connect-apps.db.',
    );
  }
  if (
    config.publicUrl?.startsWith('https:') &&
    config.host !== '127.0.0.1' &&
    config.trustProxy.length === 0
  ) {
    throw new Problem(
      'setting_invalid',
      'PUBLIC_URL is https, which a proxy must end, but TRUST_PROXY names none. Set TRUST_PROXY to the addresses of your proxies.',
    );
  }
}
