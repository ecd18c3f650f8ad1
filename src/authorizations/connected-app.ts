/** What a customer sees of one app: what it may do, by whom it is, and what will happen without it. */

import { type Account, type AccountIdentity, isSubaccount } from '../accounts/account.ts';
import { findAccount } from '../accounts/store.ts';
import { withoutToken } from '../accounts/token.ts';
import type { ConnectApp } from '../connect-apps/connect-app.ts';
import type { Permission } from '../connect-apps/permissions.ts';
import { findConnectApp } from '../connect-apps/store.ts';
import type { Context } from '../context.ts';
import { Problem } from '../problem.ts';
import { parseSid } from '../sid.ts';
import type { Queryable } from '../storage/database.ts';
import type { Slice } from '../storage/keyset.ts';
import type { Authorization } from './authorization.ts';
import { listEndedAuthorizations } from './ended-store.ts';
import { findAuthorization } from './store.ts';

export interface ConnectedApp {
  authorization: Authorization;
  /** Absent when its owner has deleted it. */
  app: ConnectApp | undefined;
  /** What it can use now: granted, and still asked for. */
  permissions: Permission[];
  /** What it asks for beyond that: the customer would have to allow it. */
  notGranted: Permission[];
  /** The subaccount that was made for it. */
  subaccount: Account | undefined;
}

/**
 * Returns what the account authorized under this app's SID, also when it has ended; on a subaccount, what was
 * authorized for it. Raises `not_found` when it never was.
 */
export async function getConnectedApp(
  query: Queryable,
  account: AccountIdentity,
  connectAppSid: string,
): Promise<ConnectedApp> {
  const sid = parseSid('CN', connectAppSid);
  if (sid === undefined) throw new Problem('not_found');
  const key = { accountSid: account.ownerAccountSid, connectAppSid: sid };
  const authorization = await findAuthorization(query, key);
  const isTheirs = !isSubaccount(account) || authorization?.subaccountSid === account.sid;
  if (!authorization || !isTheirs) throw new Problem('not_found');
  const { appOwnerSid, subaccountSid, permissions: granted } = authorization;
  const app = await findConnectApp(query, {
    accountSid: appOwnerSid,
    sid: authorization.connectAppSid,
  });
  const subaccount = await findAccount(query, subaccountSid);
  const requested = app?.permissions ?? [];
  return {
    authorization,
    app,
    permissions: granted.filter((one) => requested.includes(one)),
    notGranted: requested.filter((one) => !granted.includes(one)),
    subaccount: subaccount && withoutToken(subaccount),
  };
}

/** What an account authorized and no longer does, the latest end first. */
export function listingOfEndedAuthorizations(context: Context, accountSid: string) {
  return {
    scope: `${accountSid} ended authorizations`,
    slice: (slice: Slice) => listEndedAuthorizations(context.database.query, accountSid, slice),
  };
}
