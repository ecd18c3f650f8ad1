/** The SQL of the callbacks that fail, over all accounts: what an operator looks after. */

import { sql } from 'kysely';
import type { Queryable } from '../storage/database.ts';
import { keysetList, type Slice } from '../storage/keyset.ts';
import type { Callback } from './callback.ts';
import { fromRow } from './store.ts';

/** As the condition of its index has it: with parameters, no engine would know that it is the same. */
const IS_FAILING = sql<boolean>`status <> 'delivered' and attempts_made > 0`;

const failing = keysetList({
  rows: (query) => query.selectFrom('callbacks').selectAll().where(IS_FAILING),
  places: (query) =>
    query.selectFrom('callbacks').select(['created_at as createdAt', 'sid']).where(IS_FAILING),
  createdAt: 'callbacks.created_at',
  sid: 'callbacks.sid',
});

/** A slice of all callbacks that have failed at least once and are not delivered, newest first. */
export async function listFailingCallbacks(query: Queryable, slice: Slice): Promise<Callback[]> {
  return (await failing.slice(query, {}, slice)).map(fromRow);
}

/** How many callbacks of all accounts were given up, counted up to `limit`. */
export async function countFailed(query: Queryable, limit: number): Promise<number> {
  const rows = await query
    .selectFrom('callbacks')
    .select(sql.lit(1).as('one'))
    // As a literal, for the same reason.
    .where('status', '=', sql.lit<'failed'>('failed'))
    // True of all, and the column that the index begins with.
    .where('account_sid', '>', '')
    .limit(limit)
    .execute();
  return rows.length;
}
