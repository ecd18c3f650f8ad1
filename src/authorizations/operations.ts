/** Consent and its end, each operation one transaction. No HTTP. What an authorized request may then open is access/decide.ts. */

import { type Account, type AccountIdentity, isSubaccount } from '../accounts/account.ts';
import { makeAccount } from '../accounts/operations.ts';
import { findAccount, insertAccount } from '../accounts/store.ts';
import { recorder } from '../audit/record.ts';
import type { ConnectApp } from '../connect-apps/connect-app.ts';
import { findConnectApp, findOwner } from '../connect-apps/store.ts';
import type { Context } from '../context.ts';
import { Problem } from '../problem.ts';
import { createSid, parseSid } from '../sid.ts';
import type { Queryable } from '../storage/database.ts';
import type { Slice } from '../storage/keyset.ts';
import type { Authorization, AuthorizedConnectApp } from './authorization.ts';
import {
  type AuthorizedFilter,
  findAuthorizedConnectApp,
  findPosition,
  listAuthorizedConnectApps,
} from './list-store.ts';
import { endAuthorizations } from './revocation.ts';
import { type AuthorizationKey, findAuthorization, putAuthorization } from './store.ts';

/** An app that can be authorized, and the account that would authorize it. */
export interface ConsentParties {
  app: ConnectApp;
  /** The owner of the app. */
  owner: Account;
}

/**
 * Returns the app that a consent link names with its owner. Raises `not_found` for an unknown app and
 * `consent_impossible`, with the reason, if nobody can authorize it now.
 */
export async function getConsentParties(
  query: Queryable,
  connectAppSid: string,
): Promise<ConsentParties> {
  const sid = parseSid('CN', connectAppSid);
  const ownerSid = sid && (await findOwner(query, sid));
  const app = sid && ownerSid && (await findConnectApp(query, { accountSid: ownerSid, sid }));
  const owner = ownerSid && (await findAccount(query, ownerSid));
  if (!app || !owner) throw new Problem('not_found');
  if (app.authorizeRedirectUrl === null) {
    throw impossible('The Connect App has no Authorize URL yet. Its owner must set one.');
  }
  if (owner.status !== 'active') {
    throw impossible('The account of the company behind this Connect App is not active.');
  }
  if (owner.type === 'Trial') {
    throw impossible(
      'The company behind this Connect App has a Trial account. It must upgrade first.',
    );
  }
  return { app, owner };
}

/** Raises `consent_impossible`, with the reason, when this account cannot authorize any app. */
export function checkCustomer(account: Account): void {
  if (account.status !== 'active') throw impossible('The account is not active.');
  if (account.type === 'Trial') {
    throw impossible('A Trial account cannot authorize a Connect App. Upgrade it first.');
  }
  if (isSubaccount(account)) {
    throw impossible('A subaccount cannot authorize a Connect App. Use its parent account.');
  }
}

/**
 * Gives consent: the app may act for the customer with the permissions that it asks for now. The first
 * consent creates the app's subaccount in the same transaction; later ones, also after a revocation, keep it.
 * `isAsShown` checks the current app inside the transaction: the customer grants what was shown, or
 * `app_changed` is raised. Raises as `getConsentParties` and `checkCustomer` do, too.
 */
export async function authorizeConnectApp(
  context: Context,
  key: AuthorizationKey,
  isAsShown: (app: ConnectApp) => boolean = () => true,
): Promise<Authorization> {
  const now = context.clock.now();
  const newSid = createSid('AC', context.random);
  const record = recorder(context);
  const authorization = await context.database.transaction(async (transaction) => {
    const { app, owner } = await getConsentParties(transaction, key.connectAppSid);
    if (!isAsShown(app))
      throw new Problem('app_changed', 'The app has changed since the page was shown.');
    const customerSid = parseSid('AC', key.accountSid);
    const customer = customerSid && (await findAccount(transaction, customerSid));
    if (!customer) throw new Problem('not_found');
    checkCustomer(customer);

    const existing = await findAuthorization(transaction, {
      accountSid: customer.sid,
      connectAppSid: app.sid,
    });
    const subaccount = existing && (await findAccount(transaction, existing.subaccountSid));
    const isKept = subaccount !== undefined && subaccount.status !== 'closed';
    if (!isKept) {
      const made = makeAccount(context, {
        sid: newSid,
        friendlyName: `Subaccount for ConnectApp: ${app.friendlyName ?? app.sid}`,
        type: customer.type,
        ownerAccountSid: customer.sid,
      });
      await insertAccount(transaction, made.account, made.token);
    }
    const granted: Authorization = {
      accountSid: customer.sid,
      connectAppSid: app.sid,
      subaccountSid: isKept ? subaccount.sid : newSid,
      appOwnerSid: owner.sid,
      permissions: app.permissions,
      createdAt: existing?.revokedAt === null ? existing.createdAt : now,
      updatedAt: now,
      revokedAt: null,
    };
    await putAuthorization(transaction, granted);
    const change = {
      eventType: 'authorization.granted',
      resourceSid: app.sid,
      relatedSid: granted.subaccountSid,
      properties: app.permissions,
    } as const;
    await record(transaction, [
      { ...change, accountSid: customer.sid },
      { ...change, accountSid: owner.sid, source: 'customer' },
    ]);
    return granted;
  });
  const { accountSid, connectAppSid, subaccountSid, permissions } = authorization;
  context.report({ name: 'authorized', accountSid, connectAppSid, subaccountSid, permissions });
  return authorization;
}

