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
