/** Config -> a running server. The only place where things are constructed. */

import { addAccountRoutes } from '../accounts/routes.ts';
import { addApiKeyRoutes } from '../api-keys/routes.ts';
import { addAuthorizationRoutes } from '../authorizations/routes.ts';
import { type CallbackWorker, startCallbackWorker } from '../callbacks/worker.ts';
import { type Clock, systemClock } from '../clock.ts';
import { addConnectAppRoutes } from '../connect-apps/routes.ts';
import { addConsentRoutes } from '../consent/routes.ts';
import { addConsoleRoutes } from '../console/routes.ts';
import { type Context, SERVER } from '../context.ts';
import { placeDemoApp } from '../demo/data.ts';
import { addDemoAppRoutes } from '../demo/routes.ts';
import { addDocumentation, addDocumentationRoutes } from '../docs/routes.ts';
import { createApi } from '../http/api.ts';
import { addOperationsRoutes } from '../http/operations.ts';
import { recordTo } from '../http/request-record.ts';
import { createServer } from '../http/server.ts';
import { createKeyring } from '../keys/keyring.ts';
import { reportTo } from '../observability/events.ts';
import { createLogger, type Logger } from '../observability/logger.ts';
import { createMetrics } from '../observability/metrics.ts';
import { type MetricsServer, startMetricsServer } from '../observability/metrics-server.ts';
import { createGuardedClient } from '../outgoing/guarded-client.ts';
import type { Lookup } from '../outgoing/open-connection.ts';
import { addPages, writeErrorPage } from '../pages/pages.ts';
import { type Random, systemRandom } from '../random.ts';
import { startRecorder } from '../requests/recorder.ts';
import { requestSidsFrom } from '../sid.ts';
import { type StandInClock, startStandInClock } from '../stand-ins/clock.ts';
import { addStandInRoutes } from '../stand-ins/routes.ts';
import type { Database, QueryObserver } from '../storage/database.ts';
import type { Opening } from '../storage/mark.ts';
import { openPostgres } from '../storage/postgres.ts';
import { openSqlite } from '../storage/sqlite.ts';
import { prepareFile } from '../storage/sqlite-file.ts';
import { addSessionRoutes } from '../users/routes.ts';
import { createSignInLimits } from '../users/sign-in-limits.ts';
import type { Config } from './config.ts';
import { type Purging, startPurging } from './maintenance.ts';

export interface App {
  context: Context;
  /** Starts to answer; resolves with the origin that it answers on. */
  listen(): Promise<string>;
  /**
   * Keeps answering, but announces the end: /readyz answers 503, and answers end their connections, so that
   * proxies and clients turn to another server. It takes no more callbacks.
   */
  drain(): void;
  /**
   * Stops taking connections and callbacks, finishes what is under way and closes the database. No client and
   * no receiver delays it forever: requests get 10 s, attempts the 15 s that they may take.
   */
  close(): Promise<void>;
}

export interface AppParts {
  secretKey: string;
  /** Whether the database may be created or taken over; `claim` by default. */
  opening?: Opening;
  clock?: Clock;
  /** What identifiers and secrets are made of; the system's when absent. */
  random?: Random;
  /** Nothing is logged when absent. */
  logger?: Logger;
  /** Whether a person reads the log: it then shows the SIDs of each path, and what was wrong. */
  isLogForPerson?: boolean;
  /** Whether other processes listen on the same port, and the system spreads connections over them. */
  sharesPort?: boolean;
  /** Whether the process lives for this server: /metrics then tells of it, too. */
  ownsProcess?: boolean;
  /** Whether the demo app's own pages are served, and the app is there: on a development server alone. */
  hasDemoApp?: boolean;
  /** How the names of receivers are resolved; the system's resolver when absent. */
  lookup?: Lookup;
}

/**
 * Makes sure that the database of a Config is ours, or may become ours when `opening` is `claim`, before
 * anything else is written. PostgreSQL's is looked at by `migrate` and `checkSchema`.
 */
export function prepareDatabase({ database }: Config, opening: Opening): void {
  if (database.engine === 'sqlite' && database.path !== ':memory:') {
    prepareFile(database.path, opening);
  }
}

