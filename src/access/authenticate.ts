/**
 * Identifies the caller. An account authenticates with its SID and one of its Auth Tokens, or with the SID and
 * secret of one of its API keys; a Connect App that acts for a customer, with the SID of the subaccount created
 * for it and a token of the app's owner.
 */

import { type AccountStatus, worseOf } from '../accounts/account.ts';
import { findAccount } from '../accounts/store.ts';
import type { StoredAccount } from '../accounts/token.ts';
import { type ApiKey, type ApiKeyType, fingerprintOf } from '../api-keys/api-key.ts';
import { findApiKey } from '../api-keys/store.ts';
import type { Grant } from '../authorizations/authorization.ts';
import { findGrant } from '../authorizations/store.ts';
import type { Permission } from '../connect-apps/permissions.ts';
import type { Keyring } from '../keys/keyring.ts';
import { Problem } from '../problem.ts';
import { type Reason, reasonOf } from '../reason.ts';
import { parseSid } from '../sid.ts';
import type { Queryable } from '../storage/database.ts';

/** The credentials of a request: HTTP Basic, RFC 7617. */
export interface Credentials {
  /** The SID of an account or of an API key. */
  username: string;
  /** An Auth Token or the secret of the key. */
  password: string;
}

/** A caller that is named by somebody who may ask about it: an operator or the platform. Nothing is proven. */
export interface NamedCaller {
  /** The SID of an account or of an API key; the SID of its subaccount names a Connect App. */
  username: string;
  /** Whether a subaccount of an app stands for that app; an account stands for itself. */
  named: 'app' | 'account';
}

/** An account, or a Connect App that acts for it, as it was when its credentials were read: never kept. */
export interface Caller {
  /** The account of the credentials. */
  account: StoredAccount;
  /** What a Connect App may do; absent for the account itself. */
  permissions?: readonly Permission[];
  /** The type of the API key that was used; absent for an Auth Token. */
  apiKey?: ApiKeyType;
}

/** What is known of who sent a request, also of one that is refused: for the record of requests. */
export interface Sender {
  /** The account that acts; absent until the credentials have turned out to be right. */
  account?: StoredAccount;
  /** The Connect App that acts for it. */
  app?: { sid: string; ownerParentSid: string };
  /** What the credentials are of: an Auth Token, by its digest, or an API key, by its SID. */
  credential?: { accountSid: string; what: string };
}

/**
 * Returns the owner of these credentials, and notes in `sender` what is known of it. Raises
 * `not_authenticated` for unknown credentials and for those of a closed account, after the same work whether the account is unknown or the token wrong;
 * `account_not_active` for a suspended account or app owner; `access_denied` for an app whose authorization
 * was revoked.
 */
export function authenticate(
  query: Queryable,
  keyring: Keyring,
  credentials: Credentials | NamedCaller,
  sender: Sender = {},
): Promise<Caller> {
  if ('named' in credentials) return byName(query, credentials, sender);
  const { username, password } = credentials;
  const keySid = parseSid('SK', username);
  return keySid === undefined
    ? byToken(query, keyring, { sid: parseSid('AC', username) ?? '', authToken: password }, sender)
    : byApiKey(query, keyring, { sid: keySid, secret: password }, sender);
}

async function byToken(
  query: Queryable,
  keyring: Keyring,
  { sid, authToken }: { sid: string; authToken: string },
  sender: Sender,
): Promise<Caller> {
  const account = await findAccount(query, sid);
  const own = keyring.findMatch(authToken, [
    account?.token.digest,
    account?.secondaryToken?.digest,
  ]);
  if (own !== undefined) {
    if (!account) throw notAuthenticated();
    sender.account = account;
    sender.credential = { accountSid: sid, what: own };
    checkActive(account);
    return { account };
  }

  const grant = await findGrant(query, sid);
  const [digest, secondaryDigest] = grant?.ownerDigests ?? [];
  const ofOwner = keyring.findMatch(authToken, [digest, secondaryDigest]);
  if (!account || !grant || ofOwner === undefined) throw notAuthenticated();
  sender.credential = { accountSid: grant.appOwnerSid, what: ofOwner };
  return appFor(account, grant, sender);
}

