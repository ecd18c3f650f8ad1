/** Statements with names, under which each connection to PostgreSQL keeps them prepared. */

import type pg from 'pg';
import type { QueryObserver } from './database.ts';
import { isOutdatedPlan, isWorthAnotherTry, nameFailure } from './postgres-failures.ts';
import type { KeepStatement } from './prepared.ts';

export interface StatementNames {
  /** The name of a text, the same on every connection. */
  of(text: string): string;
  /** Replaces a name whose statements predate a schema change and would fail forever. */
  replace(text: string, outdated: string): void;
}

/** Creates the statement names for all connections of a pool. */
export function nameStatements(): StatementNames {
  const names = new Map<string, string>();
  let count = 0;
  const add = (text: string) => {
    count += 1;
    const name = `q${count}`;
    names.set(text, name);
    return name;
  };
  return {
    of: (text) => names.get(text) ?? add(text),
    replace(text, outdated) {
      if (names.get(text) === outdated) add(text);
    },
  };
}

/** Runs each statement on any connection of the pool, and once more when its connection was lost. */
export function keepOnAny(
  pool: pg.Pool,
  names: StatementNames,
  observe?: QueryObserver,
): KeepStatement {
  return <Row>(text: string) =>
    async (values) => {
      const begun = performance.now();
      let name = names.of(text);
      const read = () => pool.query<Row & pg.QueryResultRow>({ name, text, values: [...values] });
      try {
        const { rows } = await read().catch((error: unknown) => {
          if (isOutdatedPlan(error)) names.replace(text, name);
          else if (!isWorthAnotherTry(error, begun)) throw error;
          name = names.of(text);
          return read();
        });
        return rows;
      } catch (error) {
        throw nameFailure(error);
      } finally {
        observe?.(performance.now() - begun);
      }
    };
}

/** Runs statements on one connection, without waiting for those before; failures stay the driver's. */
export function keepOn(
  client: pg.PoolClient,
  names: StatementNames,
  observe?: QueryObserver,
): KeepStatement {
  return <Row>(text: string) =>
    async (values) => {
      const begun = performance.now();
      const name = names.of(text);
      try {
        const query = { name, text, values: [...values] };
        const { rows } = await client.query<Row & pg.QueryResultRow>(query);
        return rows;
      } catch (error) {
        if (isOutdatedPlan(error)) names.replace(text, name);
        throw error;
      } finally {
        observe?.(performance.now() - begun);
      }
    };
}
