/** How the secret of an API key is stored, and after a change of the secret key: stored again with the current one. */

import { reEncryptAll } from '../accounts/re-encrypt.ts';
import type { Context } from '../context.ts';
import type { StoredSecret } from './api-key.ts';
import { findApiKeysAfter, setStoredSecret } from './store.ts';

const CHUNK = 50;

/** Makes of a fingerprint what is stored of it, with the current key. */
export function storeFingerprint(
  { keyring }: Context,
  sid: string,
  fingerprint: string,
): StoredSecret {
  return { digest: keyring.digest(fingerprint), sealedFingerprint: keyring.seal(fingerprint, sid) };
}

/**
 * Stores the secrets of all API keys with the current key, so that the previous one can be taken away, and
 * returns how many were stored with it. Requests may continue in the meantime.
 */
export function reEncryptApiKeys(context: Context): Promise<number> {
  return reEncryptAll((after) => reEncryptSome(context, after));
}

function reEncryptSome(context: Context, after: string) {
  const { keyring, database } = context;
  return database.transaction(async (transaction) => {
    let reEncrypted = 0;
    const keys = await findApiKeysAfter(transaction, after, CHUNK);
    for (const key of keys) {
      const { digest, sealedFingerprint } = key.storedSecret;
      if ([digest, sealedFingerprint].every(keyring.isCurrent)) continue;
      const fingerprint = keyring.open(sealedFingerprint, key.sid);
      await setStoredSecret(transaction, key, storeFingerprint(context, key.sid, fingerprint));
      reEncrypted += 1;
    }
    return { reEncrypted, last: keys.at(-1)?.sid };
  });
}
