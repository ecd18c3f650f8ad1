/** After a change of SECRET_KEY: what other keys sealed is sealed again with the current one. */

import type { Context } from '../context.ts';
import { findAccountsAfter, updateAccountRow } from './store.ts';
import { type StoredToken, sealToken } from './token.ts';

/** Accounts a transaction, so that no writer waits long. */
const CHUNK = 200;

/**
 * Seals the auth tokens of all accounts with the current key, so that the other key can be taken
 * away, and returns how many accounts had a token of it. Requests may go on meanwhile.
 */
export async function resealTokens(context: Context): Promise<number> {
  let resealed = 0;
  let last = '';
  for (;;) {
    const chunk = await resealSome(context, last);
    resealed += chunk.resealed;
    if (chunk.last === undefined) return resealed;
    last = chunk.last;
  }
}

async function resealSome(context: Context, after: string) {
  return context.database.transaction(async (transaction) => {
    let resealed = 0;
    const accounts = await findAccountsAfter(transaction, after, CHUNK);
    for (const { sid, token, secondaryToken } of accounts) {
      const isDone = [token, secondaryToken].every(
        (one) => one === null || [one.sealed, one.digest].every(context.keyring.isCurrent),
      );
      if (isDone) continue;
      await updateAccountRow(transaction, sid, {
        token: reseal(context, sid, token),
        secondaryToken: secondaryToken && reseal(context, sid, secondaryToken),
      });
      resealed += 1;
    }
    return { resealed, last: accounts.at(-1)?.sid };
  });
}

function reseal(context: Context, accountSid: string, { sealed }: StoredToken): StoredToken {
  return sealToken(context, accountSid, context.keyring.open(sealed, accountSid));
}
