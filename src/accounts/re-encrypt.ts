/** After a change of the secret key: what another key encrypted is encrypted with the current one. */

import { setTimeout } from 'node:timers/promises';
import type { Context } from '../context.ts';
import { Problem } from '../problem.ts';
import { findAccountsAfter, updateAccountRow } from './store.ts';
import { type StoredToken, sealToken } from './token.ts';

/** Accounts in one transaction: few, so that no writer waits long and few others are met. */
const CHUNK = 50;
/** How often a transaction is tried again that met those of busy servers, and how long it waits before. */
const TRIES = 20;
const RETRY_MS = 500;

/**
 * Encrypts the Auth Tokens of all accounts with the current key, so that the previous one can be taken away,
 * and returns how many accounts had a token of it. Requests may continue in the meantime.
 */
export function reEncryptTokens(context: Context): Promise<number> {
  return reEncryptAll((after) => reEncryptSome(context, after));
}

/** Goes through all rows, a chunk at a time: `reEncryptSome` does those after a SID and names the last. */
export async function reEncryptAll(
  reEncryptSome: (after: string) => Promise<{ reEncrypted: number; last: string | undefined }>,
): Promise<number> {
  let reEncrypted = 0;
  let last = '';
  for (;;) {
    const chunk = await patiently(() => reEncryptSome(last));
    reEncrypted += chunk.reEncrypted;
    if (chunk.last === undefined) return reEncrypted;
    last = chunk.last;
  }
}

/** Unlike a request, this can wait until the servers are less busy. */
async function patiently<Result>(run: () => Promise<Result>): Promise<Result> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await run();
    } catch (error) {
      const isBusy = error instanceof Problem && error.problem === 'storage_unavailable';
      if (!isBusy || tries === TRIES) throw error;
    }
    await setTimeout(RETRY_MS);
  }
}

async function reEncryptSome(context: Context, after: string) {
  return context.database.transaction(async (transaction) => {
    let reEncrypted = 0;
    const accounts = await findAccountsAfter(transaction, after, CHUNK);
    for (const { sid, token, secondaryToken } of accounts) {
      const isDone = [token, secondaryToken].every(
        (one) => one === null || [one.sealed, one.digest].every(context.keyring.isCurrent),
      );
      if (isDone) continue;
      await updateAccountRow(transaction, sid, {
        token: reEncrypt(context, sid, token),
        secondaryToken: secondaryToken && reEncrypt(context, sid, secondaryToken),
      });
      reEncrypted += 1;
    }
    return { reEncrypted, last: accounts.at(-1)?.sid };
  });
}

function reEncrypt(context: Context, accountSid: string, { sealed }: StoredToken): StoredToken {
  return sealToken(context, accountSid, context.keyring.open(sealed, accountSid));
}
