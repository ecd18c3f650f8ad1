/** `connect-apps serve`: the production server, which refuses to start on unsafe settings. */

import cluster from 'node:cluster';
import { isIPv6 } from 'node:net';
import type { Command } from 'commander';
import { type App, createApp } from '../app.ts';
import { type Config, checkEnvFile } from '../config.ts';
import { createLogger, type Logger } from '../logger.ts';
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
  const logger = createLogger(config.logLevel);
  const app = await createCheckedApp(config, logger);
  const announce = (origin: string) => logger.info(`connect-apps listens on ${origin}`);
  if (config.workers === 1) return runServer(app, config, announce);
  if (cluster.isWorker) return runServer(app, config, sayListening);
  // The workers open databases of their own, and have the same to check: it costs nothing to know first.
  await app.close();
  await runWorkers(config, logger, (port) =>
    announce(config.publicUrl ?? originOf(config.host, port)),
  );
}

/** A server that is safe to run; raises what stands against it. */
async function createCheckedApp(config: Config, logger: Logger): Promise<App> {
  const app = await createApp(config, {
    secretKey: checkSecretKey(config),
    logger,
    sharesPort: cluster.isWorker,
  });
  try {
    await checkSchema(app.context.database);
    await checkKeyOfDatabase(app.context);
    await checkNoDemoSecrets(app.context);
    return app;
  } catch (error) {
    await app.close();
    throw error;
  }
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
