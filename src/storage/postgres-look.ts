/**
 * Reads that belong together go through one connection, which answers them in their order: those that
 * do not wait for each other are sent at once, and cost one round trip.
 */

import type { PostgresCursor, PostgresPool, PostgresPoolClient, PostgresQueryResult } from 'kysely';
import type pg from 'pg';
import type { Queryable } from './database.ts';
import { isAway, isOutdatedPlan, isWorthAnotherTry, nameFailure } from './postgres-failures.ts';
import { resultOf } from './postgres-pool.ts';

/** Returns the function that runs a look on a connection of `pool`; `queryableOn` wraps that connection. */
export function lookOn(
  pool: pg.Pool,
  queryableOn: (client: pg.PoolClient) => Queryable,
): <T>(work: (query: Queryable) => Promise<T>) => Promise<T> {
  const queryables = new WeakMap<pg.PoolClient, Queryable>();

  async function lookOnce<T>(work: (query: Queryable) => Promise<T>): Promise<T> {
    const client = await pool.connect();
    let isBroken = false;
    try {
      const query = queryables.get(client) ?? queryableOn(client);
      queryables.set(client, query);
      return await work(query);
    } catch (error) {
      isBroken = isAway(error);
      throw error;
    } finally {
      // A statement that timed out here may still be running there, and the next would wait behind it.
      client.release(isBroken);
    }
  }

  return async function look(work) {
    const begun = performance.now();
    try {
      return await lookOnce(work).catch((error: unknown) => {
        if (!(isOutdatedPlan(error) || isWorthAnotherTry(error, begun))) throw error;
        return lookOnce(work);
      });
    } catch (error) {
      throw nameFailure(error);
    }
  };
}

/** A pool of this one connection, for queries that are not kept; it belongs to a look and is not released. */
export function poolOfOne(pool: pg.Pool, client: pg.PoolClient): PostgresPool {
  function query<R>(text: string, values: readonly unknown[]): Promise<PostgresQueryResult<R>>;
  function query<R>(cursor: PostgresCursor<R>): PostgresCursor<R>;
  function query<R>(text: string | PostgresCursor<R>, values: readonly unknown[] = []) {
    return typeof text === 'string' ? runStatement<R>(text, values) : text;
  }
  async function runStatement<R>(text: string, values: readonly unknown[]) {
    return resultOf(await client.query<R & pg.QueryResultRow>(text, [...values]));
  }
  const connection: PostgresPoolClient = { query, release: () => {} };
  return { options: pool.options, connect: async () => connection, end: async () => {} };
}
