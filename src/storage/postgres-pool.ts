/**
 * The connections to PostgreSQL: time-outs, TLS as the URL configures it, and how broken connections are
 * handled.
 */

import { createRequire } from 'node:module';
import type { PostgresCursor, PostgresPool, PostgresQueryResult } from 'kysely';
import type pg from 'pg';
import type { Connections } from './database.ts';
import { isAway, isUnanswered, isWorthAnotherTry, nameFailure } from './postgres-failures.ts';

/** For the driver, which a server on SQLite does not load. */
const require = createRequire(import.meta.url);

const CONNECT_TIMEOUT_MS = 1500;
const INT8_OID = 20;

/** Opens a pool whose statements end within `timeoutMs`. Nothing is connected before the first. */
export function openPool(connection: pg.ClientConfig, size: number, timeoutMs: number): pg.Pool {
  const driver: typeof pg = require('pg');
  const types = new driver.TypeOverrides();
  // Times in milliseconds: far below 2^53.
  types.setTypeParser(INT8_OID, Number);
  const pool = new driver.Pool({
    ...connection,
    max: size,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    query_timeout: timeoutMs,
    // The server times out first and reports the reason.
    statement_timeout: timeoutMs - 100,
    keepAlive: true,
    // Statements that do not wait for each other are sent together.
    pipeline: true,
    types,
  });
  // A broken connection is replaced. Its user sees the error of its statement, and an error event that nobody
  // hears would end the process.
  pool.on('error', () => {});
  pool.on('connect', (client) => client.on('error', () => {}));
  return pool;
}

/** Watches how much the connections of a pool are in use. */
export function watchConnections(pool: pg.Pool, count: number): Connections {
  let inUse = 0;
  let busyMs = 0;
  let since = performance.now();
  const change = (by: number) => {
    const now = performance.now();
    busyMs += inUse * (now - since);
    since = now;
    inUse += by;
  };
  pool.on('acquire', () => change(1));
  pool.on('release', () => change(-1));
  return {
    count,
    busyMs() {
      change(0);
      return busyMs;
    },
  };
}

/**
 * A pool that names its failures, and throws a client away after one that leaves its state unknown:
 * a statement that timed out here may still be running there, and the next would wait behind it.
 * `onUnanswered` is called for each that got no answer.
 */
export function discardingBroken(pool: pg.Pool, onUnanswered?: () => void): PostgresPool {
  return {
    options: pool.options,
    end: () => pool.end(),
    async connect() {
      let client: pg.PoolClient | undefined = await connect();
      let failure: unknown;
      let isFresh = true;

      function query<R>(text: string, values: readonly unknown[]): Promise<PostgresQueryResult<R>>;
      function query<R>(cursor: PostgresCursor<R>): PostgresCursor<R>;
      function query<R>(text: string | PostgresCursor<R>, values: readonly unknown[] = []) {
        if (typeof text !== 'string') return text;
        return queryWithRetry<R>(text, values);
      }
      async function queryWithRetry<R>(
        text: string,
        values: readonly unknown[],
      ): Promise<PostgresQueryResult<R>> {
        if (failure !== undefined) throw failure;
        // Alone, not inside of a transaction, which begins with another word.
        const isRead = isFresh && /^select\b/i.test(text);
        isFresh = false;
        const begun = performance.now();
        try {
          return await runStatement<R>(text, values).catch(async (error: unknown) => {
            if (!(isRead && isWorthAnotherTry(error, begun))) throw error;
            client?.release(true);
            client = undefined;
            return runStatement<R>(text, values);
          });
        } catch (error) {
          const namedError = nameFailure(error);
          if (isAway(error)) failure = namedError;
          if (isUnanswered(error)) onUnanswered?.();
          throw namedError;
        }
      }
      async function runStatement<R>(text: string, values: readonly unknown[]) {
        client ??= await connect();
        return resultOf(await client.query<R & pg.QueryResultRow>(text, [...values]));
      }
      return { query, release: (discard) => client?.release(discard || failure !== undefined) };
    },
  };

  async function connect(): Promise<pg.PoolClient> {
    return pool.connect().catch((error: unknown) => {
      throw nameFailure(error);
    });
  }
}

/** The part of a driver's result that Kysely reads. */
export function resultOf<R extends pg.QueryResultRow>(
  result: pg.QueryResult<R>,
): PostgresQueryResult<R> {
  return {
    command: commandOf(result.command),
    rowCount: result.rowCount ?? 0,
    rows: result.rows,
  };
}

type Command = PostgresQueryResult<unknown>['command'];
const KNOWN_COMMANDS: readonly Command[] = [
  'UPDATE',
  'DELETE',
  'INSERT',
  'MERGE',
  'COMMIT',
  'ROLLBACK',
];

/**
 * Kysely only distinguishes commands that change rows, and a COMMIT that became a ROLLBACK; all others count
 * as SELECT.
 */
function commandOf(command: string): Command {
  return KNOWN_COMMANDS.find((candidate) => candidate === command) ?? 'SELECT';
}