/** Opens the database of a Config. */
export function openDatabase(
  config: Config,
  observe?: QueryObserver,
  opening: Opening = 'claim',
): Database {
  const { database } = config;
  return database.engine === 'sqlite'
    ? openSqlite(database.path, observe, opening)
    : openPostgres(database.url, database.poolSize, observe);
}

/** Opens the database and creates the context of the domain, which is all that a command needs. */
export function createContext(
  config: Config,
  { secretKey, clock = systemClock, random = systemRandom, logger, opening }: AppParts,
  observe?: QueryObserver,
): Context {
  return {
    database: openDatabase(config, observe, opening),
    keyring: createKeyring(secretKey, config.previousSecretKey),
    clock,
    random,
    report: logger ? reportTo(logger) : () => {},
    actor: () => SERVER,
  };
}

/** Creates the server of a Config; the schema must be current. */
export async function createApp(config: Config, parts: AppParts): Promise<App> {
  const metrics = createMetrics({ ofProcess: parts.ownsProcess === true });
  const logger = parts.logger ?? createLogger('silent');
  const context = createContext(config, { ...parts, logger }, metrics.observeQuery);
  let isDraining = false;
  const recorder = startRecorder(context, { logger, observeLost: metrics.observeUnrecorded });
  const server = await createServer({
    logger,
    isLogForPerson: parts.isLogForPerson === true,
    metrics,
    createRequestSid: requestSidsFrom(context.random),
    trustProxy: config.trustProxy,
    resources: context.database.connections ? [context.database.connections] : [],
    isDraining: () => isDraining,
    record: recordTo(recorder, context.clock),
    writeErrorPage,
  });

  await addDocumentation(server);
  const api = createApi(server, context, config);
  addAccountRoutes(api, context, config);
  addConnectAppRoutes(api, context, {
    allowDelete: config.allowConnectAppDelete,
    strictPageSize: config.strictPageSize,
  });
  addAuthorizationRoutes(api, context, config);
  addApiKeyRoutes(api, context, config);
  if (config.hasStandIns) addStandInRoutes(api, context, config);
  await addPages(
    server,
    { keyring: context.keyring, logger, publicUrl: config.publicUrl },
    (pages) => {
      addSessionRoutes(pages, context, createSignInLimits(context.clock));
      addConsentRoutes(pages, context);
      addConsoleRoutes(pages, context);
      if (parts.hasDemoApp) addDemoAppRoutes(pages, context, logger);
    },
  );
  addOperationsRoutes(server, {
    database: context.database,
    isDraining: () => isDraining,
    metrics: config.hasPublicMetrics ? metrics : undefined,
  });
  addDocumentationRoutes(server, config);

  let worker: CallbackWorker | undefined;
  let purging: Purging | undefined;
  let standInClock: StandInClock | undefined;
  let metricsServer: MetricsServer | undefined;
  return {
    context,
    async listen() {
      const reusePort = parts.sharesPort === true;
      // Of the two addresses of localhost, every client tries this one.
      const host = config.host === 'localhost' ? '127.0.0.1' : config.host;
      // Node's option, which Fastify passes on without naming it in its types.
      const place = { host, port: config.port, reusePort };
      const listening = await server.listen(place);
      const origin = config.publicUrl ?? listening;
      // Processes that share a port leave their metrics to the process that started them.
      if (config.metricsPort !== undefined && !reusePort) {
        metricsServer = await startMetricsServer(host, config.metricsPort, metrics);
        logger.info(`Metrics are on ${metricsServer.url}`);
      }
      if (parts.hasDemoApp) await placeDemoApp(context, origin);
      const client = createGuardedClient({
        allowedNetworks: config.callbackAllowedNetworks,
        ...(parts.lookup && { lookup: parts.lookup }),
      });
      worker = startCallbackWorker(context, { client, logger, observe: metrics.observeCallback });
      purging = startPurging(context, logger);
      if (config.hasStandIns) standInClock = startStandInClock(context, logger);
      if (isDraining) worker.drain();
      return origin;
    },
    drain() {
      isDraining = true;
      worker?.drain();
    },
    async close() {
      isDraining = true;
      await Promise.all([
        server.close(),
        worker?.close(),
        purging?.stop(),
        standInClock?.stop(),
        metricsServer?.close(),
      ]);
      // When the last request has its answer.
      await recorder.stop();
      await context.database.close();
    },
  };
}
