/**
 * Keyset paging: a place in a list is the age and SID of a row, not a count, so any page costs the same and
 * rows added or removed in between neither repeat nor hide others. Lists are newest first. Every list of
 * every store is read here; each needs an index on what it is filtered by, then its age and SID
 * (test/storage/query-plans.test.ts).
 */

import { type RawBuilder, type SelectQueryBuilder, sql } from 'kysely';
import type { Queryable } from './database.ts';
import { prepared } from './prepared.ts';

/** A position in a list, next to the row that has (or had) these values. */
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

type Range = { fromCreatedAt: number; fromSid: string; limit: number };

/** Stands for a value of the filter in a query that is compiled once. */
export type Parameter<Values> = <Name extends keyof Values & string>(
  name: Name,
) => RawBuilder<Values[Name]>;

/** The queries of a list; neither has an order or a limit. */
interface ListSource<
  Filter,
  Tables,
  Table extends keyof Tables,
  Row,
  KeyTables,
  KeyTable extends keyof KeyTables,
> {
  /** Whole rows. */
  rows(query: Queryable, parameter: Parameter<Filter>): SelectQueryBuilder<Tables, Table, Row>;
  /** The same rows, of which only their places are read: an index must answer it alone. */
  places(
    query: Queryable,
    parameter: Parameter<Filter>,
  ): SelectQueryBuilder<KeyTables, KeyTable, Position>;
  /** The columns that order it, in both queries. */
  createdAt: string;
  sid: string;
}

/** A list that is read in slices. */
export interface KeysetList<Filter, Row> {
  /** The rows of a slice, newest first in either direction. */
  slice(on: Queryable, filter: Filter, slice: Slice): Promise<Row[]>;
  /** The place of the `count`-th newest row, or of the oldest when there are fewer. */
  findPosition(on: Queryable, filter: Filter, count: number): Promise<Position | undefined>;
}

/** Declares a list; its queries are compiled once, so `source` must depend on its arguments alone. */
export function keysetList<
  Filter extends Record<string, unknown>,
  Tables,
  Table extends keyof Tables,
  Row,
  KeyTables,
  KeyTable extends keyof KeyTables,
>(
  source: ListSource<Filter & Range, Tables, Table, Row, KeyTables, KeyTable>,
): KeysetList<Filter, Row> {
  const createdAt = sql.ref<number>(source.createdAt);
  const sid = sql.ref<string>(source.sid);

  const older = prepared<Filter & Range, Row>((query, parameter) =>
    source
      .rows(query, parameter)
      .where(sql<boolean>`(${createdAt}, ${sid}) < ${placeOf(parameter)}`)
      .orderBy(createdAt, 'desc')
      .orderBy(sid, 'desc')
      .limit(parameter('limit')),
  );
  const newer = prepared<Filter & Range, Row>((query, parameter) =>
    source
      .rows(query, parameter)
      .where(sql<boolean>`(${createdAt}, ${sid}) > ${placeOf(parameter)}`)
      .orderBy(createdAt, 'asc')
      .orderBy(sid, 'asc')
      .limit(parameter('limit')),
  );
  const oldestOf = prepared<Filter & Range, Position>((query, parameter) =>
    query
      .selectFrom(
        source
          .places(query, parameter)
          .orderBy(createdAt, 'desc')
          .orderBy(sid, 'desc')
          .limit(parameter('limit'))
          .as('newest'),
      )
      .select(['newest.createdAt', 'newest.sid'])
      .orderBy('newest.createdAt', 'asc')
      .orderBy('newest.sid', 'asc')
      .limit(1),
  );

  return {
    async slice(on, filter, { direction, from = START, limit }) {
      const range = { fromCreatedAt: from.createdAt, fromSid: from.sid, limit };
      const isOlder = direction === 'older';
      const rows = await (isOlder ? older : newer)(on, { ...filter, ...range });
      return isOlder ? rows : rows.reverse();
    },
    async findPosition(on, filter, count) {
      const range = { fromCreatedAt: START.createdAt, fromSid: START.sid, limit: count };
      const [position] = await oldestOf(on, { ...filter, ...range });
      return position;
    },
  };
}

function placeOf(parameter: Parameter<Range>): RawBuilder<unknown> {
  return sql`(${parameter('fromCreatedAt')}, ${parameter('fromSid')})`;
}
