/**
 * Who may do what with which account. An account has access to itself, and a parent to its subaccounts. A
 * Connect App reads what its customer granted, and changes no accounts, authorizations or Connect Apps.
 */

import { isSubaccount } from '../accounts/account.ts';
import { findAccount } from '../accounts/store.ts';
import type { StoredAccount } from '../accounts/token.ts';
import type { Keyring } from '../keys/keyring.ts';
import { Problem } from '../problem.ts';
import { reasonOf } from '../reason.ts';
import { parseSid } from '../sid.ts';
import type { Queryable } from '../storage/database.ts';
import {
  actingForSandbox,
  authenticate,
  type Caller,
  type Credentials,
  type Sender,
} from './authenticate.ts';

/** What a request wants to do: with an account itself, with its API keys, or with what else belongs to it. */
export type Right =
  | 'read account'
  | 'change account'
  | 'read keys'
  | 'change keys'
  | 'act'
  | 'read'
  | 'change';

/** A request that has been granted access. */
export interface Access {
  caller: Caller;
  /** The account of the path, or the caller's own. */
  account: StoredAccount;
}

/** What a request wants. */
export interface Wish {
  credentials: Credentials;
  right: Right;
  /** The account that the path names; absent for the caller's own. */
  accountSid?: string | undefined;
  /** Whether an API key of an app's owner acts for a sandbox that the path names. */
  keysActForApps?: boolean;
  /** Takes what is known of who sent it. */
  sender?: Sender | undefined;
}

/**
 * Returns who is asking and for which account, from the rows as `query` sees them. Raises as
 * `authenticate` does; `not_found` for an account outside the caller's family; `account_not_active` and
 * `access_denied` for what the caller may not do.
 */
export async function checkAccess(
  query: Queryable,
  keyring: Keyring,
  { credentials, right, accountSid, keysActForApps = false, sender }: Wish,
): Promise<Access> {
  const sid = accountSid === undefined ? undefined : parseSid('AC', accountSid);
  const isOwn =
    accountSid === undefined || (sid !== undefined && sid === parseSid('AC', credentials.username));
  // Started together, so that neither waits for the other.
  const [found, authenticated] = await Promise.all([
    sid === undefined || isOwn ? undefined : findAccount(query, sid),
    authenticate(query, keyring, credentials, sender),
  ]);
  const account = isOwn ? authenticated.account : found;
  if (account === undefined) throw notOfFamily(sid);
  const isForApp = keysActForApps && authenticated.apiKey && !isFamily(authenticated, account);
  const caller = isForApp
    ? ((await actingForSandbox(query, authenticated.account, account, sender)) ?? authenticated)
    : authenticated;
  if (!isFamily(caller, account)) throw notOfFamily(sid);
  decide(caller, right, account);
  return { caller, account };
}

/** Raises the reason if the caller has no such right on an account of its family. */
export function decide(caller: Caller, right: Right, account: StoredAccount): void {
  if (caller.apiKey === 'Standard' && / (?:account|keys)$/.test(right)) {
    throw new Problem(
      'not_authenticated',
      'A Standard API key cannot manage accounts or API keys. Use the auth token or a Main key.',
      { reason: reasonOf('key_too_weak') },
    );
  }
  if (right === 'act') checkMayAct(caller, account);
  else if (right.startsWith('change')) checkMayChange(caller);
  else checkMayRead(caller, account);
  if (right.endsWith('account') || account.status === 'active') return;
  // A parent may still read the resources of a closed account.
  const isOfParent = caller.permissions === undefined && account.sid !== caller.account.sid;
  if (right === 'read' && isOfParent && account.status === 'closed') return;
  const reason = reasonOf(
    account.status === 'closed' ? 'account_closed' : 'account_suspended',
    account.sid,
  );
  throw new Problem('account_not_active', undefined, { reason });
}

function notOfFamily(sid: string | undefined): Problem {
  const reason = reasonOf('account_of_others', sid ?? 'SID');
  return new Problem('not_found', undefined, { reason });
}

/** Whose accounts the caller may list: a parent's and its subaccounts', or only this one. */
export function scopeOf({
  account,
  permissions,
}: Caller): { ownerAccountSid: string } | { sid: string } {
  if (permissions === undefined) {
    return isSubaccount(account) ? { sid: account.sid } : { ownerAccountSid: account.sid };
  }
  return permissions.includes('get-all')
    ? { ownerAccountSid: account.ownerAccountSid }
    : { sid: account.sid };
}

/** The caller's account and its subaccounts; for a Connect App, all accounts of its customer. */
function isFamily(caller: Caller, { sid, ownerAccountSid }: StoredAccount): boolean {
  const isApp = caller.permissions !== undefined;
  const root = isApp ? caller.account.ownerAccountSid : caller.account.sid;
  return sid === root || ownerAccountSid === root;
}

/** A Connect App acts with `post-all`, in its own subaccount only. */
function checkMayAct({ account, permissions }: Caller, { sid }: StoredAccount): void {
  if (permissions === undefined) return;
  if (permissions.includes('post-all') && account.sid === sid) return;
  if (permissions.includes('post-all')) {
    const reason = reasonOf('app_acts_elsewhere', sid);
    const detail = 'A Connect App can change nothing outside of its own subaccount.';
    throw new Problem('access_denied', detail, { reason });
  }
  const granted = permissions.join('+') || 'nothing';
  throw new Problem(
    'access_denied',
    'The customer has not granted this Connect App the permission post-all.',
    { reason: reasonOf('permission_missing', granted, 'post-all', 'POST') },
  );
}

function checkMayChange({ permissions }: Caller): void {
  if (permissions === undefined) return;
  throw new Problem(
    'access_denied',
    'A Connect App cannot change accounts, API keys, authorizations or Connect Apps.',
    { reason: reasonOf('app_changes_nothing') },
  );
}

/** `get-all` reads the whole family, `post-all` only the app's own subaccount. */
function checkMayRead({ account, permissions }: Caller, { sid }: StoredAccount): void {
  if (permissions === undefined || permissions.includes('get-all')) return;
  if (permissions.includes('post-all') && account.sid === sid) return;
  throw new Problem(
    'access_denied',
    'The customer has not granted this Connect App the permission get-all.',
    {
      reason: reasonOf('permission_missing', permissions.join('+') || 'nothing', 'get-all', 'GET'),
    },
  );
}
