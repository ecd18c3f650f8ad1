/**
 * Who may open which account. An account's own credentials open it, a parent's open its subaccounts
 * too. A Connect App acts for its customer with the SID of its subaccount and the token of the app's
 * owner: it reads what it was granted, and never changes accounts, authorizations or apps.
 */

import { findGrant } from '../authorizations/store.ts';
import type { Permission } from '../connect-apps/permissions.ts';
import type { Context } from '../context.ts';
import { Problem } from '../problem.ts';
import { parseSid } from '../sid.ts';
import { type Account, type AccountIdentity, isSubaccount } from './account.ts';
import { findAccount } from './store.ts';
import type { StoredAccount } from './token.ts';

/** What of an account may be remembered for a moment. */
type KnownAccount = AccountIdentity & Pick<Account, 'status'>;

/** Who is asking. */
export interface Caller {
  /** The SID of the credentials. */
  sid: string;
  /** As it was when its credentials were proved: it authorizes, and is nothing to show. */
  account: KnownAccount;
  /** What a Connect App that acts for this account may do; absent for the account itself. */
  permissions?: readonly Permission[];
}

/**
 * Returns who has these credentials, or undefined. Does the same work whether the account is unknown
 * or the token is wrong. Raises `account_not_active` for a suspended account or owner of the app, and
 * `access_denied` for an app whose authorization was revoked; what is closed has no credentials.
 */
export async function authenticate(
  context: Context,
  accountSid: string,
  authToken: string,
): Promise<Caller | undefined> {
  const { keyring } = context;
  const { query } = context.database;
  const sid = parseSid('AC', accountSid) ?? '';
  const account = await findAccount(query, sid);
  if (keyring.matches(authToken, [account?.token.digest, account?.secondaryToken?.digest])) {
    if (!account || account.status === 'closed') return undefined;
    if (account.status === 'suspended') throw new Problem('account_not_active');
    return { sid, account };
  }

  const grant = await findGrant(query, sid);
  const [digest, secondaryDigest] = grant?.ownerDigests ?? [];
  const isOwner = keyring.matches(authToken, [digest, secondaryDigest]);
  if (!account || !grant || !isOwner) return undefined;
  const statuses = [account.status, grant.ownerStatus];
  if (statuses.includes('closed')) return undefined;
  if (statuses.includes('suspended')) throw new Problem('account_not_active');
  if (grant.isRevoked) throw denied('The customer has deauthorized this Connect App.');
  return { sid, account, permissions: grant.permissions };
}

/**
 * Returns the account of a path as it is now, for showing it; one outside the caller's family is
 * `not_found`.
 */
export async function openAccount(
  context: Context,
  caller: Caller,
  sidText: string,
): Promise<StoredAccount> {
  const account = await findInFamily(context, caller, parseSid('AC', sidText));
  checkMayRead(caller, account.sid);
  return account;
}

/**
 * As `openAccount`, for what belongs to the account: raises `account_not_active` while it is suspended.
 * What a closed account has stays readable for those who still have credentials, such as its parent.
 */
export async function openActiveAccount(
  context: Context,
  caller: Caller,
  sidText: string,
): Promise<AccountIdentity> {
  const account = await recallInFamily(context, caller, sidText);
  checkMayRead(caller, account.sid);
  return account.status === 'closed' ? account : active(account);
}

/** Returns which account of a path may be changed; `access_denied` for a Connect App. */
export async function openAccountToChange(
  context: Context,
  caller: Caller,
  sidText: string,
): Promise<KnownAccount> {
  const account = await recallInFamily(context, caller, sidText);
  checkMayChange(caller);
  return account;
}

/** As `openAccountToChange`, for what belongs to the account. */
export async function openActiveAccountToChange(
  context: Context,
  caller: Caller,
  sidText: string,
): Promise<AccountIdentity> {
  return active(await openAccountToChange(context, caller, sidText));
}

/** Raises `access_denied` for a Connect App: accounts, authorizations and apps are not its to change. */
export function checkMayChange(caller: Caller): void {
  if (caller.permissions === undefined) return;
  throw denied('A Connect App cannot change accounts, authorizations or Connect Apps.');
}

/** Whose accounts the caller may list: a parent's and its subaccounts', or only this one. */
export function scopeOf(caller: Caller): { ownerAccountSid: string } | { sid: string } {
  const { account, permissions } = caller;
  if (permissions === undefined) {
    return isSubaccount(account) ? { sid: account.sid } : { ownerAccountSid: account.sid };
  }
  checkMayRead(caller, account.sid);
  return permissions.includes('get-all')
    ? { ownerAccountSid: account.ownerAccountSid }
    : { sid: account.sid };
}

/** As `findInFamily`, without another look at the caller's own account. */
async function recallInFamily(
  context: Context,
  caller: Caller,
  sidText: string,
): Promise<KnownAccount> {
  const sid = parseSid('AC', sidText);
  return sid === caller.sid ? caller.account : findInFamily(context, caller, sid);
}

/** The caller's account, its subaccount, or for a Connect App any account of its customer. */
async function findInFamily(
  context: Context,
  caller: Caller,
  sid: string | undefined,
): Promise<StoredAccount> {
  const account = sid && (await findAccount(context.database.query, sid));
  const isApp = caller.permissions !== undefined;
  const root = isApp ? caller.account.ownerAccountSid : caller.sid;
  if (account && (account.sid === root || account.ownerAccountSid === root)) return account;
  throw new Problem('not_found');
}

/** `get-all` reads the whole family, `post-all` only the app's own subaccount. */
function checkMayRead({ sid, permissions }: Caller, accountSid: string): void {
  if (permissions === undefined || permissions.includes('get-all')) return;
  if (permissions.includes('post-all') && accountSid === sid) return;
  throw denied('The customer has not granted this Connect App the permission get-all.');
}

function active(account: KnownAccount): AccountIdentity {
  if (account.status !== 'active') throw new Problem('account_not_active');
  return account;
}

function denied(detail: string): Problem {
  return new Problem('access_denied', detail);
}
