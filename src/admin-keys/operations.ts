/** What can be done with keys of the admin API, each operation one transaction. No HTTP. */

import { reEncryptAll } from '../accounts/re-encrypt.ts';
import { recorder } from '../audit/record.ts';
import type { Context } from '../context.ts';
import { checkFriendlyName } from '../parameter.ts';
import { Problem } from '../problem.ts';
import { createSid, parseSid } from '../sid.ts';
import type { Queryable } from '../storage/database.ts';
import type { Slice } from '../storage/keyset.ts';
import { type AdminKey, fingerprintOf, parseScopes, type StoredAdminKey } from './admin-key.ts';
import {
  findAdminKey,
  findAdminKeysAfter,
  insertAdminKey,
  listAdminKeys,
  updateAdminKey,
  withoutSecret,
} from './store.ts';

const NAME_RULE = {
  type: 'string',
  maxLength: 64,
  description: 'The name of the key, up to 64 characters.',
} as const;
const DAY_MS = 24 * 60 * 60 * 1000;
const MINUTE_MS = 60_000;
const CHUNK = 50;

export interface NewAdminKey {
  friendlyName: string;
  scopes: readonly string[];
  /** When it stops by itself; undefined: never. */
  expiresInDays?: number | undefined;
}

/** Creates a key and returns it with its text, which is stored nowhere. Its trail is its own SID's. */
export async function createAdminKey(
  context: Context,
  { friendlyName, scopes, expiresInDays }: NewAdminKey,
): Promise<AdminKey & { key: string }> {
  const { clock, random, keyring } = context;
  const sid = createSid('AK', random);
  const secret = random.bytes(32).toString('hex');
  const now = clock.now();
  const stored: StoredAdminKey = {
    sid,
    friendlyName: checkFriendlyName(NAME_RULE, friendlyName),
    scopes: parseScopes(scopes),
    createdAt: now,
    expiresAt: expiresInDays === undefined ? null : now + expiresInDays * DAY_MS,
    endedAt: null,
    lastUsedAt: null,
    secretDigest: keyring.digest(fingerprintOf(secret)),
    sealedFingerprint: keyring.seal(fingerprintOf(secret), sid),
  };
  const record = recorder(context);
  await context.database.transaction(async (transaction) => {
    await insertAdminKey(transaction, stored);
    await record(transaction, {
      eventType: 'admin-key.created',
      accountSid: sid,
      resourceSid: sid,
      properties: stored.scopes,
    });
  });
  return { ...withoutSecret(stored), key: `${sid}.${secret}` };
}

/** Every key, newest first. */
export function listingOfAdminKeys(context: Context) {
  const { query } = context.database;
  return {
    scope: 'AdminKeys',
    slice: async (slice: Slice): Promise<AdminKey[]> =>
      (await listAdminKeys(query, slice)).map(withoutSecret),
  };
}

/** Ends a key: the next request that it would open is refused. It stays in the list. `not_found` without one. */
export async function endAdminKey(context: Context, sidText: string): Promise<AdminKey> {
  const now = context.clock.now();
  const record = recorder(context);
  return context.database.transaction(async (transaction) => {
    const sid = parseSid('AK', sidText);
    const key = sid && (await findAdminKey(transaction, sid));
    if (!key) throw new Problem('not_found');
    if (key.endedAt !== null) return withoutSecret(key);
    await updateAdminKey(transaction, key.sid, { endedAt: now });
    const eventType = 'admin-key.ended';
    await record(transaction, { eventType, accountSid: key.sid, resourceSid: key.sid });
    return { ...withoutSecret(key), endedAt: now };
  });
}

/** Returns the key that this text is, unless it has ended, has expired, or never was: after the same work. */
export async function findKeyByText(
  context: Context,
  query: Queryable,
  text: string,
): Promise<AdminKey | undefined> {
  const [sidText = '', secret = ''] = text.split('.', 2);
  const sid = parseSid('AK', sidText);
  const found = sid && (await findAdminKey(query, sid));
  const isRight = context.keyring.matches(fingerprintOf(secret), [
    found ? found.secretDigest : undefined,
  ]);
  if (!found || !isRight || found.endedAt !== null) return undefined;
  if (found.expiresAt !== null && found.expiresAt <= context.clock.now()) return undefined;
  return withoutSecret(found);
}

/** Notes that a key was used, at most once a minute. */
export async function noteUse(context: Context, { sid, lastUsedAt }: AdminKey): Promise<void> {
  const now = context.clock.now();
  if (lastUsedAt !== null && now - lastUsedAt < MINUTE_MS) return;
  await context.database.transaction((transaction) =>
    updateAdminKey(transaction, sid, { lastUsedAt: now }),
  );
}

/** After a change of the secret key: stores the secrets of all keys with the current one, and returns of how many. */
export function reEncryptAdminKeys({ database, keyring }: Context): Promise<number> {
  return reEncryptAll((after) =>
    database.transaction(async (transaction) => {
      const keys = await findAdminKeysAfter(transaction, after, CHUNK);
      const others = keys.filter(
        ({ secretDigest, sealedFingerprint }) =>
          ![secretDigest, sealedFingerprint].every(keyring.isCurrent),
      );
      for (const { sid, sealedFingerprint } of others) {
        const fingerprint = keyring.open(sealedFingerprint, sid);
        await updateAdminKey(transaction, sid, {
          secretDigest: keyring.digest(fingerprint),
          sealedFingerprint: keyring.seal(fingerprint, sid),
        });
      }
      return { reEncrypted: others.length, last: keys.at(-1)?.sid };
    }),
  );
}
