/**
 * Identifies the caller. An account authenticates with its SID and one of its auth tokens; a Connect App that
 * acts for a customer, with the SID of the subaccount created for it and a token of the app's owner.
 */

import { type AccountStatus, worseOf } from '../accounts/account.ts';
import { findAccount } from '../accounts/store.ts';
import type { StoredAccount } from '../accounts/token.ts';
import { findGrant } from '../authorizations/store.ts';
import type { Permission } from '../connect-apps/permissions.ts';
import type { Keyring } from '../keys/keyring.ts';
import { Problem } from '../problem.ts';
import { type Reason, reasonOf } from '../reason.ts';
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

/** What is known of who sent a request, also of one that is refused: for the record of requests. */
export interface Sender {
  /** The account of the credentials; absent until they have turned out to be right. */
  account?: StoredAccount;
  /** The Connect App that acts for the account. */
  app?: { sid: string; ownerParentSid: string };
  /** The account that has the token, and the token's digest. */
  token?: { accountSid: string; digest: string };
}

/**
 * Returns the owner of these credentials, and notes in `sender` what is known of it. Raises `not_authenticated` for unknown credentials and for those of
 * a closed account, after the same work whether the account is unknown or the token wrong;
 * `account_not_active` for a suspended account or app owner; `access_denied` for an app whose authorization
 * was revoked.
 */
export async function authenticate(
  query: Queryable,
  keyring: Keyring,
  { accountSid, authToken }: Credentials,
  sender: Sender = {},
): Promise<Caller> {
  const sid = parseSid('AC', accountSid) ?? '';
  const account = await findAccount(query, sid);
  const ownDigests = [account?.token.digest, account?.secondaryToken?.digest];
  const ownDigest = keyring.findMatch(authToken, ownDigests);
  if (ownDigest !== undefined) {
    if (!account) throw notAuthenticated();
    sender.account = account;
    sender.token = { accountSid: sid, digest: ownDigest };
    checkStatus(
      account.status,
      reasonOf('account_closed', sid),
      reasonOf('account_suspended', sid),
    );
    return { account };
  }

  const grant = await findGrant(query, sid);
  const [digest, secondaryDigest] = grant?.ownerDigests ?? [];
  const ownersDigest = keyring.findMatch(authToken, [digest, secondaryDigest]);
  if (!account || !grant || ownersDigest === undefined) throw notAuthenticated();
  const { connectAppSid, appOwnerSid, appOwnerParentSid } = grant;
  sender.account = account;
  sender.app = { sid: connectAppSid, ownerParentSid: appOwnerParentSid };
  sender.token = { accountSid: appOwnerSid, digest: ownersDigest };
  const closed = account.status === 'closed';
  const suspended = account.status === 'suspended';
  checkStatus(
    worseOf(account.status, grant.ownerStatus),
    closed ? reasonOf('account_closed', sid) : 'app_owner_closed',
    suspended ? reasonOf('account_suspended', sid) : 'app_owner_suspended',
  );
  if (grant.isRevoked) {
    throw new Problem('access_denied', 'The customer has deauthorized this Connect App.', {
      reason: reasonOf('authorization_ended'),
    });
  }
  return { account, permissions: grant.permissions };
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
