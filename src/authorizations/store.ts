/** The SQL of authorizations, and the only bridge between their rows and the domain's types. */

import type { Selectable } from 'kysely';
import type { AccountStatus } from '../accounts/account.ts';
import { worseOf } from '../accounts/account.ts';
import { joinPermissions, splitPermissions } from '../connect-apps/permissions.ts';
import type { Queryable } from '../storage/database.ts';
import { prepared } from '../storage/prepared.ts';
import type { AuthorizationsTable } from '../storage/schema.ts';
import type { Authorization, Grant } from './authorization.ts';

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
      'authorization.connect_app_sid',
      'authorization.app_owner_sid',
      'owner.owner_account_sid as app_owner_parent_sid',
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
    connectAppSid: row.connect_app_sid,
    appOwnerSid: row.app_owner_sid,
    appOwnerParentSid: row.app_owner_parent_sid,
    permissions: splitPermissions(row.granted).filter((one) => requested.includes(one)),
    isRevoked: row.revoked_at !== null,
    ownerStatus: worseOf(row.owner_status, row.parent_status),
    ownerDigests: [row.token_digest, row.secondary_token_digest ?? undefined],
  };
}

interface GrantRow {
  connect_app_sid: string;
  app_owner_sid: string;
  app_owner_parent_sid: string;
  granted: string;
  revoked_at: number | null;
  requested: string | null;
  owner_status: AccountStatus;
  parent_status: AccountStatus;
  token_digest: string;
  secondary_token_digest: string | null;
}

/** Makes an authorization of its row. */
export function fromRow(row: Selectable<AuthorizationsTable>): Authorization {
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
