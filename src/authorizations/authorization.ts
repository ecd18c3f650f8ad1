/**
 * What customers authorize Connect Apps to do: consent, and its end. No HTTP, no SQL text. What an
 * authorized request may then open is access/decide.ts.
 */

import type { Account } from '../accounts/account.ts';
import type { Permission } from '../connect-apps/permissions.ts';

export interface Authorization {
  /** The customer. */
  accountSid: string;
  connectAppSid: string;
  /** The subaccount of the customer that was made for this app alone. */
  subaccountSid: string;
  appOwnerSid: string;
  /** As granted: what the app asks for later is not among them. */
  permissions: Permission[];
  createdAt: number;
  updatedAt: number;
  revokedAt: number | null;
}

/** An authorization as its customer sees it: with the app's present texts. */
export interface AuthorizedConnectApp extends Authorization {
  /** The app's: what the list is ordered by. */
  sid: string;
  connectAppFriendlyName: string | null;
  connectAppDescription: string | null;
  connectAppCompanyName: string | null;
  connectAppHomepageUrl: string | null;
}

/** An authorization that has ended, as its customer sees it. */
export interface EndedAuthorization extends Authorization {
  revokedAt: number;
  /** The app's; null when it has none, or is gone. */
  connectAppFriendlyName: string | null;
  connectAppCompanyName: string | null;
}

/** What an authorized request is checked against. */
export interface Grant {
  connectAppSid: string;
  appOwnerSid: string;
  /** The parent of the app's owner; a parent's own SID stands here too. */
  appOwnerParentSid: string;
  /** Granted and still asked for: an app that drops a permission loses it at once. */
  permissions: Permission[];
  isRevoked: boolean;
  ownerStatus: Account['status'];
  /** Of the tokens of the app's owner. */
  ownerDigests: readonly (string | undefined)[];
}
