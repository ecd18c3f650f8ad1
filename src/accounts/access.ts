/** Who may open which account: with its own credentials, or with its parent's. */

import type { Context } from '../context.ts';
import { Problem } from '../problem.ts';
import { parseSid } from '../sid.ts';
import type { StoredAccount } from './account.ts';
import { findAccount } from './store.ts';

/**
 * Returns the account whose credentials these are, or undefined. Does the same work whether the
 * account is unknown or the token is wrong. A closed account has no credentials any more; raises
 * `account_not_active` for a suspended one.
 */
export async function authenticate(
  context: Context,
  accountSid: string,
  authToken: string,
): Promise<StoredAccount | undefined> {
  const sid = parseSid('AC', accountSid) ?? '';
  const account = await findAccount(context.database.query, sid);
  const isMatch = context.keyring.matches(authToken, [
    account?.token.digest,
    account?.secondaryToken?.digest,
  ]);
  if (!account || !isMatch || account.status === 'closed') return undefined;
  if (account.status === 'suspended') throw new Problem('account_not_active');
  return account;
}

/** Returns the caller's account or subaccount of a path; any other is `not_found`. */
export async function openAccount(
  context: Context,
  caller: StoredAccount,
  sidText: string,
): Promise<StoredAccount> {
  const sid = parseSid('AC', sidText);
  if (sid === caller.sid) return caller;
  const account = sid && (await findAccount(context.database.query, sid));
  if (!account || account.ownerAccountSid !== caller.sid) throw new Problem('not_found');
  return account;
}

/** As `openAccount`, for what belongs to the account: raises `account_not_active` unless it is. */
export async function openActiveAccount(
  context: Context,
  caller: StoredAccount,
  sidText: string,
): Promise<StoredAccount> {
  const account = await openAccount(context, caller, sidText);
  if (account.status !== 'active') throw new Problem('account_not_active');
  return account;
}
