/**
 * What a consent page shows, and the check that the user approves exactly what was shown. The decision itself
 * is authorizations/authorization.ts.
 */

import type { Account } from '../accounts/account.ts';
import type { Authorization } from '../authorizations/authorization.ts';
import {
  checkCustomer,
  findEarlierAuthorization,
  getConsentParties,
} from '../authorizations/operations.ts';
import { type ConnectApp, PROPERTIES, PROPERTY_NAMES } from '../connect-apps/connect-app.ts';
import type { Context } from '../context.ts';
import { Problem } from '../problem.ts';
import { listAccountsOf } from '../users/operations.ts';

/** An account that can give consent, and what it has given to this app before. */
export interface Customer {
  account: Account;
  earlier: Authorization | undefined;
}

export interface Consent {
  app: ConnectApp;
  /** Where both answers lead. */
  authorizeRedirectUrl: string;
  customers: Customer[];
  /** Names everything that the page shows: another value means that something has changed. */
  shown: string;
}

/**
 * Returns what a user is asked for an app. Raises as `getConsentParties` does, and
 * `consent_impossible` when no account of the user can give consent.
 */
export async function getConsent(
  context: Context,
  userSid: string,
  connectAppSid: string,
): Promise<Consent> {
  const { query } = context.database;
  const { app } = await getConsentParties(query, connectAppSid);
  const customers: Customer[] = [];
  let obstacle: unknown = new Problem(
    'consent_impossible',
    'You have no account that can authorize this app.',
  );
  for (const account of await listAccountsOf(context, userSid)) {
    try {
      checkCustomer(account);
    } catch (error) {
      obstacle = error;
      continue;
    }
    const key = { accountSid: account.sid, connectAppSid: app.sid };
    customers.push({ account, earlier: await findEarlierAuthorization(context, key) });
  }
  if (customers.length === 0) throw obstacle;
  const { authorizeRedirectUrl } = app;
  if (authorizeRedirectUrl === null) throw new Problem('consent_impossible');
  const shown = context.keyring.sign(signedText(userSid, app));
  return { app, authorizeRedirectUrl, customers, shown };
}

/** Whether an app still is what the page with this `shown` displayed. */
export function isAsShown({ keyring }: Context, userSid: string, shown = '') {
  return (app: ConnectApp): boolean => keyring.isSigned(signedText(userSid, app), shown);
}

const SHOWN = PROPERTY_NAMES.filter((name) => PROPERTIES[name].shown.consent);

/** Everything about an app that the page shows to a user. */
function signedText(userSid: string, app: ConnectApp): string {
  return `consent ${JSON.stringify([userSid, app.sid, ...SHOWN.map((name) => app[name])])}`;
}