/**
 * Adds an authorization as it was elsewhere, or replaces the one there is; its accounts must be there already. Raises
 * `not_found` without the app.
 */
export async function addAuthorization(
  context: Context,
  authorization: Omit<Authorization, 'appOwnerSid' | 'createdAt' | 'updatedAt'>,
): Promise<void> {
  const now = context.clock.now();
  await context.database.transaction(async (transaction) => {
    const appOwnerSid = await findOwner(transaction, authorization.connectAppSid);
    if (appOwnerSid === undefined) throw new Problem('not_found');
    await putAuthorization(transaction, {
      ...authorization,
      appOwnerSid,
      createdAt: now,
      updatedAt: now,
    });
  });
}

/** What an account has authorized an app to do, or had; undefined when it never did. */
export function findEarlierAuthorization(
  context: Context,
  key: AuthorizationKey,
): Promise<Authorization | undefined> {
  return findAuthorization(context.database.query, key);
}

/** Revokes an authorization and queues its callback; `not_found` if there is none, or no longer. */
export async function revokeAuthorization(
  context: Context,
  { accountSid, connectAppSid }: AuthorizationKey,
): Promise<Authorization> {
  const customer = parseSid('AC', accountSid);
  const app = parseSid('CN', connectAppSid);
  if (!customer || !app) throw new Problem('not_found');
  const now = context.clock.now();
  const record = recorder(context);
  // If this runs again after a commit whose response was lost, it finds nothing left to end.
  let ended: Authorization | undefined;
  await context.database.transaction(async (transaction) => {
    const key = { accountSid: customer, connectAppSid: app };
    const found = await findAuthorization(transaction, key);
    if (found?.revokedAt !== null) return;
    await endAuthorizations(transaction, key, {
      now,
      random: context.random,
      record,
      by: 'customer',
    });
    ended = { ...found, revokedAt: now, updatedAt: now };
  });
  if (ended === undefined) throw new Problem('not_found');
  context.report({ name: 'revoked', count: 1, accountSid: customer, connectAppSid: app });
  return ended;
}

/** Returns what the account authorized under this app's SID; `not_found` when revoked or never. */
export async function getAuthorizedConnectApp(
  context: Context,
  account: AccountIdentity,
  connectAppSid: string,
): Promise<AuthorizedConnectApp> {
  const sid = parseSid('CN', connectAppSid);
  const found =
    sid && (await findAuthorizedConnectApp(context.database.query, filterOf(account), sid));
  if (!found) throw new Problem('not_found');
  return found;
}

/** What an account authorized; on a subaccount, what was authorized for it. */
export function listingOfAuthorizedConnectApps(context: Context, account: AccountIdentity) {
  const { query } = context.database;
  const filter = filterOf(account);
  return {
    scope: `${account.sid} AuthorizedConnectApps`,
    slice: (slice: Slice) => listAuthorizedConnectApps(query, filter, slice),
    findPosition: (count: number) => findPosition(query, filter, count),
  };
}

function filterOf(account: AccountIdentity): AuthorizedFilter {
  return isSubaccount(account)
    ? { accountSid: account.ownerAccountSid, subaccountSid: account.sid }
    : { accountSid: account.sid };
}

function impossible(reason: string): Problem {
  return new Problem('consent_impossible', reason);
}
