/** The SQL of lists of accounts, by each filter that a list may have. */

import { sql } from 'kysely';
import type { Queryable } from '../storage/database.ts';
import {
  type KeysetList,
  keysetList,
  type Parameter,
  type Position,
  type Slice,
} from '../storage/keyset.ts';
import type { AccountStatus } from './account.ts';
import { fromRow, type Row } from './store.ts';
import type { StoredAccount } from './token.ts';

/** Which accounts a list holds: those that have every given value. */
export interface AccountFilter {
  /** The parent: itself and its subaccounts. Absent: every account, for the operator. */
  ownerAccountSid?: string;
  /** Only this one: what a subaccount sees. */
  sid?: string;
  friendlyName?: string;
  /** Its own. That is also what is shown of it, as long as its parent is active. */
  status?: AccountStatus;
}

const COLUMNS: Readonly<Record<keyof AccountFilter, string>> = {
  ownerAccountSid: 'account.owner_account_sid',
  sid: 'account.sid',
  friendlyName: 'account.friendly_name',
  status: 'account.status',
};

const FILTERS = ['ownerAccountSid', 'sid', 'friendlyName', 'status'] as const;
type FilterName = (typeof FILTERS)[number];
type FilterValues = Record<FilterName, string>;
const NONE: FilterValues = { ownerAccountSid: '', sid: '', friendlyName: '', status: '' };

/** By the names of the filters that are given. */
const lists = new Map<string, KeysetList<FilterValues, Row>>();

function listWith(filter: AccountFilter): KeysetList<FilterValues, Row> {
  const names = FILTERS.filter((name) => filter[name] !== undefined);
  const key = names.join();
  let list = lists.get(key);
  if (list === undefined) {
    list = declareList(names);
    lists.set(key, list);
  }
  return list;
}

/** Each list has its own index, so rows that a filter excludes cost nothing. */
function declareList(names: readonly FilterName[]): KeysetList<FilterValues, Row> {
  const matching = (parameter: Parameter<FilterValues>) =>
    names.map((name) => sql<boolean>`${sql.ref(COLUMNS[name])} = ${parameter(name)}`);
  return keysetList({
    rows: (query, parameter: Parameter<FilterValues>) => {
      // A family has one parent: its status is looked up once, and not for each row.
      const owner = names.includes('ownerAccountSid')
        ? parameter('ownerAccountSid')
        : sql.ref<string>('account.owner_account_sid');
      return query
        .selectFrom('accounts as account')
        .selectAll('account')
        .select((row) =>
          row
            .selectFrom('accounts as owner')
            .select('owner.status')
            .where('owner.sid', '=', owner)
            .as('owner_status'),
        )
        .where((row) => row.and(matching(parameter)));
    },
    places: (query, parameter) =>
      query
        .selectFrom('accounts as account')
        .select(['account.created_at as createdAt', 'account.sid'])
        .where((row) => row.and(matching(parameter))),
    createdAt: 'account.created_at',
    sid: 'account.sid',
  });
}

/** A slice of accounts, newest first in either direction. */
export async function listAccounts(
  query: Queryable,
  filter: AccountFilter,
  slice: Slice,
): Promise<StoredAccount[]> {
  return (await listWith(filter).slice(query, { ...NONE, ...filter }, slice)).map(fromRow);
}

/** The place of the `count`-th newest account of a list, or of the oldest when there are fewer. */
export function findPosition(
  query: Queryable,
  filter: AccountFilter,
  count: number,
): Promise<Position | undefined> {
  return listWith(filter).findPosition(query, { ...NONE, ...filter }, count);
}
