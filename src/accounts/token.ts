/** Auth Tokens: how they are made, what is stored of them, and accounts with and without theirs. */

import type { Context } from '../context.ts';
import type { Random } from '../random.ts';
import type { Account } from './account.ts';

/** An Auth Token at rest: encrypted to be shown and to sign with, digested to be recognised. */
export interface StoredToken {
  sealed: string;
  digest: string;
}

export interface StoredAccount extends Account {
  token: StoredToken;
  secondaryToken: StoredToken | null;
}

/** An account together with its primary Auth Token. */
export interface AccountWithToken extends Account {
  authToken: string;
}

/** An account as a caller may see it: a Connect App sees no token. */
export interface VisibleAccount extends Account {
  authToken?: string;
}

/** A fresh Auth Token: 32 random lower-case hex digits. */
export function createAuthToken(random: Random): string {
  return random.bytes(16).toString('hex');
}

/** Makes of an Auth Token what is stored of it, with the current key. */
export function sealToken(context: Context, accountSid: string, authToken: string): StoredToken {
  return {
    sealed: context.keyring.seal(authToken, accountSid),
    digest: context.keyring.digest(authToken),
  };
}

/** Adds the Auth Token to an account as it is stored. */
export function withToken(
  context: Context,
  { token, secondaryToken: _, ...account }: StoredAccount,
): AccountWithToken {
  return { ...account, authToken: context.keyring.open(token.sealed, account.sid) };
}

/** The account without anything of its tokens. */
export function withoutToken({
  token: _,
  secondaryToken: __,
  ...account
}: StoredAccount): VisibleAccount {
  return account;
}
