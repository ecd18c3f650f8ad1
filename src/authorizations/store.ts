/** The SQL of authorizations, and the only bridge between their rows and the domain's types. */

import { type Selectable, sql } from 'kysely';
import type { AccountStatus } from '../accounts/account.ts';
import { worseOf } from '../accounts/store.ts';
import { joinPermissions, splitPermissions } from '../connect-apps/permissions.ts';
import type { Queryable } from '../storage/database.ts';
import { isNewer, isOlder, type Position, positionOf, type Slice } from '../storage/keyset.ts';
import { prepared } from '../storage/prepared.ts';
import type { AuthorizationsTable } from '../storage/schema.ts';
import type { Authorization, AuthorizedConnectApp, Grant } from './authorization.ts';

/** What one customer authorized one app to do. */
export interface AuthorizationKey {
  accountSid: string;
  connectAppSid: string;
}

/** The authorization of this customer for this app, revoked or not. */
export async function findAuthorization(
  query: Queryable,
  key: AuthorizationKey,
): Promise<Authorization | undefined> {
  const row = await query
    .selectFrom('authorizations')
    .selectAll()
    .where('account_sid', '=', key.accountSid)
    .where('connect_app_sid', '=', key.connectAppSid)
    .executeTakeFirst();
  return row && fromRow(row);
}

/** Adds an authorization, or replaces the one that this customer had for this app. */
export async function putAuthorization(
  query: Queryable,
  authorization: Authorization,
): Promise<void> {
  const columns = {
    subaccount_sid: authorization.subaccountSid,
    app_owner_sid: authorization.appOwnerSid,
    permissions: joinPermissions(authorization.permissions),
    created_at: authorization.createdAt,
    updated_at: authorization.updatedAt,
    revoked_at: authorization.revokedAt,
  };
  await query
    .insertInto('authorizations')
    .values({
      account_sid: authorization.accountSid,
      connect_app_sid: authorization.connectAppSid,
      ...columns,
    })
    .onConflict((conflict) =>
      conflict.columns(['account_sid', 'connect_app_sid']).doUpdateSet(columns),
    )
    .execute();
}

const selectGrant = prepared<{ subaccountSid: string }, GrantRow>((query, parameter) =>
  query
    .selectFrom('authorizations as authorization')
    .innerJoin('accounts as owner', 'owner.sid', 'authorization.app_owner_sid')
    .innerJoin('accounts as parent', 'parent.sid', 'owner.owner_account_sid')
    .leftJoin('connect_apps as app', (join) =>
      join
        .onRef('app.account_sid', '=', 'authorization.app_owner_sid')
        .onRef('app.sid', '=', 'authorization.connect_app_sid'),
    )
    .select([
      'authorization.permissions as granted',
      'authorization.revoked_at',
      'app.permissions as requested',
      'owner.status as owner_status',
      'parent.status as parent_status',
      'owner.token_digest',
      'owner.secondary_token_digest',
    ])
    .where('authorization.subaccount_sid', '=', parameter('subaccountSid')),
);

/** What an authorized request on this subaccount may use, in one query: it is asked on each. */
export async function findGrant(
  query: Queryable,
  subaccountSid: string,
): Promise<Grant | undefined> {
  const [row] = await selectGrant(query, { subaccountSid });
  if (row === undefined) return undefined;
  const requested = splitPermissions(row.requested ?? '');
  return {
    permissions: splitPermissions(row.granted).filter((one) => requested.includes(one)),
    isRevoked: row.revoked_at !== null,
    ownerStatus: worseOf(row.owner_status, row.parent_status),
    ownerDigests: [row.token_digest, row.secondary_token_digest ?? undefined],
  };
}

interface GrantRow {
  granted: string;
  revoked_at: number | null;
  requested: string | null;
  owner_status: AccountStatus;
  parent_status: AccountStatus;
  token_digest: string;
  secondary_token_digest: string | null;
}

/** Whose authorizations a list holds: a customer's, or those of one of its subaccounts. */
export interface AuthorizedFilter {
  /** The customer. */
  accountSid: string;
  /** Only what was authorized for this subaccount. */
  subaccountSid?: string;
}