async function byApiKey(
  query: Queryable,
  keyring: Keyring,
  { sid, secret }: { sid: string; secret: string },
  sender: Sender,
): Promise<Caller> {
  const key = await findApiKey(query, sid);
  const isRight = keyring.matches(fingerprintOf(secret), [key?.storedSecret.digest]);
  return withKey(query, isRight ? key : undefined, sender);
}

async function withKey(query: Queryable, key: ApiKey | undefined, sender: Sender): Promise<Caller> {
  const account = key && (await findAccount(query, key.accountSid));
  if (!key || !account) throw notAuthenticated();
  sender.account = account;
  sender.credential = { accountSid: account.sid, what: key.sid };
  checkActive(account);
  return { account, apiKey: key.type };
}

async function byName(
  query: Queryable,
  { username, named }: NamedCaller,
  sender: Sender,
): Promise<Caller> {
  const keySid = parseSid('SK', username);
  if (keySid !== undefined) return withKey(query, await findApiKey(query, keySid), sender);
  const account = await findAccount(query, parseSid('AC', username) ?? '');
  if (!account) throw notAuthenticated();
  const grant = named === 'app' ? await findGrant(query, account.sid) : undefined;
  if (grant) return appFor(account, grant, sender);
  sender.account = account;
  checkActive(account);
  return { account };
}

/** Whether this server knows the account or API key that the SID names. */
export async function isKnown(query: Queryable, sid: string): Promise<boolean> {
  const keySid = parseSid('SK', sid);
  const found =
    keySid === undefined
      ? await findAccount(query, parseSid('AC', sid) ?? '')
      : await findApiKey(query, keySid);
  return found !== undefined;
}

/**
 * Returns the Connect App of the caller that acts for the subaccount `sandbox`, or undefined when none of the
 * caller's apps does. Raises as `authenticate` does for a grant that no longer holds.
 */
export async function actingForSandbox(
  query: Queryable,
  owner: StoredAccount,
  sandbox: StoredAccount,
  sender: Sender = {},
): Promise<Caller | undefined> {
  const grant = await findGrant(query, sandbox.sid);
  return grant?.appOwnerSid === owner.sid ? appFor(sandbox, grant, sender) : undefined;
}

function appFor(account: StoredAccount, grant: Grant, sender: Sender): Caller {
  sender.account = account;
  sender.app = { sid: grant.connectAppSid, ownerParentSid: grant.appOwnerParentSid };
  // Whatever is worse decides; the reason names which of the two it is.
  const isOfOwner = worseOf(account.status, grant.ownerStatus) !== account.status;
  if (isOfOwner) checkStatus(grant.ownerStatus, 'app_owner_closed', 'app_owner_suspended');
  else checkActive(account);
  if (grant.isRevoked) {
    throw new Problem('access_denied', 'The customer has deauthorized this Connect App.', {
      reason: reasonOf('authorization_ended'),
    });
  }
  return { account, permissions: grant.permissions };
}

function checkActive({ sid, status }: StoredAccount): void {
  checkStatus(status, reasonOf('account_closed', sid), reasonOf('account_suspended', sid));
}

function checkStatus(status: AccountStatus, closed: Reason, suspended: Reason): void {
  if (status === 'closed') throw notAuthenticated(closed);
  if (status === 'suspended') {
    throw new Problem('account_not_active', undefined, { reason: suspended });
  }
}

/** The response to a caller who could not be authenticated: the same for every reason. */
export function notAuthenticated(reason: Reason = reasonOf('token_wrong')): Problem {
  return new Problem('not_authenticated', 'Your AccountSid or AuthToken was incorrect.', {
    reason,
  });
}
