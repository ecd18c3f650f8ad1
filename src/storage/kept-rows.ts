/**
 * Rows are kept until anybody commits. SQLite says when: `PRAGMA data_version` of a connection changes
 * with every commit of another connection or process (its documentation, "PRAGMA data_version"). It is
 * asked before anything kept is used, so that what is kept is never older than what would be read.
 */

import type { Database as Connection } from 'better-sqlite3';
import type { QueryObserver } from './database.ts';
import type { KeepStatement } from './prepared.ts';
import { namingFailures } from './sqlite-failures.ts';

/** Results of one statement. The oldest goes first, one at a time: no burst of reads when it is full. */
const MAX_RESULTS = 10_000;

export interface KeptRows {
  /** Asks for the version; is called when a snapshot begins, in which it cannot change. */
  refresh(): void;
  /** Prepares a statement that reads; its rows are shared and must not be changed. */
  keep: KeepStatement;
}

/** Makes the memory of a connection that only reads. Lists are not kept, only results of one row or none. */
export function keepRowsOn(connection: Connection, observe?: QueryObserver): KeptRows {
  const dataVersion = connection.prepare<[], number>('pragma data_version').pluck();
  let version: number | undefined;

  function refresh(): void {
    version = namingFailures(() => dataVersion.get());
  }

  return {
    refresh,
    keep<Row>(sql: string) {
      const statement = namingFailures(() => connection.prepare<unknown[], Row>(sql));
      const results = new Map<string, Row[]>();
      let resultsOf: number | undefined;
      return async (parameters) => {
        if (!connection.inTransaction) refresh();
        if (resultsOf !== version) results.clear();
        resultsOf = version;
        const key = JSON.stringify(parameters);
        const kept = results.get(key);
        if (kept !== undefined) return kept;
        const begun = performance.now();
        const rows = namingFailures(() => statement.all(...parameters));
        observe?.(performance.now() - begun);
        if (rows.length <= 1) {
          const [oldest] = results.size < MAX_RESULTS ? [] : results.keys();
          if (oldest !== undefined) results.delete(oldest);
          results.set(key, rows);
        }
        return rows;
      };
    },
  };
}
