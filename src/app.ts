/** Config -> a running server. The only place where things are constructed. */

import { rememberCallers } from './accounts/recent-callers.ts';
import { addAccountRoutes } from './accounts/routes.ts';
import { addAuthorizationRoutes } from './authorizations/routes.ts';
import { type Clock, systemClock } from './clock.ts';
import type { Config } from './config.ts';
import { addConnectAppRoutes } from './connect-apps/routes.ts';
import { addConsentRoutes } from './consent/routes.ts';
import type { Context } from './context.ts';
import { placeDemoApp } from './demo.ts';
import { addDemoAppRoutes } from './demo-app/routes.ts';
import { addDocumentation, addDocumentationRoutes } from './docs/routes.ts';
import { createApi } from './http/api.ts';
import { addOperationsRoutes } from './http/operations.ts';
import { createServer } from './http/server.ts';
import { createLogger, type Logger } from './logger.ts';
import { createMetrics } from './metrics.ts';
import { createGuardedClient } from './outgoing/guarded-client.ts';
import type { Lookup } from './outgoing/open-connection.ts';
import { addPages, writeErrorPage } from './pages/pages.ts';
import { type Purging, startPurging } from './purge.ts';
import { createKeyring } from './secrets.ts';
import { addSessionRoutes } from './sessions/routes.ts';
import type { Database, QueryObserver } from './storage/database.ts';
import { openPostgres } from './storage/postgres.ts';
import { openSqlite } from './storage/sqlite.ts';
import { createSignInLimits } from './users/sign-in-limits.ts';
import { startWebhookWorker, type WebhookWorker } from './webhooks/worker.ts';

export interface App {
  context: Context;
  /** Starts to answer; resolves with the origin that it answers on. */
  listen(): Promise<string>;
  /**
   * Goes on answering, but says that it will not for long: /readyz answers 503, and answers end their
   * connections, so that proxies and clients turn to another server. It takes no more callbacks.
   */
  drain(): void;
  /**
   * Stops taking connections and callbacks, finishes what is under way and closes the database. No client
   * and no receiver holds it up for ever: requests get 10 s, attempts the 15 s that they may take.
   */
  close(): Promise<void>;
}

export interface AppParts {
  secretKey: string;
  clock?: Clock;
  logger?: Logger;
  /** Whether other processes listen on the same port, and the system spreads connections over them. */
  sharesPort?: boolean;
  /** Whether the demo app's own pages are served, and the app is there: on a development server alone. */
  hasDemoApp?: boolean;
  /** How the names of receivers are resolved; the system's resolver when absent. */
  lookup?: Lookup;
}

/** Opens the database of a Config. */
export function openDatabase(config: Config, observe?: QueryObserver): Database {
  const { database } = config;
  return database.engine === 'sqlite'
    ? openSqlite(database.path, observe)
    : openPostgres(database.url, database.poolSize, observe);
}

/** Opens the database and gives the domain what it works with: all that a command needs. */
export function createContext(
  config: Config,
  { secretKey, clock = systemClock }: AppParts,
  observe?: QueryObserver,
): Context {
  return {
    database: openDatabase(config, observe),
    keyring: createKeyring(secretKey, config.otherSecretKey),
    clock,
  };
}

/** Makes the server of a Config; the schema must be current. */
export async function createApp(config: Config, parts: AppParts): Promise<App> {
  const metrics = createMetrics();
  const context = createContext(config, parts, metrics.observeQuery);
  const logger = parts.logger ?? createLogger(config.logLevel);
  let isDraining = false;
  const server = await createServer({
    logger,
    metrics,
    trustProxy: config.trustProxy,
    resources: context.database.connections ? [context.database.connections] : [],
    isDraining: () => isDraining,
    writeErrorPage,
  });

  await addDocumentation(server);
  const callers = rememberCallers(context);
  const api = await createApi(server, {
    rateLimitPerSecond: config.rateLimitPerSecond,
    authenticate: ({ accountSid, authToken }) => callers.authenticate(accountSid, authToken),
    isRecent: callers.isRecent,
  });
  addAccountRoutes(api, context, config);
  addConnectAppRoutes(api, context, {
    allowDelete: config.allowConnectAppDelete,
    strictPageSize: config.strictPageSize,
  });
  addAuthorizationRoutes(api, context, config);
  await addPages(
    server,
    { keyring: context.keyring, logger, publicUrl: config.publicUrl },
    (pages) => {
      addSessionRoutes(pages, context, createSignInLimits(context.clock));
      addConsentRoutes(pages, context);
      if (parts.hasDemoApp) addDemoAppRoutes(pages, context, logger);
    },
  );
  addOperationsRoutes(server, context.database, metrics, () => isDraining);
  addDocumentationRoutes(server);

  let worker: WebhookWorker | undefined;
  let purging: Purging | undefined;
  return {
    context,
    async listen() {
      // Node's option, which Fastify passes on without naming it in its types.
      const place = { host: config.host, port: config.port, reusePort: parts.sharesPort === true };
      const listening = await server.listen(place);
      const origin = config.publicUrl ?? listening;
      if (parts.hasDemoApp) await placeDemoApp(context, origin);
      const client = createGuardedClient({
        allowedNetworks: config.callbackAllowedNetworks,
        ...(parts.lookup && { lookup: parts.lookup }),
      });
      worker = startWebhookWorker(context, { client, logger, observe: metrics.observeCallback });
      purging = startPurging(context, logger);
      if (isDraining) worker.drain();
      return origin;
    },
    drain() {
      isDraining = true;
      worker?.drain();
    },
    async close() {
      isDraining = true;
      await Promise.all([server.close(), worker?.close(), purging?.stop()]);
      await context.database.close();
    },
  };
}
