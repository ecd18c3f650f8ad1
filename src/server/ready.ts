/** The checks before a production server takes its first request. */

import { findAccount, findOtherPrefixAfter } from '../accounts/store.ts';
import { findApiKeysAfter } from '../api-keys/store.ts';
import type { Context } from '../context.ts';
import { DEMO_CUSTOMER, DEMO_DEVELOPER, DEMO_PASSWORD_HASHES } from '../demo/data.ts';
import { Problem } from '../problem.ts';
import { hasPasswordHash } from '../users/store.ts';

/** Accounts a statement: few, since on PostgreSQL it must end within 1.4 s, wherever they lie on the disk. */
const CHUNK = 2000;

/**
 * Raises `secret_key_mismatch` when any Auth Token or API key is stored under a key that is not in the ring. Looks
 * at all of them, or at the first thousands when it must be quick.
 */
export async function checkKeyOfDatabase(
  { database, keyring }: Pick<Context, 'database' | 'keyring'>,
  { isQuick = false } = {},
): Promise<void> {
  const { prefixes } = keyring;
  for (let last: string | null = ''; last !== null; last = isQuick ? null : last) {
    const part = await findOtherPrefixAfter(database.query, last, { prefixes, limit: CHUNK });
    if (part.other !== null) throw otherSecretKey(`the Auth Token of ${part.other}`);
    last = part.last;
  }
  let keys = await findApiKeysAfter(database.query, '', CHUNK);
  for (
    ;
    keys.length > 0;
    keys = await findApiKeysAfter(database.query, keys.at(-1)?.sid ?? '', CHUNK)
  ) {
    const other = keys.find(
      ({ storedSecret: { digest, sealedFingerprint } }) =>
        ![digest, sealedFingerprint].every((stored) =>
          prefixes.some((prefix) => stored.startsWith(prefix)),
        ),
    );
    if (other !== undefined) throw otherSecretKey(`the API key ${other.sid}`);
    if (isQuick) return;
  }
}

function otherSecretKey(what: string): Problem {
  return new Problem(
    'secret_key_mismatch',
    `The database was written with another secret key, such as ${what}. Set CONNECT_APPS_SECRET_KEY to that key, or set CONNECT_APPS_PREVIOUS_SECRET_KEY to it until "connect-apps accounts re-encrypt" has re-encrypted everything.`,
  );
}

/** Raises `setting_invalid` when a published token or password of the demo data opens anything. */
export async function checkNoDemoSecrets(context: Context): Promise<void> {
  const found = await findDemoSecret(context);
  if (found !== undefined) throw new Problem('setting_invalid', found);
}

/** The sentence about a published token or password that opens something; undefined when none does. */
export async function findDemoSecret(context: Context): Promise<string | undefined> {
  for (const { accountSid, authToken } of [DEMO_DEVELOPER, DEMO_CUSTOMER]) {
    const account = await findAccount(context.database.query, accountSid);
    const digests = [account?.token.digest, account?.secondaryToken?.digest];
    if (!context.keyring.matches(authToken, digests)) continue;
    return `The database contains the demo token of ${accountSid}, which is public. Use a database that "connect-apps dev" has not written to.`;
  }
  if (await hasPasswordHash(context.database.query, DEMO_PASSWORD_HASHES)) {
    return 'The database contains a demo user, whose password is public. Set another one with "connect-apps users set-password".';
  }
  return undefined;
}