/** A slice of what is authorized now, newest first in either direction. */
export async function listAuthorizedConnectApps(
  query: Queryable,
  filter: AuthorizedFilter,
  slice: Slice,
): Promise<AuthorizedConnectApp[]> {
  const isOlderSlice = slice.direction === 'older';
  const { createdAt, sid } = positionOf(slice);
  const beside = isOlderSlice ? isOlder : isNewer;
  const order = isOlderSlice ? 'desc' : 'asc';
  const rows = await selectAuthorized(query, filter)
    .where(beside(sql`${createdAt}`, sql`${sid}`, 'authorization', 'connect_app_sid'))
    .orderBy('authorization.created_at', order)
    .orderBy('authorization.connect_app_sid', order)
    .limit(slice.limit)
    .execute();
  return (isOlderSlice ? rows : rows.reverse()).map(fromAuthorizedRow);
}

/** The place of the `count`-th newest of a list, or of the oldest when there are fewer. */
export async function findPosition(
  query: Queryable,
  filter: AuthorizedFilter,
  count: number,
): Promise<Position | undefined> {
  const rows = await listAuthorizedConnectApps(query, filter, {
    direction: 'older',
    from: undefined,
    limit: count,
  });
  return rows.at(-1);
}

/** One of a list. */
export async function findAuthorizedConnectApp(
  query: Queryable,
  filter: AuthorizedFilter,
  connectAppSid: string,
): Promise<AuthorizedConnectApp | undefined> {
  const row = await selectAuthorized(query, filter)
    .where('authorization.connect_app_sid', '=', connectAppSid)
    .executeTakeFirst();
  return row && fromAuthorizedRow(row);
}

function selectAuthorized(query: Queryable, filter: AuthorizedFilter) {
  const all = query
    .selectFrom('authorizations as authorization')
    .innerJoin('connect_apps as app', (join) =>
      join
        .onRef('app.account_sid', '=', 'authorization.app_owner_sid')
        .onRef('app.sid', '=', 'authorization.connect_app_sid'),
    )
    .selectAll('authorization')
    .select(['app.friendly_name', 'app.description', 'app.company_name', 'app.homepage_url'])
    .where('authorization.account_sid', '=', filter.accountSid)
    .where('authorization.revoked_at', 'is', null);
  return filter.subaccountSid === undefined
    ? all
    : all.where('authorization.subaccount_sid', '=', filter.subaccountSid);
}

/**
 * Removes up to `limit` authorizations that ended before a time and whose app is gone, so that they
 * can never be renewed; returns how many it removed.
 */
export async function purgeAuthorizations(
  query: Queryable,
  before: number,
  limit: number,
): Promise<number> {
  const rows = await query
    .selectFrom('authorizations as authorization')
    .leftJoin('connect_apps as app', (join) =>
      join
        .onRef('app.account_sid', '=', 'authorization.app_owner_sid')
        .onRef('app.sid', '=', 'authorization.connect_app_sid'),
    )
    .select(['authorization.account_sid', 'authorization.connect_app_sid'])
    .where('authorization.revoked_at', '<', before)
    .where('app.sid', 'is', null)
    .limit(limit)
    .execute();
  for (const { account_sid, connect_app_sid } of rows) {
    await query
      .deleteFrom('authorizations')
      .where('account_sid', '=', account_sid)
      .where('connect_app_sid', '=', connect_app_sid)
      .execute();
  }
  return rows.length;
}

type Row = Selectable<AuthorizationsTable>;

interface AuthorizedRow extends Row {
  friendly_name: string | null;
  description: string | null;
  company_name: string | null;
  homepage_url: string | null;
}

function fromRow(row: Row): Authorization {
  return {
    accountSid: row.account_sid,
    connectAppSid: row.connect_app_sid,
    subaccountSid: row.subaccount_sid,
    appOwnerSid: row.app_owner_sid,
    permissions: splitPermissions(row.permissions),
    createdAt: row.created_at,
    updatedAt: row.updated_at,
    revokedAt: row.revoked_at,
  };
}

function fromAuthorizedRow(row: AuthorizedRow): AuthorizedConnectApp {
  return {
    ...fromRow(row),
    sid: row.connect_app_sid,
    connectAppFriendlyName: row.friendly_name,
    connectAppDescription: row.description,
    connectAppCompanyName: row.company_name,
    connectAppHomepageUrl: row.homepage_url,
  };
}
