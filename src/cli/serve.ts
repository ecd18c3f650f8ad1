/** `connect-apps serve`: the production server, which refuses to start on unsafe settings. */

import cluster from 'node:cluster';
import { isIPv6 } from 'node:net';
import type { Command } from 'commander';
import type { Context } from '../context.ts';
import { createLogger } from '../observability/logger.ts';
import { findTracing } from '../observability/tracing.ts';
import { createConfig } from '../server/config.ts';
import { createContext, prepareDatabase } from '../server/context.ts';
import { DATABASE_CHECKS, SETTING_CHECKS } from '../server/preflight.ts';
import { runServer } from '../server/run.ts';
import { checkSecretKey } from '../server/secret-key.ts';
import { readVersion } from '../server/version.ts';
import { runWorkers, sayListening } from '../server/workers.ts';
import { addServerFlags, type Flags, settingsOf } from './settings.ts';

/** Adds the command. */
export function addServeCommand(program: Command): void {
  addServerFlags(program.command('serve'))
    .description('start the production server')
    .option('--workers <number>', 'processes that share the port (1)')
    .option(
      '--drain-seconds <number>',
      'how long to keep serving after SIGTERM, so that proxies notice (5)',
    )
    .addHelpText(
      'after',
      '\nExample:\n  $ connect-apps migrate\n  $ CONNECT_APPS_SECRET_KEY=$(cat key) connect-apps serve --host 0.0.0.0',
    )
    .action((flags: Flags) =>
      // The channel to the process that started it would keep a worker alive.
      serve(flags).finally(() => cluster.worker?.disconnect()),
    );
}

async function serve(flags: Flags): Promise<void> {
  const { settings, unknown } = settingsOf(flags);
  const config = createConfig(settings, 'production');
  for (const { check } of SETTING_CHECKS) await check({ config, unknown });
  prepareDatabase(config, 'existing');
  const secretKey = checkSecretKey(config);
  const tracing = await findTracing(readVersion());
  const logger = createLogger(config.logLevel, { traceIds: tracing?.ids });
  const announce = (origin: string) => logger.info(`connect-apps listens on ${origin}`);
  if (config.workers > 1 && cluster.isPrimary) {
    // Every worker runs the same checks. They run here first, so that an error is printed only once.
    const context = createContext(config, { secretKey, opening: 'existing' });
    await checkDatabase(context).finally(() => context.database.close());
    await runWorkers(config, logger, (port) =>
      announce(config.publicUrl ?? originOf(config.host, port)),
    );
    return;
  }
  const sharesPort = cluster.isWorker;
  // Here, as in the other commands that serve: no other waits for the server to load.
  const { createApp } = await import('../server/app.ts');
  // Which others load with the first page: an upgrade may replace the files of a server while it runs.
  await import('../server/later-routes.ts');
  const app = await createApp(config, {
    secretKey,
    logger,
    tracing,
    sharesPort,
    ownsProcess: true,
    opening: 'existing',
  });
  try {
    await checkDatabase(app.context);
  } catch (error) {
    await app.close();
    throw error;
  }
  await runServer(app, config, sharesPort ? sayListening : announce);
}

/** Raises the first reason not to serve this database. */
async function checkDatabase(context: Context): Promise<void> {
  // The process that started a worker has looked at every account.
  const isQuick = cluster.isWorker;
  for (const { check } of DATABASE_CHECKS) await check({ ...context, isQuick });
}

function originOf(host: string, port: number): string {
  return `http://${isIPv6(host) ? `[${host}]` : host}:${port}`;
}
