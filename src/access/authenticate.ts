/**
 * Identifies the caller. An account authenticates with its SID and one of its auth tokens; a Connect App that
 * acts for a customer, with the SID of the subaccount created for it and a token of the app's owner.
 */

import { findAccount } from '../accounts/store.ts';
import type { StoredAccount } from '../accounts/token.ts';
import { findGrant } from '../authorizations/store.ts';
import type { Permission } from '../connect-apps/permissions.ts';
import type { Keyring } from '../keys/keyring.ts';
import { Problem } from '../problem.ts';
import { parseSid } from '../sid.ts';
import type { Queryable } from '../storage/database.ts';

/** The credentials of a request: HTTP Basic, RFC 7617. */
export interface Credentials {
  accountSid: string;
  authToken: string;
}

/** An account, or a Connect App that acts for it, as it was when its credentials were read: never kept. */
export interface Caller {
  /** The account of the credentials. */
  account: StoredAccount;
  /** What a Connect App may do; absent for the account itself. */
  permissions?: readonly Permission[];
}

/**
 * Returns the owner of these credentials. Raises `not_authenticated` for unknown credentials and for those of
 * a closed account, after the same work whether the account is unknown or the token wrong;
 * `account_not_active` for a suspended account or app owner; `access_denied` for an app whose authorization
 * was revoked.
 */
export async function authenticate(
  query: Queryable,
  keyring: Keyring,
  { accountSid, authToken }: Credentials,
): Promise<Caller> {
  const sid = parseSid('AC', accountSid) ?? '';
  const account = await findAccount(query, sid);
  if (keyring.matches(authToken, [account?.token.digest, account?.secondaryToken?.digest])) {
    if (!account || account.status === 'closed') throw notAuthenticated();
    if (account.status === 'suspended') throw new Problem('account_not_active');
    return { account };
  }

  const grant = await findGrant(query, sid);
  const [digest, secondaryDigest] = grant?.ownerDigests ?? [];
  const isOwner = keyring.matches(authToken, [digest, secondaryDigest]);
  if (!account || !grant || !isOwner) throw notAuthenticated();
  const statuses = [account.status, grant.ownerStatus];
  if (statuses.includes('closed')) throw notAuthenticated();
  if (statuses.includes('suspended')) throw new Problem('account_not_active');
  if (grant.isRevoked) {
    throw new Problem('access_denied', 'The customer has deauthorized this Connect App.');
  }
  return { account, permissions: grant.permissions };
}

/** The response to a caller who could not be authenticated. */
export function notAuthenticated(): Problem {
  return new Problem('not_authenticated', 'Your AccountSid or AuthToken was incorrect.');
}
