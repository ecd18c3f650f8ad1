/** What must hold before a production server takes its first request. */

import { findAccount, findAnyAccount } from './accounts/store.ts';
import type { Context } from './context.ts';
import { DEMO_CUSTOMER, DEMO_DEVELOPER, DEMO_PASSWORD_HASH } from './demo.ts';
import { Problem } from './problem.ts';
import { hasPasswordHash } from './users/store.ts';

/** Raises `secret_key_mismatch` when the database was written with another SECRET_KEY. */
export async function checkKeyOfDatabase(context: Context): Promise<void> {
  const account = await findAnyAccount(context.database.query);
  if (account) context.keyring.open(account.token.sealed, account.sid);
}

/** Raises `setting_invalid` when a published token or password of the demo data opens anything. */
export async function checkNoDemoSecrets(context: Context): Promise<void> {
  for (const { accountSid, authToken } of [DEMO_DEVELOPER, DEMO_CUSTOMER]) {
    const account = await findAccount(context.database.query, accountSid);
    const digests = [account?.token.digest, account?.secondaryToken?.digest];
    if (!context.keyring.matches(authToken, digests)) continue;
    throw new Problem(
      'setting_invalid',
      `The database holds the demo token of ${accountSid}, which everyone knows. Use a database that "connect-apps dev" has not written to.`,
    );
  }
  if (await hasPasswordHash(context.database.query, DEMO_PASSWORD_HASH)) {
    throw new Problem(
      'setting_invalid',
      'The database has a user of the demo data, whose password everyone knows. Give another with "connect-apps users set-password".',
    );
  }
}
