/**
 * Identifies the caller. An account authenticates with its SID and one of its auth tokens, or with the SID and
 * secret of one of its API keys; a Connect App that acts for a customer, with the SID of the subaccount created
 * for it and a token of the app's owner.
 */

import { worseOf } from '../accounts/account.ts';
import { findAccount } from '../accounts/store.ts';
import type { StoredAccount } from '../accounts/token.ts';
import { type ApiKeyType, fingerprintOf } from '../api-keys/api-key.ts';
import { findApiKey } from '../api-keys/store.ts';
import type { Grant } from '../authorizations/authorization.ts';
import { findGrant } from '../authorizations/store.ts';
import type { Permission } from '../connect-apps/permissions.ts';
import type { Keyring } from '../keys/keyring.ts';
import { Problem } from '../problem.ts';
import { parseSid } from '../sid.ts';
import type { Queryable } from '../storage/database.ts';

/** The credentials of a request: HTTP Basic, RFC 7617. */
export interface Credentials {
  /** The SID of an account or of an API key. */
  username: string;
  /** An auth token or the secret of the key. */
  password: string;
}

/** An account, or a Connect App that acts for it, as it was when its credentials were read: never kept. */
export interface Caller {
  /** The account of the credentials. */
  account: StoredAccount;
  /** What a Connect App may do; absent for the account itself. */
  permissions?: readonly Permission[];
  /** The type of the API key that was used; absent for an auth token. */
  apiKey?: ApiKeyType;
}

/**
 * Returns the owner of these credentials. Raises `not_authenticated` for unknown credentials and for those of
 * a closed account, after the same work whether the account is unknown or the token wrong;
 * `account_not_active` for a suspended account or app owner; `access_denied` for an app whose authorization
 * was revoked.
 */
export function authenticate(
  query: Queryable,
  keyring: Keyring,
  { username, password }: Credentials,
): Promise<Caller> {
  const keySid = parseSid('SK', username);
  return keySid === undefined
    ? byToken(query, keyring, parseSid('AC', username) ?? '', password)
    : byApiKey(query, keyring, keySid, password);
}

async function byToken(
  query: Queryable,
  keyring: Keyring,
  sid: string,
  authToken: string,
): Promise<Caller> {
  const account = await findAccount(query, sid);
  if (keyring.matches(authToken, [account?.token.digest, account?.secondaryToken?.digest])) {
    if (!account) throw notAuthenticated();
    checkActive(account);
    return { account };
  }

  const grant = await findGrant(query, sid);
  const [digest, secondaryDigest] = grant?.ownerDigests ?? [];
  const isOwner = keyring.matches(authToken, [digest, secondaryDigest]);
  if (!account || !grant || !isOwner) throw notAuthenticated();
  return appFor(account, grant);
}

async function byApiKey(
  query: Queryable,
  keyring: Keyring,
  sid: string,
  secret: string,
): Promise<Caller> {
  const key = await findApiKey(query, sid);
  const isRight = keyring.matches(fingerprintOf(secret), [key?.storedSecret.digest]);
  const account = key && isRight ? await findAccount(query, key.accountSid) : undefined;
  if (!key || !account) throw notAuthenticated();
  checkActive(account);
  return { account, apiKey: key.type };
}

/**
 * Returns the Connect App of the caller that acts for the subaccount `sandbox`, or undefined when none of the
 * caller's apps does. Raises as `authenticate` does for a grant that no longer holds.
 */
export async function actingForSandbox(
  query: Queryable,
  owner: StoredAccount,
  sandbox: StoredAccount,
): Promise<Caller | undefined> {
  const grant = await findGrant(query, sandbox.sid);
  return grant?.ownerSid === owner.sid ? appFor(sandbox, grant) : undefined;
}

function appFor(account: StoredAccount, grant: Grant): Caller {
  checkActive({ status: worseOf(account.status, grant.ownerStatus) });
  if (grant.isRevoked) {
    throw new Problem('access_denied', 'The customer has deauthorized this Connect App.');
  }
  return { account, permissions: grant.permissions };
}

function checkActive({ status }: Pick<StoredAccount, 'status'>): void {
  if (status === 'closed') throw notAuthenticated();
  if (status === 'suspended') throw new Problem('account_not_active');
}

/** The response to a caller who could not be authenticated. */
export function notAuthenticated(): Problem {
  return new Problem('not_authenticated', 'Your AccountSid or AuthToken was incorrect.');
}
