/** The SQL of keys of the admin API, and the only bridge between their rows and AdminKey. */

import type { Selectable } from 'kysely';
import type { Queryable } from '../storage/database.ts';
import { keysetList, type Slice } from '../storage/keyset.ts';
import type { AdminKeysTable } from '../storage/schema.ts';
import { type AdminKey, parseScopes, type StoredAdminKey } from './admin-key.ts';

/** The key with this SID. */
export async function findAdminKey(
  query: Queryable,
  sid: string,
): Promise<StoredAdminKey | undefined> {
  const row = await query
    .selectFrom('admin_keys')
    .selectAll()
    .where('sid', '=', sid)
    .executeTakeFirst();
  return row && fromRow(row);
}

const list = keysetList({
  rows: (query) => query.selectFrom('admin_keys').selectAll(),
  places: (query) => query.selectFrom('admin_keys').select(['created_at as createdAt', 'sid']),
  createdAt: 'admin_keys.created_at',
  sid: 'admin_keys.sid',
});

/** A slice of all keys, those that have ended too, newest first. */
export async function listAdminKeys(query: Queryable, slice: Slice): Promise<StoredAdminKey[]> {
  return (await list.slice(query, {}, slice)).map(fromRow);
}

/** Adds a key, or does nothing if it is there. */
export async function insertAdminKey(query: Queryable, key: StoredAdminKey): Promise<void> {
  await query
    .insertInto('admin_keys')
    .values({
      sid: key.sid,
      friendly_name: key.friendlyName,
      scopes: key.scopes.join(),
      secret_digest: key.secretDigest,
      fingerprint_sealed: key.sealedFingerprint,
      created_at: key.createdAt,
      expires_at: key.expiresAt,
      ended_at: key.endedAt,
      last_used_at: key.lastUsedAt,
    })
    .onConflict((conflict) => conflict.column('sid').doNothing())
    .execute();
}

type Changes = Partial<
  Pick<StoredAdminKey, 'endedAt' | 'lastUsedAt' | 'secretDigest' | 'sealedFingerprint'>
>;

/** Writes the given changes. */
export async function updateAdminKey(
  query: Queryable,
  sid: string,
  { endedAt, lastUsedAt, secretDigest, sealedFingerprint }: Changes,
): Promise<void> {
  await query
    .updateTable('admin_keys')
    .set({
      ended_at: endedAt,
      last_used_at: lastUsedAt,
      secret_digest: secretDigest,
      fingerprint_sealed: sealedFingerprint,
    })
    .where('sid', '=', sid)
    .execute();
}

/** The first keys in the order of their SIDs that come after one: for going through all of them. */
export async function findAdminKeysAfter(
  query: Queryable,
  sid: string,
  limit: number,
): Promise<StoredAdminKey[]> {
  const rows = await query
    .selectFrom('admin_keys')
    .selectAll()
    .where('sid', '>', sid)
    .orderBy('sid')
    .limit(limit)
    .execute();
  return rows.map(fromRow);
}

function fromRow(row: Selectable<AdminKeysTable>): StoredAdminKey {
  return {
    sid: row.sid,
    friendlyName: row.friendly_name,
    scopes: parseScopes(row.scopes.split(',')),
    createdAt: row.created_at,
    expiresAt: row.expires_at,
    endedAt: row.ended_at,
    lastUsedAt: row.last_used_at,
    secretDigest: row.secret_digest,
    sealedFingerprint: row.fingerprint_sealed,
  };
}

/** The key without anything of its secret. */
export function withoutSecret({
  secretDigest: _,
  sealedFingerprint: __,
  ...key
}: StoredAdminKey): AdminKey {
  return key;
}
