/**
 * Keyset paging: a place in a list is the age and SID of a row, not a count, so any page costs the
 * same and rows that come or go meanwhile neither repeat nor hide others. Lists are newest first.
 */

import { type RawBuilder, sql } from 'kysely';

/** A place in a list, just beside the row that has (or had) these values. */
export interface Position {
  createdAt: number;
  sid: string;
}

/** Up to `limit` rows on one side of a place; `from` is undefined for the start of the list. */
export interface Slice {
  direction: 'older' | 'newer';
  from: Position | undefined;
  limit: number;
}

/** The place before the newest row. */
const START: Position = { createdAt: Number.MAX_SAFE_INTEGER, sid: '' };

/** The place that a slice starts from. */
export function positionOf(slice: Slice): Position {
  return slice.from ?? START;
}

/** The condition that a row of `table` lies on the older side of a place. */
export function isOlder(
  createdAt: RawBuilder<number>,
  sid: RawBuilder<string>,
  table: string,
  sidColumn = 'sid',
): RawBuilder<boolean> {
  return sql<boolean>`${keyOf(table, sidColumn)} < (${createdAt}, ${sid})`;
}

/** The condition that a row of `table` lies on the newer side of a place. */
export function isNewer(
  createdAt: RawBuilder<number>,
  sid: RawBuilder<string>,
  table: string,
  sidColumn = 'sid',
): RawBuilder<boolean> {
  return sql<boolean>`${keyOf(table, sidColumn)} > (${createdAt}, ${sid})`;
}

function keyOf(table: string, sidColumn: string): RawBuilder<unknown> {
  return sql`(${sql.ref(`${table}.created_at`)}, ${sql.ref(`${table}.${sidColumn}`)})`;
}
