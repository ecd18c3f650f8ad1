/**
 * Keeps rows until any process commits. `PRAGMA data_version` of a connection changes with every commit of
 * another connection or process (see SQLite's documentation). It is checked before a kept row is used, so a
 * kept row is never older than a fresh read.
 */

import type { Database as Connection, Statement } from 'better-sqlite3';
import { keepRecent } from '../recent.ts';
import type { QueryObserver } from './database.ts';
import type { KeepStatement } from './prepared.ts';
import { nameFailure, namingFailures } from './sqlite-failures.ts';

/** Results of one statement. */
const MAX_RESULTS = 10_000;

export interface KeptRows {
  /** Is called when a snapshot has begun, in which the version cannot change: asks for it once. */
  begin(): void;
  /** Is called when the snapshot ends. */
  end(): void;
  /** Prepares a statement that reads; its rows are shared and must not be changed. */
  keep: KeepStatement;
}

/** Creates the row cache of a read-only connection. It keeps results of at most one row, not lists. */
export function keepRowsOn(connection: Connection, observe?: QueryObserver): KeptRows {
  const dataVersion = connection.prepare<[], number>('pragma data_version').pluck();
  let version: number | undefined;
  let isInSnapshot = false;

  function refresh(): void {
    version = namingFailures(() => dataVersion.get());
  }

  function read<Row>(statement: Statement<unknown[], Row>, parameters: readonly unknown[]): Row[] {
    try {
      return statement.all(...parameters);
    } catch (error) {
      // A failure of the disk ends the snapshot, too.
      isInSnapshot = false;
      throw nameFailure(error);
    }
  }

  return {
    begin() {
      refresh();
      isInSnapshot = true;
    },
    end() {
      isInSnapshot = false;
    },
    keep<Row>(sql: string) {
      const statement = namingFailures(() => connection.prepare<unknown[], Row>(sql));
      const results = keepRecent<Row[]>(MAX_RESULTS);
      let resultsOf: number | undefined;
      return async (parameters) => {
        if (!isInSnapshot) refresh();
        if (resultsOf !== version) {
          results.clear();
          resultsOf = version;
        }
        const key = JSON.stringify(parameters);
        const kept = results.get(key);
        if (kept !== undefined) return kept;
        const begun = performance.now();
        const rows = read(statement, parameters);
        observe?.(performance.now() - begun);
        if (rows.length <= 1) results.set(key, rows);
        return rows;
      };
    },
  };
}
