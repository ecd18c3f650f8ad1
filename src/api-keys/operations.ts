/** What can be done with API keys, each operation one transaction. No HTTP. */

import { findAccount } from '../accounts/store.ts';
import { recorder } from '../audit/record.ts';
import type { Context } from '../context.ts';
import { checkFriendlyName, type Parameters, textOf } from '../parameter.ts';
import { Problem } from '../problem.ts';
import { createSid, parseSid } from '../sid.ts';
import type { Queryable } from '../storage/database.ts';
import type { Slice } from '../storage/keyset.ts';
import {
  type ApiKey,
  type ApiKeyType,
  type ApiKeyWithSecret,
  FRIENDLY_NAME_RULE,
  fingerprintOf,
} from './api-key.ts';
import { storeFingerprint } from './re-encrypt.ts';
import {
  deleteApiKeyRow,
  findApiKey,
  findPosition,
  insertApiKey,
  listApiKeys,
  renameApiKey,
} from './store.ts';

/** Creates a key of the account and returns it with its secret, which is stored nowhere. */
export async function createApiKey(
  context: Context,
  accountSid: string,
  parameters: Parameters,
  type: ApiKeyType = 'Standard',
): Promise<ApiKeyWithSecret> {
  const now = context.clock.now();
  const key: ApiKey = {
    accountSid,
    sid: createSid('SK', context.random),
    friendlyName: parseFriendlyName(parameters) ?? '',
    type,
    createdAt: now,
    updatedAt: now,
  };
  const secret = context.random.bytes(16).toString('hex');
  const stored = storeFingerprint(context, key.sid, fingerprintOf(secret));
  const record = recorder(context);
  await context.database.transaction(async (transaction) => {
    const account = await findAccount(transaction, accountSid);
    if (account === undefined) throw new Problem('not_found');
    if (account.status === 'closed') {
      throw new Problem('account_closed', 'A closed account can have no API keys.');
    }
    await insertApiKey(transaction, key, stored);
    await record(transaction, { eventType: 'api-key.created', accountSid, resourceSid: key.sid });
  });
  return { ...key, secret };
}

/** Returns the account's key, and raises `not_found` when it has none with this SID. */
export async function getApiKey(
  context: Context,
  accountSid: string,
  sidText: string,
): Promise<ApiKey> {
  return getApiKeyIn(context.database.query, accountSid, sidText);
}

/** Whether there is a key with this SID, of any account. */
export async function hasApiKey(context: Context, sidText: string): Promise<boolean> {
  const sid = parseSid('SK', sidText);
  return sid !== undefined && (await findApiKey(context.database.query, sid)) !== undefined;
}

async function getApiKeyIn(query: Queryable, accountSid: string, sidText: string): Promise<ApiKey> {
  const sid = parseSid('SK', sidText);
  const found = sid && (await findApiKey(query, sid));
  if (!found || found.accountSid !== accountSid) throw new Problem('not_found');
  const { storedSecret: _, ...key } = found;
  return key;
}

/** The API keys of an account; `name` is that of the list, which its page tokens are bound to. */
export function listingOfApiKeys(context: Context, accountSid: string, name: string) {
  const { query } = context.database;
  return {
    scope: `${accountSid} ${name}`,
    slice: (slice: Slice) => listApiKeys(query, accountSid, slice),
    findPosition: (count: number) => findPosition(query, accountSid, count),
  };
}

/** Renames a key when `parameters` have a FriendlyName; `not_found` as above. */
export async function updateApiKey(
  context: Context,
  accountSid: string,
  sidText: string,
  parameters: Parameters,
): Promise<ApiKey> {
  const friendlyName = parseFriendlyName(parameters);
  const updatedAt = context.clock.now();
  const record = recorder(context);
  return context.database.transaction(async (transaction) => {
    const key = await getApiKeyIn(transaction, accountSid, sidText);
    if (friendlyName === undefined) return key;
    const renamed = { ...key, friendlyName, updatedAt };
    await renameApiKey(transaction, renamed);
    if (friendlyName !== key.friendlyName) {
      await record(transaction, { eventType: 'api-key.renamed', accountSid, resourceSid: key.sid });
    }
    return renamed;
  });
}

/** Deletes a key: the next request that it would open is refused. `not_found` as above. */
export async function deleteApiKey(
  context: Context,
  accountSid: string,
  sidText: string,
): Promise<ApiKey> {
  const record = recorder(context);
  return context.database.transaction(async (transaction) => {
    const key = await getApiKeyIn(transaction, accountSid, sidText);
    await deleteApiKeyRow(transaction, key);
    await record(transaction, { eventType: 'api-key.deleted', accountSid, resourceSid: key.sid });
    return key;
  });
}

function parseFriendlyName(parameters: Parameters): string | undefined {
  const text = textOf(parameters, 'FriendlyName');
  return text === undefined ? undefined : checkFriendlyName(FRIENDLY_NAME_RULE, text);
}
