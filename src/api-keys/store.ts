/** The SQL of API keys, and the only bridge between their rows and ApiKey. */

import type { Selectable } from 'kysely';
import type { Queryable } from '../storage/database.ts';
import { keysetList, type Parameter, type Position, type Slice } from '../storage/keyset.ts';
import { prepared } from '../storage/prepared.ts';
import type { ApiKeysTable } from '../storage/schema.ts';
import type { ApiKey, StoredApiKey, StoredSecret } from './api-key.ts';

type Row = Selectable<ApiKeysTable>;

const selectOne = prepared<{ sid: string }, Row>((query, parameter) =>
  query.selectFrom('api_keys').selectAll().where('sid', '=', parameter('sid')),
);

/** The key with this SID, of any account: credentials name no account. */
export async function findApiKey(query: Queryable, sid: string): Promise<StoredApiKey | undefined> {
  const [row] = await selectOne(query, { sid });
  return row && fromRow(row);
}

const list = keysetList({
  rows: (query, parameter: Parameter<{ accountSid: string }>) =>
    query.selectFrom('api_keys').selectAll().where('account_sid', '=', parameter('accountSid')),
  places: (query, parameter) =>
    query
      .selectFrom('api_keys')
      .select(['created_at as createdAt', 'sid'])
      .where('account_sid', '=', parameter('accountSid')),
  createdAt: 'api_keys.created_at',
  sid: 'api_keys.sid',
});

/** A slice of the account's keys, newest first in either direction. */
export async function listApiKeys(
  query: Queryable,
  accountSid: string,
  slice: Slice,
): Promise<ApiKey[]> {
  return (await list.slice(query, { accountSid }, slice)).map(fromRow).map(withoutSecret);
}

/** The place of the `count`-th newest key, or of the oldest one when there are fewer. */
export function findPosition(
  query: Queryable,
  accountSid: string,
  count: number,
): Promise<Position | undefined> {
  return list.findPosition(query, { accountSid }, count);
}

/** Adds a key; does nothing if the account already has one with this SID. */
export async function insertApiKey(
  query: Queryable,
  key: ApiKey,
  { digest, sealedFingerprint }: StoredSecret,
): Promise<void> {
  await query
    .insertInto('api_keys')
    .values({
      account_sid: key.accountSid,
      sid: key.sid,
      friendly_name: key.friendlyName,
      type: key.type,
      secret_digest: digest,
      fingerprint_sealed: sealedFingerprint,
      created_at: key.createdAt,
      updated_at: key.updatedAt,
    })
    .onConflict((conflict) => conflict.columns(['account_sid', 'sid']).doNothing())
    .execute();
}

/** Renames a key. */
export async function renameApiKey(
  query: Queryable,
  { accountSid, sid, friendlyName, updatedAt }: ApiKey,
): Promise<void> {
  await query
    .updateTable('api_keys')
    .set({ friendly_name: friendlyName, updated_at: updatedAt })
    .where('account_sid', '=', accountSid)
    .where('sid', '=', sid)
    .execute();
}

/** Removes a key. */
export async function deleteApiKeyRow(
  query: Queryable,
  { accountSid, sid }: Pick<ApiKey, 'accountSid' | 'sid'>,
): Promise<void> {
  await query
    .deleteFrom('api_keys')
    .where('account_sid', '=', accountSid)
    .where('sid', '=', sid)
    .execute();
}

/** The first keys in the order of their SIDs that come after one: for going through all of them. */
export async function findApiKeysAfter(
  query: Queryable,
  sid: string,
  limit: number,
): Promise<StoredApiKey[]> {
  const rows = await query
    .selectFrom('api_keys')
    .selectAll()
    .where('sid', '>', sid)
    .orderBy('sid')
    .limit(limit)
    .execute();
  return rows.map(fromRow);
}

/** Writes how the secret of a key is stored. */
export async function setStoredSecret(
  query: Queryable,
  { accountSid, sid }: ApiKey,
  { digest, sealedFingerprint }: StoredSecret,
): Promise<void> {
  await query
    .updateTable('api_keys')
    .set({ secret_digest: digest, fingerprint_sealed: sealedFingerprint })
    .where('account_sid', '=', accountSid)
    .where('sid', '=', sid)
    .execute();
}

function fromRow(row: Row): StoredApiKey {
  return {
    accountSid: row.account_sid,
    sid: row.sid,
    friendlyName: row.friendly_name,
    type: row.type,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
    storedSecret: { digest: row.secret_digest, sealedFingerprint: row.fingerprint_sealed },
  };
}

/** The key without anything of its secret. */
function withoutSecret({ storedSecret: _, ...key }: StoredApiKey): ApiKey {
  return key;
}
