/** Config -> a running server. The only place where things are constructed. */

import { addAccountRoutes } from '../accounts/routes.ts';
import { writeAdminProblem } from '../admin/problems.ts';
import { addApiKeyRoutes } from '../api-keys/routes.ts';
import { addAuthorizationRoutes } from '../authorizations/routes.ts';
import { readBacklog } from '../callbacks/backlog.ts';
import type { LimitsAtReceiver } from '../callbacks/places.ts';
import { type CallbackWorker, startCallbackWorker } from '../callbacks/worker.ts';
import { addConnectAppRoutes } from '../connect-apps/routes.ts';
import type { Context } from '../context.ts';
import { placeDemoApp } from '../demo/data.ts';
import { collectRoutes } from '../docs/collect.ts';
import { createFlowRunner } from '../flow-runs/runner.ts';
import { createGateway } from '../gateway/gateway.ts';
import { createApi } from '../http/api.ts';
import { addOperationsRoutes } from '../http/operations.ts';
import { recordTo } from '../http/request-record.ts';
import type { ServerHooks } from '../http/router.ts';
import { createServer } from '../http/server.ts';
import { createLogger } from '../observability/logger.ts';
import { createMetrics } from '../observability/metrics.ts';
import { type MetricsServer, startMetricsServer } from '../observability/metrics-server.ts';
import { createGuardedClient, type GuardedClient } from '../outgoing/guarded-client.ts';
import type { Lookup } from '../outgoing/open-connection.ts';
import { withSpans } from '../outgoing/traced-client.ts';
import { createBrand } from '../pages/brand.ts';
import { writeErrorPage } from '../pages/pages.ts';
import { startRecorder } from '../requests/recorder.ts';
import { type CreateRequestSid, requestSidsFrom } from '../sid.ts';
import { advanceDue, type StandInClock, startStandInClock } from '../stand-ins/clock.ts';
import { addStandInRoutes } from '../stand-ins/routes.ts';
import { readLogo } from './brand-settings.ts';
import type { Config } from './config.ts';
import { type ContextParts, createContext } from './context.ts';
import { type Purging, startPurging } from './maintenance.ts';
import { stateOf } from './state.ts';
import { readVersion } from './version.ts';

export interface App {
  context: Context;
  /** Sends what a person at the server asks for, under the same rules as callbacks. */
  client: Pick<GuardedClient, 'send'>;
  /** Starts to answer; resolves with the origin that it answers on. */
  listen(): Promise<string>;
  /** Does all that is due by the context's clock, and resolves when it has been done and written. */
  settle(): Promise<void>;
  /** Removes at once what is kept no longer. */
  purge(): Promise<void>;
  /**
   * Keeps answering, but announces the end: /readyz answers 503, and answers end their connections, so that
   * proxies and clients turn to another server. It takes no more callbacks.
   */
  drain(): void;
  /** Reads again what an operator may change while it runs: the rules of routes. */
  reload(): void;
  /** Where gateways ask, once it listens; undefined without a port for them. */
  gatewayUrl(): string | undefined;
  /**
   * Stops taking connections and callbacks, finishes what is under way and closes the database. No client and
   * no receiver delays it forever: requests get 10 s, attempts the 15 s that they may take.
   */
  close(): Promise<void>;
}

export interface AppParts extends ContextParts {
  /** Whether a person reads the log: it then shows the SIDs of each path, and what was wrong. */
  isLogForPerson?: boolean;
  /** Whether other processes listen on the same port, and the system spreads connections over them. */
  sharesPort?: boolean;
  /** Whether the process lives for this server: /metrics then tells of it, too. */
  ownsProcess?: boolean;
  /** Whether the demo app's own pages are served, and the app is there: on a development server alone. */
  hasDemoApp?: boolean;
  /** Whether requests are recorded, as they are unless a benchmark asks what that costs. */
  recordsRequests?: boolean;
  /** How the names of receivers are resolved; the system's resolver when absent. */
  lookup?: Lookup;
  /** What sees every request before and after its route. */
  addHooks?: ServerHooks;
  /** What makes the IDs of requests; the context's Random when absent. */
  createRequestSid?: CreateRequestSid;
  /** What callbacks are sent with, made of the client that would send them. */
  wrapClient?: (client: GuardedClient) => GuardedClient;
  /** Numbers from 0 to below 1, which spread the retries of callbacks. */
  spread?: () => number;
  /** How many callbacks a receiver gets at once; few when absent. */
  limitsAtReceiver?: LimitsAtReceiver;
}

