/**
 * Texts that are found by how they begin. The range of a prefix is exact only in the order of bytes, which is
 * SQLite's, and PostgreSQL's in the collation "C", whatever the database was created with.
 */

import { PostgresAdapter, type RawBuilder, sql } from 'kysely';

/** Something whose engine is known: a database or a transaction, of any schema. */
interface OnEngine {
  getExecutor(): { adapter: object };
}

/** A column as a text in the order of bytes; an index on the same text answers what is asked of it. */
export function inByteOrder(on: OnEngine, column: string): RawBuilder<string> {
  const text = sql.ref<string>(column);
  return on.getExecutor().adapter instanceof PostgresAdapter
    ? sql<string>`(${text} collate "C")`
    : sql<string>`${text}`;
}

/** The same with its ASCII letters in lower case, on either engine those alone. */
export function lowerCase(on: OnEngine, column: string): RawBuilder<string> {
  return sql<string>`lower(${inByteOrder(on, column)})`;
}

/** A search text as `lowerCase` has the texts that it is to find. */
export function toLowerCase(text: string): string {
  return text.replace(/[A-Z]/g, (letter) => letter.toLowerCase());
}

/** The first text, in the order of bytes, that comes after every text with this beginning. */
export function afterPrefix(prefix: string): string {
  return `${prefix}\u{10ffff}`;
}
