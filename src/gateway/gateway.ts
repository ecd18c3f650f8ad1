/** The platform's side, put together: what decides, the port on which gateways ask, and what passes requests on. */

import type { Context } from '../context.ts';
import { createAdmission, type Resource } from '../http/admission.ts';
import { parseNetworks } from '../network.ts';
import type { Logger } from '../observability/logger.ts';
import type { Metrics } from '../observability/metrics.ts';
import { requestSidsFrom } from '../sid.ts';
import { createAssertions } from './assertion.ts';
import { createDecider } from './decider.ts';
import { createDenials, type Denials } from './denials.ts';
import type { PlatformProxy } from './proxy/proxy.ts';
import { createRuleTable, type FindRule } from './rules.ts';
import { readRules } from './rules-file.ts';
import { type GatewayServer, startGatewayServer } from './server.ts';

export interface GatewayOptions {
  /** The port on which gateways ask; undefined: none. */
  port: number | undefined;
  host: string;
  token: string | undefined;
  routeRules: string | undefined;
  passesUnknown: boolean;
  signs: boolean;
  keysActForApps: boolean;
  /** Where requests that may pass are sent; undefined: a gateway does that. */
  upstream: URL | undefined;
  /** Names and values, in turn, that such a request gets on its way. */
  upstreamHeaders: string[];
  /** The proxies in front of this server. */
  trustProxy: readonly string[];
  /** Whether other processes listen on the same port. */
  sharesPort: boolean;
}

export interface Gateway {
  /** What passes requests on; undefined without an upstream. To be closed once no request can come any more. */
  readonly proxy: PlatformProxy | undefined;
  /** Starts to answer gateways, if there is a port for them; raises `setting_invalid` for one that is taken. */
  listen(): Promise<void>;
  /** The latest refusals of this process. */
  readonly denials: Pick<Denials, 'find'>;
  /** Where gateways ask, once it listens. */
  url(): string | undefined;
  /** Reads the rules of routes again; keeps those that it has if the file cannot be used. */
  reload(): void;
  /** Goes on answering, and ends each connection with its next answer. */
  drain(): void;
  close(): Promise<void>;
}

/** Creates the platform's side; raises `setting_invalid` for rules that cannot be read. */
export async function createGateway(
  context: Context,
  options: GatewayOptions,
  { logger, metrics }: { logger: Logger; metrics: Metrics },
): Promise<Gateway> {
  const { database, keyring, clock } = context;
  const readTable = () => createRuleTable(readRules(options.routeRules));
  let table: FindRule = readTable();
  const denials = createDenials();
  const resources: Resource[] = database.connections ? [database.connections] : [];
  const decider = createDecider({
    database,
    policy: {
      keyring,
      findRule: (method, target) => table(method, target),
      keysActForApps: options.keysActForApps,
      passesUnknown: options.passesUnknown,
    },
    logger,
    metrics,
    createRequestSid: requestSidsFrom(context.random),
    denials,
    now: clock.now,
    admission: createAdmission(resources, () => 0),
  });
  const assertions = options.signs ? createAssertions(keyring, clock) : undefined;
  let isDraining = false;
  // Loaded only where it is used, with the client that it sends by.
  const proxy =
    options.upstream &&
    (await import('./proxy/proxy.ts')).createProxy({
      upstream: options.upstream,
      added: options.upstreamHeaders,
      trusted: parseNetworks(options.trustProxy),
      decide: decider.decide,
      assertions,
      logger,
      metrics,
      isDraining: () => isDraining,
    });
  let server: GatewayServer | undefined;
  return {
    proxy,
    denials,
    async listen() {
      const { host, port, sharesPort, token } = options;
      if (port === undefined) return;
      const place = { host, port, reusePort: sharesPort };
      server = await startGatewayServer(place, { decider, denials, assertions, token });
      logger.info(`Gateways ask on ${server.url}`);
    },
    url: () => server?.url,
    reload() {
      try {
        table = readTable();
        logger.info('The rules of routes were read again');
      } catch (error) {
        logger.error({ err: error }, 'The rules of routes stay as they were');
      }
    },
    drain() {
      isDraining = true;
      server?.drain();
    },
    close: async () => server?.close(),
  };
}