/** Creates the server of a Config; the schema must be current. */
export async function createApp(config: Config, parts: AppParts): Promise<App> {
  const brand = createBrand(config.brand, readLogo(config.brand));
  const metrics = createMetrics({
    version: readVersion(),
    readState: async () => ({ ...(await readBacklog(context)), purgedAt: purging?.lastSuccess() }),
    ofProcess: parts.ownsProcess === true,
  });
  const logger = parts.logger ?? createLogger('silent');
  const context = createContext(config, { ...parts, logger }, metrics);
  let purging: Purging | undefined;
  const provider =
    config.signIn.provider &&
    // Loaded only where it is used: no command waits for it.
    (await import('../oidc/provider.ts')).createProvider(config.signIn.provider, {
      random: context.random,
      lookup: parts.lookup,
    });
  const signIn = { providerName: provider?.name, hasPasswords: config.signIn.hasPasswords };
  const gateway =
    config.gateway &&
    (await createGateway(
      context,
      {
        ...config.gateway,
        keysActForApps: config.keysActForApps,
        trustProxy: config.trustProxy,
        sharesPort: parts.sharesPort === true,
      },
      { logger, metrics },
    ));
  let isDraining = false;
  let origin = config.publicUrl ?? '';
  const ending = new AbortController();
  const recorder = startRecorder(context, { logger, observeLost: metrics.observeUnrecorded });
  const server = createServer({
    logger,
    isLogForPerson: parts.isLogForPerson === true,
    metrics,
    tracing: parts.tracing,
    createRequestSid: parts.createRequestSid ?? requestSidsFrom(context.random),
    trustProxy: config.trustProxy,
    resources: context.database.connections ? [context.database.connections] : [],
    isDraining: () => isDraining,
    passOn: gateway?.proxy,
    ...(parts.recordsRequests !== false && { record: recordTo(recorder, context.clock) }),
    writeErrorPage: (error, request) =>
      (config.adminKey === undefined ? undefined : writeAdminProblem(error, request.target)) ??
      writeErrorPage(error, request, brand),
    ...(parts.addHooks && { addHooks: parts.addHooks }),
    addLater: async (router) => {
      api.addRareMethods(router);
      // A third of the code, which is loaded where it is used, too.
      const { addLaterRoutes } = await import('./later-routes.ts');
      await addLaterRoutes(router, context, config, {
        api: server,
        routes,
        logger,
        brand,
        signIn,
        provider,
        client: consoleClient,
        flowRunner,
        ending: ending.signal,
        readState,
        denials: gateway?.denials ?? { find: () => [] },
        origin: () => origin,
        servesDemoApp: parts.hasDemoApp === true,
      });
    },
  });

  const readState = stateOf(context, config, () => purging);
  const guard = {
    allowedNetworks: config.callbackAllowedNetworks,
    ...(parts.lookup && { lookup: parts.lookup }),
  };
  const { tracing, wrapClient = (client: GuardedClient) => client } = parts;
  const createClient = () => {
    const client = wrapClient(createGuardedClient(guard));
    return tracing ? withSpans(client, tracing) : client;
  };
  const consoleClient = createClient();
  const flowRunner = createFlowRunner(context, consoleClient, logger);

  const routes = collectRoutes(server);
  const api = createApi(server, context, config);
  addAccountRoutes(api, context, config);
  addConnectAppRoutes(api, context, {
    allowDelete: config.allowConnectAppDelete,
    strictPageSize: config.strictPageSize,
  });
  addAuthorizationRoutes(api, context, config);
  addApiKeyRoutes(api, context, config);
  if (config.hasStandIns) addStandInRoutes(api, context, config);
  addOperationsRoutes(server, {
    database: context.database,
    isDraining: () => isDraining,
    metrics: config.hasPublicMetrics ? metrics : undefined,
  });

  let worker: CallbackWorker | undefined;
  let standInClock: StandInClock | undefined;
  let metricsServer: MetricsServer | undefined;
  return {
    context,
    client: consoleClient,
    async listen() {
      const reusePort = parts.sharesPort === true;
      // Of the two addresses of localhost, every client tries this one.
      const host = config.host === 'localhost' ? '127.0.0.1' : config.host;
      // Node's option, which Fastify passes on without naming it in its types.
      const place = { host, port: config.port, reusePort };
      const listening = await server.listen(place);
      origin = config.publicUrl ?? listening;
      // Processes that share a port leave their metrics to the process that started them.
      if (config.metricsPort !== undefined && !reusePort) {
        metricsServer = await startMetricsServer(host, config.metricsPort, metrics);
        logger.info(`Metrics are on ${metricsServer.url}`);
      }
      await gateway?.listen();
      if (parts.hasDemoApp) await placeDemoApp(context, origin);
      worker = startCallbackWorker(context, {
        client: createClient(),
        logger,
        tracing,
        ...(parts.spread && { random: parts.spread }),
        limitsAtReceiver: parts.limitsAtReceiver,
      });
      purging = startPurging(context, logger);
      if (config.hasStandIns) standInClock = startStandInClock(context, logger);
      if (isDraining) worker.drain();
      return origin;
    },
    async settle() {
      await worker?.settle();
      if (config.hasStandIns) await advanceDue(context);
      await recorder.flush();
    },
    purge: async () => purging?.now(),
    drain() {
      isDraining = true;
      ending.abort();
      worker?.drain();
      gateway?.drain();
    },
    reload: () => gateway?.reload(),
    gatewayUrl: () => gateway?.url(),
    async close() {
      isDraining = true;
      ending.abort();
      await Promise.all([
        flowRunner.close(),
        server.close().finally(provider?.close).finally(gateway?.proxy?.close),
        worker?.close(),
        purging?.stop(),
        standInClock?.stop(),
        metricsServer?.close(),
        gateway?.close(),
      ]);
      // When the last request has its answer.
      await recorder.stop();
      await context.database.close();
    },
  };
}
