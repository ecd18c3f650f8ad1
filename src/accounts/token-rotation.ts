/**
 * The Auth Tokens of an account, for its people: to see them, and to replace the primary one without a moment in
 * which no token works. A secondary token is made, servers are changed to it, and then it is promoted.
 */

import type { EventType } from '../audit/audit.ts';
import { recorder } from '../audit/record.ts';
import type { Context } from '../context.ts';
import { Problem } from '../problem.ts';
import type { Queryable } from '../storage/database.ts';
import { findAccount, updateAccountRow } from './store.ts';
import { createAuthToken, type StoredAccount, type StoredToken, sealToken } from './token.ts';

export interface AuthTokens {
  primary: string;
  secondary: string | undefined;
}

/**
 * What a page may say of tokens without showing one. A name stands for one token, and is of no use elsewhere: a
 * form sends it back, so that what a person saw is what is changed.
 */
export interface TokenNames {
  primary: string;
  secondary: string | undefined;
}

/** The tokens of an account as they are stored. */
export type StoredTokens = Pick<StoredAccount, 'sid' | 'token' | 'secondaryToken'>;

/** Returns the tokens of an account as they are stored; raises as every function here. */
export async function getStoredTokens(query: Queryable, accountSid: string): Promise<StoredTokens> {
  const { sid, token, secondaryToken } = await getStored(query, accountSid);
  return { sid, token, secondaryToken };
}

/** The names of stored tokens. */
export function tokenNames(
  { keyring }: Pick<Context, 'keyring'>,
  { token, secondaryToken }: StoredTokens,
): TokenNames {
  const nameOf = (stored: StoredToken) => keyring.sign(namedText(stored)).slice(0, 32);
  return {
    primary: nameOf(token),
    secondary: secondaryToken ? nameOf(secondaryToken) : undefined,
  };
}

/** The tokens themselves. In a transaction that checks who asks, and leaves a line in the audit trail. */
export async function revealTokens(context: Context, accountSid: string): Promise<AuthTokens> {
  const record = recorder(context);
  return context.database.transaction(async (transaction) => {
    const { sid, token, secondaryToken } = await getStored(transaction, accountSid);
    await record(transaction, changeOf(sid, 'auth-token.shown'));
    const open = (stored: StoredToken) => context.keyring.open(stored.sealed, sid);
    return { primary: open(token), secondary: secondaryToken ? open(secondaryToken) : undefined };
  });
}

/** Makes a secondary token beside the primary one; does nothing if there is one. Both are accepted. */
export async function createSecondaryToken(context: Context, accountSid: string): Promise<void> {
  const secondaryToken = sealToken(context, accountSid, createAuthToken(context.random));
  const record = recorder(context);
  const updatedAt = context.clock.now();
  await context.database.transaction(async (transaction) => {
    const account = await getStored(transaction, accountSid);
    if (account.secondaryToken !== null) return;
    await updateAccountRow(transaction, accountSid, { secondaryToken, updatedAt });
    await record(transaction, changeOf(accountSid, 'secondary-auth-token.created'));
  });
}

/**
 * Makes the secondary token with this name the primary one, and invalidates the old primary token. Does nothing
 * if that is done; raises `form_rejected` if the secondary token is another one, or none.
 */
export async function promoteSecondaryToken(
  context: Context,
  accountSid: string,
  name: string,
): Promise<void> {
  const updatedAt = context.clock.now();
  const record = recorder(context);
  await context.database.transaction(async (transaction) => {
    const { token, secondaryToken } = await getStored(transaction, accountSid);
    if (isNamed(context, token, name)) return;
    if (secondaryToken === null || !isNamed(context, secondaryToken, name)) {
      throw new Problem('form_rejected');
    }
    const changes = { token: secondaryToken, secondaryToken: null, updatedAt };
    await updateAccountRow(transaction, accountSid, changes);
    await record(transaction, changeOf(accountSid, 'secondary-auth-token.promoted'));
  });
}

/**
 * Invalidates the secondary token with this name. Does nothing if there is none; raises `form_rejected` if it is
 * another one.
 */
export async function deleteSecondaryToken(
  context: Context,
  accountSid: string,
  name: string,
): Promise<void> {
  const updatedAt = context.clock.now();
  const record = recorder(context);
  await context.database.transaction(async (transaction) => {
    const { secondaryToken } = await getStored(transaction, accountSid);
    if (secondaryToken === null) return;
    if (!isNamed(context, secondaryToken, name)) throw new Problem('form_rejected');
    await updateAccountRow(transaction, accountSid, { secondaryToken: null, updatedAt });
    await record(transaction, changeOf(accountSid, 'secondary-auth-token.deleted'));
  });
}

/** Raises `not_found` for an unknown account, and the reason for one whose tokens open nothing. */
async function getStored(query: Queryable, accountSid: string): Promise<StoredAccount> {
  const account = await findAccount(query, accountSid);
  if (!account) throw new Problem('not_found');
  if (account.status === 'closed') {
    throw new Problem('account_closed', 'The account is closed, and that is final.');
  }
  if (account.status === 'suspended') {
    throw new Problem('account_not_active', 'The account is suspended.');
  }
  return account;
}

function isNamed({ keyring }: Context, stored: StoredToken, name: string): boolean {
  return keyring.isSigned(namedText(stored), name);
}

function changeOf(accountSid: string, eventType: EventType) {
  return { eventType, accountSid, resourceSid: accountSid };
}

function namedText({ digest }: StoredToken): string {
  return `name of a token ${digest}`;
}
