/** Config -> a running server. The only place where things are constructed. */

import { rememberCallers } from './accounts/recent-callers.ts';
import { addAccountRoutes } from './accounts/routes.ts';
import { addAuthorizationRoutes } from './authorizations/routes.ts';
import { type Clock, systemClock } from './clock.ts';
import type { Config } from './config.ts';
import { addConnectAppRoutes } from './connect-apps/routes.ts';
import type { Context } from './context.ts';
import { addDocumentation, addDocumentationRoutes } from './docs/routes.ts';
import { createApi } from './http/api.ts';
import { addOperationsRoutes } from './http/operations.ts';
import { createServer } from './http/server.ts';
import { createLogger, type Logger } from './logger.ts';
import { createMetrics } from './metrics.ts';
import { createKeyring } from './secrets.ts';
import type { Database, QueryObserver } from './storage/database.ts';
import { openSqlite } from './storage/sqlite.ts';

export interface App {
  context: Context;
  /** Starts to answer; resolves with the origin that it answers on. */
  listen(): Promise<string>;
  /** Stops taking connections, finishes the requests under way and closes the database. */
  close(): Promise<void>;
}

export interface AppParts {
  secretKey: string;
  clock?: Clock;
  logger?: Logger;
}

/** Opens the database of a Config. */
export function openDatabase(config: Config, observe?: QueryObserver): Database {
  return openSqlite(config.database.path, observe);
}

/** Opens the database and gives the domain what it works with: all that a command needs. */
export function createContext(
  config: Config,
  { secretKey, clock = systemClock }: AppParts,
  observe?: QueryObserver,
): Context {
  return { database: openDatabase(config, observe), keyring: createKeyring(secretKey), clock };
}

/** Makes the server of a Config; the schema must be current. */
export async function createApp(config: Config, parts: AppParts): Promise<App> {
  const metrics = createMetrics();
  const context = createContext(config, parts, metrics.observeQuery);
  const logger = parts.logger ?? createLogger(config.logLevel);
  const server = await createServer({ logger, metrics, trustProxy: config.trustProxy });

  await addDocumentation(server);
  const authenticate = rememberCallers(context);
  const api = await createApi(server, {
    rateLimitPerSecond: config.rateLimitPerSecond,
    authenticate: ({ accountSid, authToken }) => authenticate(accountSid, authToken),
  });
  addAccountRoutes(api, context, config);
  addConnectAppRoutes(api, context, {
    allowDelete: config.allowConnectAppDelete,
    strictPageSize: config.strictPageSize,
  });
  addAuthorizationRoutes(api, context, config);
  let isClosing = false;
  addOperationsRoutes(server, context.database, metrics, () => isClosing);
  addDocumentationRoutes(server);

  return {
    context,
    async listen() {
      const origin = await server.listen({ host: config.host, port: config.port });
      return config.publicUrl ?? origin;
    },
    async close() {
      isClosing = true;
      await server.close();
      await context.database.close();
    },
  };
}
