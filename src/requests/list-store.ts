/** The SQL of lists of requests, by each filter that a list may have. */

import { sql } from 'kysely';
import type { Queryable } from '../storage/database.ts';
import {
  type KeysetList,
  keysetList,
  type Parameter,
  type Position,
  type Slice,
} from '../storage/keyset.ts';
import type { ApiRequest, Outcome, RequestFilter } from './request.ts';
import { fromRow } from './store.ts';

type Values = {
  accountSid: string;
  caller: string;
  pathAccountSid: string;
  code: number;
  since: number;
  until: number;
};
const NONE: Values = {
  accountSid: '',
  caller: '',
  pathAccountSid: '',
  code: 0,
  since: 0,
  until: 0,
};

const CONDITIONS = {
  caller: (parameter: Parameter<Values>) => sql<boolean>`caller = ${parameter('caller')}`,
  pathAccountSid: (parameter: Parameter<Values>) =>
    sql<boolean>`path_account_sid = ${parameter('pathAccountSid')}`,
  // A code means a refusal or failure, which have an index of their own.
  code: (parameter: Parameter<Values>) =>
    sql<boolean>`code = ${parameter('code')} and status >= 400`,
  since: (parameter: Parameter<Values>) => sql<boolean>`created_at >= ${parameter('since')}`,
  until: (parameter: Parameter<Values>) => sql<boolean>`created_at < ${parameter('until')}`,
} as const;
const OUTCOME_CONDITIONS: Readonly<Record<Outcome, string>> = {
  answered: 'status < 400',
  // In this form the index of refused requests answers it.
  refused: 'status >= 400 and status < 500',
  failed: 'status >= 400 and status >= 500',
};
const NAMES = ['caller', 'pathAccountSid', 'code', 'since', 'until'] as const;

/** By the names of the filters that are given. */
const lists = new Map<string, KeysetList<Values, Parameters<typeof fromRow>[0]>>();

function listWith(filter: RequestFilter) {
  const names = NAMES.filter((name) => filter[name] !== undefined);
  const key = [filter.outcome ?? '', ...names].join();
  const known = lists.get(key);
  if (known !== undefined) return known;
  const { outcome } = filter;
  const matching = (parameter: Parameter<Values>) => [
    sql<boolean>`account_sid = ${parameter('accountSid')}`,
    ...(outcome === undefined ? [] : [sql<boolean>`${sql.raw(OUTCOME_CONDITIONS[outcome])}`]),
    ...names.map((name) => CONDITIONS[name](parameter)),
  ];
  const list = keysetList({
    rows: (query, parameter: Parameter<Values>) =>
      query
        .selectFrom('requests')
        .selectAll()
        .where((row) => row.and(matching(parameter))),
    places: (query, parameter) =>
      query
        .selectFrom('requests')
        .select(['created_at as createdAt', 'sid'])
        .where((row) => row.and(matching(parameter))),
    createdAt: 'requests.created_at',
    sid: 'requests.sid',
  });
  lists.set(key, list);
  return list;
}

function valuesOf(filter: RequestFilter): Values {
  return {
    accountSid: filter.accountSid,
    caller: filter.caller ?? NONE.caller,
    pathAccountSid: filter.pathAccountSid ?? NONE.pathAccountSid,
    code: filter.code ?? NONE.code,
    since: filter.since ?? NONE.since,
    until: filter.until ?? NONE.until,
  };
}

/** A slice of an account's requests, newest first in either direction. */
export async function listRequestRows(
  query: Queryable,
  filter: RequestFilter,
  slice: Slice,
): Promise<ApiRequest[]> {
  return (await listWith(filter).slice(query, valuesOf(filter), slice)).map(fromRow);
}

/** The place of the `count`-th newest request, or of the oldest when there are fewer. */
export function findPosition(
  query: Queryable,
  filter: RequestFilter,
  count: number,
): Promise<Position | undefined> {
  return listWith(filter).findPosition(query, valuesOf(filter), count);
}
