/** Config -> the context of the domain: all that a command needs, without the server. */

import { type Clock, systemClock } from '../clock.ts';
import { type Context, SERVER } from '../context.ts';
import { createKeyring } from '../keys/keyring.ts';
import { reportTo } from '../observability/events.ts';
import type { Logger } from '../observability/logger.ts';
import type { Metrics } from '../observability/metrics.ts';
import type { Tracing } from '../observability/tracing.ts';
import { PASSWORD_COST, type PasswordCost } from '../password-cost.ts';
import { type Random, systemRandom } from '../random.ts';
import type { Database, QueryObserver } from '../storage/database.ts';
import type { Opening } from '../storage/mark.ts';
import { openPostgres } from '../storage/postgres.ts';
import { openSqlite } from '../storage/sqlite.ts';
import { prepareFile } from '../storage/sqlite-file.ts';
import { withSpans } from '../storage/traced.ts';
import type { Config } from './config.ts';

export interface ContextParts {
  secretKey: string;
  /** Whether the database may be created or taken over; `claim` by default. */
  opening?: Opening;
  /** The database, when it is open already; that of the Config when absent. */
  database?: Database;
  clock?: Clock;
  /** What identifiers and secrets are made of; the system's when absent. */
  random?: Random;
  /** What hashing a new password costs; as much as it should when absent. */
  passwordCost?: PasswordCost;
  /** Nothing is logged when absent. */
  logger?: Logger;
  /** What makes spans of looks and transactions; there are none without it. */
  tracing?: Tracing | undefined;
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
  {
    secretKey,
    database,
    clock = systemClock,
    random = systemRandom,
    passwordCost = PASSWORD_COST,
    logger,
    tracing,
    opening,
  }: ContextParts,
  metrics?: Pick<Metrics, 'observeQuery' | 'observeEvent'>,
): Context {
  const opened = database ?? openDatabase(config, metrics?.observeQuery, opening);
  return {
    database: tracing ? withSpans(opened, tracing) : opened,
    keyring: createKeyring(secretKey, config.previousSecretKey),
    clock,
    random,
    passwordCost,
    report: logger && metrics ? reportTo(logger, metrics.observeEvent) : () => {},
    actor: () => SERVER,
  };
}
