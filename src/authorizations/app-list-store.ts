/** The SQL of who authorized an app, as its owner sees it: now, or earlier. */

import { sql } from 'kysely';
import type { Queryable } from '../storage/database.ts';
import { keysetList, type Parameter, type Position, type Slice } from '../storage/keyset.ts';
import type { Authorization } from './authorization.ts';
import { fromRow } from './store.ts';

/** The app, and the owner that asks. */
interface Filter extends Record<string, unknown> {
  connectAppSid: string;
  ownerSid: string;
}

/** What is authorized now, by when that began. */
const live = keysetList({
  rows: (query, parameter: Parameter<Filter>) =>
    query
      .selectFrom('authorizations')
      .selectAll()
      .where('connect_app_sid', '=', parameter('connectAppSid'))
      .where('app_owner_sid', '=', parameter('ownerSid'))
      .where('revoked_at', 'is', null),
  places: (query, parameter) =>
    query
      .selectFrom('authorizations')
      .select(['created_at as createdAt', 'account_sid as sid'])
      .where('connect_app_sid', '=', parameter('connectAppSid'))
      .where('revoked_at', 'is', null),
  createdAt: 'authorizations.created_at',
  sid: 'authorizations.account_sid',
});

/** What ended, by when it did. */
const ended = keysetList({
  rows: (query, parameter: Parameter<Filter>) =>
    query
      .selectFrom('authorizations')
      .selectAll()
      .where('connect_app_sid', '=', parameter('connectAppSid'))
      .where('app_owner_sid', '=', parameter('ownerSid'))
      .where('revoked_at', 'is not', null),
  places: (query, parameter) =>
    query
      .selectFrom('authorizations')
      .select([sql<number>`${sql.ref('revoked_at')}`.as('createdAt'), 'account_sid as sid'])
      .where('connect_app_sid', '=', parameter('connectAppSid'))
      .where('revoked_at', 'is not', null),
  createdAt: 'authorizations.revoked_at',
  sid: 'authorizations.account_sid',
});

/** A slice of an app's authorizations, newest first in either direction. */
export async function listAuthorizationsOfApp(
  query: Queryable,
  filter: { connectAppSid: string; ownerSid: string; isEnded: boolean },
  slice: Slice,
): Promise<Authorization[]> {
  const { isEnded, connectAppSid, ownerSid } = filter;
  const rows = await (isEnded ? ended : live).slice(query, { connectAppSid, ownerSid }, slice);
  return rows.map(fromRow);
}

/** Where an authorization is in its list. */
export function placeOf({ accountSid, createdAt, revokedAt }: Authorization): Position {
  return { createdAt: revokedAt ?? createdAt, sid: accountSid };
}

/** How many authorizations of an app live, counted up to `limit`. */
export async function countLive(
  query: Queryable,
  connectAppSid: string,
  limit: number,
): Promise<number> {
  const { found } = await query
    .selectFrom((from) =>
      from
        .selectFrom('authorizations')
        .select('account_sid')
        .where('connect_app_sid', '=', connectAppSid)
        .where('revoked_at', 'is', null)
        .limit(limit)
        .as('some'),
    )
    .select(({ fn }) => fn.sum<number | string | null>(sql.lit(1)).as('found'))
    .executeTakeFirstOrThrow();
  return Number(found ?? 0);
}
