/** The platform's side, put together: what decides, and the port on which gateways ask. */

import type { Context } from '../context.ts';
import type { Logger } from '../observability/logger.ts';
import type { Metrics } from '../observability/metrics.ts';
import { requestSidsFrom } from '../sid.ts';
import { createAssertions } from './assertion.ts';
import { createDecider } from './decider.ts';
import { createDenials } from './denials.ts';
import { createRuleTable, type FindRule } from './rules.ts';
import { readRules } from './rules-file.ts';
import { type GatewayServer, startGatewayServer } from './server.ts';

export interface GatewayOptions {
  port: number;
  host: string;
  token: string | undefined;
  routeRules: string | undefined;
  passesUnknown: boolean;
  signs: boolean;
  keysActForApps: boolean;
  /** Whether other processes listen on the same port. */
  sharesPort: boolean;
}

export interface Gateway extends GatewayServer {
  /** Reads the rules of routes again; keeps those that it has if the file cannot be used. */
  reload(): void;
}

/** Starts to answer gateways; raises `setting_invalid` for rules that cannot be read and a port that is taken. */
export async function startGateway(
  context: Context,
  options: GatewayOptions,
  { logger, metrics }: { logger: Logger; metrics: Metrics },
): Promise<Gateway> {
  const { database, keyring, clock } = context;
  const readTable = () => createRuleTable(readRules(options.routeRules));
  let table: FindRule = readTable();
  const denials = createDenials();
  const decide = createDecider({
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
  });
  const server = await startGatewayServer(
    { host: options.host, port: options.port, reusePort: options.sharesPort },
    {
      decide,
      denials,
      assertions: options.signs ? createAssertions(keyring, clock) : undefined,
      token: options.token,
      database,
    },
  );
  logger.info(`Gateways ask on ${server.url}`);
  return {
    ...server,
    reload() {
      try {
        table = readTable();
        logger.info('The rules of routes were read again');
      } catch (error) {
        logger.error({ err: error }, 'The rules of routes stay as they were');
      }
    },
  };
}
