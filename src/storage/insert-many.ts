/**
 * Inserts of many rows by statements that are compiled once. A statement with a row of values for each row of its
 * size takes what fits; what is left over takes smaller ones.
 */

import { type InsertQueryBuilder, type InsertResult, sql } from 'kysely';
import type { Queryable } from './database.ts';
import { prepared } from './prepared.ts';
import type { Schema } from './schema.ts';

/** The largest first. SQLite takes 32,766 parameters in a statement. */
const SIZES = [32, 8, 1] as const;

type Value = string | number | null;
type Insert<Table extends keyof Schema> = InsertQueryBuilder<Schema, Table, InsertResult>;

/** Returns what inserts rows into a table; `onConflict` says what happens to one that is there. */
export function insertMany<Table extends keyof Schema, Column extends keyof Schema[Table] & string>(
  table: Table,
  columns: readonly Column[],
  onConflict: (insert: Insert<Table>) => Insert<Table>,
): (query: Queryable, rows: readonly Readonly<Record<Column, Value>>[]) => Promise<void> {
  const inserts = SIZES.map((size) => ({
    size,
    run: prepared<Record<string, Value>, never>((query, parameter) => {
      const rows = Array.from(
        { length: size },
        (_, row) => sql`(${sql.join(columns.map((column) => parameter(column + row)))})`,
      );
      const insert = query.insertInto(table).columns([...columns]);
      return onConflict(insert.expression(sql`values ${sql.join(rows)}`));
    }),
  }));

  return async (query, rows) => {
    let first = 0;
    for (const { size, run } of inserts) {
      for (; rows.length - first >= size; first += size) {
        const values: Record<string, Value> = {};
        rows.slice(first, first + size).forEach((row, index) => {
          for (const column of columns) values[column + index] = row[column];
        });
        await run(query, values);
      }
    }
  };
}
