/** What a world begins with: two accounts with their people, an app, and what a fixture adds. */

import { ACCOUNT_TYPES } from '../accounts/account.ts';
import { createAccount, getAccount } from '../accounts/operations.ts';
import { PROPERTIES, PROPERTY_NAMES } from '../connect-apps/connect-app.ts';
import { createConnectApp, listingOfConnectApps } from '../connect-apps/operations.ts';
import type { Context } from '../context.ts';
import { DEMO_PASSWORD, DEMO_PASSWORD_HASH } from '../demo/data.ts';
import type { Parameters } from '../parameter.ts';
import { createSid } from '../sid.ts';
import { addUser } from '../users/operations.ts';
import { listingOfPeople } from '../users/people.ts';
import { addFixture, withoutTimes } from './fixture.ts';
import { INBOX_URL, REDIRECT_URL } from './inbox.ts';
import type { AccountOptions, AppProperties, ConnectApp, Credentials, Fixture } from './types.ts';

export interface Cast {
  developer: Credentials;
  customer: Credentials;
  connectApp: ConnectApp;
}

const DEFAULTS: Partial<AppProperties> = {
  friendlyName: 'Test app',
  companyName: 'Test company',
  authorizeRedirectUrl: REDIRECT_URL,
  deauthorizeCallbackUrl: INBOX_URL,
  deauthorizeCallbackMethod: 'POST',
  permissions: ['get-all', 'post-all'],
};

/** Fills an empty world. */
export async function seed(context: Context, fixture: Fixture): Promise<Cast> {
  await addFixture(context, fixture);
  const developer = await findOrMake(context, 'developer', fixture.developer);
  const customer = await findOrMake(context, 'customer', fixture.customer);
  const apps = listingOfConnectApps(context, developer.accountSid);
  const [first] = await apps.slice({ direction: 'older', from: undefined, limit: 1 });
  const connectApp = first
    ? withoutTimes(first)
    : await makeApp(context, developer.accountSid, { friendlyName: 'Test app' });
  return { developer, customer, connectApp };
}

async function findOrMake(
  context: Context,
  role: 'developer' | 'customer',
  sid: string | undefined,
): Promise<Credentials> {
  if (sid === undefined) {
    const friendlyName = role === 'developer' ? 'Developer' : 'Customer';
    return makeAccount(context, { friendlyName }, `${role}@example.com`);
  }
  const { authToken } = await getAccount(context, sid);
  const email = await emailOf(context, sid);
  return { accountSid: sid, authToken, email, password: DEMO_PASSWORD };
}

/** Creates an account; a parent account with a person who signs in to it. */
export async function makeAccount(
  context: Context,
  { owner, ...properties }: AccountOptions,
  email?: string,
): Promise<Credentials> {
  const { sid: accountSid, authToken } = await createAccount(context, {
    type: ACCOUNT_TYPES[1],
    ...properties,
    ...(owner !== undefined && { ownerAccountSid: owner }),
  });
  const password = DEMO_PASSWORD;
  if (owner !== undefined) {
    return { accountSid, authToken, email: await emailOf(context, owner), password };
  }
  const address = email ?? `${accountSid.toLowerCase()}@example.com`;
  const user = {
    sid: createSid('US', context.random),
    email: address,
    createdAt: context.clock.now(),
    passwordHash: DEMO_PASSWORD_HASH,
  };
  await addUser(context, user, [accountSid]);
  return { accountSid, authToken, email: address, password };
}

/** Creates an app as its form would; raises `parameter_invalid` for what the form would refuse. */
export async function makeApp(
  context: Context,
  accountSid: string,
  properties: Partial<AppProperties>,
): Promise<ConnectApp> {
  const given = { ...DEFAULTS, ...properties };
  const parameters: Record<string, string | readonly string[]> = {};
  for (const name of PROPERTY_NAMES) {
    const value = given[name];
    if (value !== undefined) parameters[PROPERTIES[name].parameter] = value ?? '';
  }
  return withoutTimes(await createConnectApp(context, accountSid, parameters satisfies Parameters));
}

/** The e-mail of a person who signs in to an account. */
export async function emailOf(context: Context, accountSid: string): Promise<string> {
  const { ownerAccountSid } = await getAccount(context, accountSid);
  const people = listingOfPeople(context, ownerAccountSid);
  const [person] = await people.slice({ direction: 'older', from: undefined, limit: 1 });
  if (person === undefined) throw new Error(`Nobody signs in to the account ${accountSid}.`);
  return person.email;
}
