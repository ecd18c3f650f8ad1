/** Connect Apps: the type, its rules and its operations. No HTTP, no SQL text. */

import { endAuthorizations } from '../authorizations/revocation.ts';
import type { Context } from '../context.ts';
import { calledUrl } from '../http-url.ts';
import {
  checkChoice,
  checkFriendlyName,
  checkText,
  type Parameters,
  type TextRule,
  textOf,
  urlRule,
} from '../parameter.ts';
import { Problem } from '../problem.ts';
import { createSid, parseSid } from '../sid.ts';
import type { Queryable } from '../storage/database.ts';
import type { Slice } from '../storage/keyset.ts';
import { type Permission, parsePermissions } from './permissions.ts';
import {
  deleteConnectAppRow,
  findConnectApp,
  findPosition,
  insertConnectApp,
  listConnectApps,
  updateConnectAppRow,
} from './store.ts';

export const CALLBACK_METHODS = ['GET', 'POST'] as const;
export type CallbackMethod = (typeof CALLBACK_METHODS)[number];

/** The properties that an owner may set. */
export interface ConnectAppProperties {
  friendlyName: string | null;
  description: string | null;
  companyName: string | null;
  homepageUrl: string | null;
  authorizeRedirectUrl: string | null;
  deauthorizeCallbackUrl: string | null;
  deauthorizeCallbackMethod: CallbackMethod | null;
  permissions: Permission[];
  /** Shown on the consent page; the REST resource has no such property. */
  logoUrl: string | null;
  /** Shown on the consent page; the REST resource has no such property. */
  termsOfServiceUrl: string | null;
}

export interface ConnectApp extends ConnectAppProperties {
  sid: string;
  accountSid: string;
  createdAt: number;
}

type TextProperty = Exclude<
  keyof ConnectAppProperties,
  'deauthorizeCallbackMethod' | 'friendlyName' | 'permissions'
>;

export const FRIENDLY_NAME_RULE: TextRule = {
  type: 'string',
  minLength: 1,
  maxLength: 64,
  description: 'The name of the Connect App, 1 to 64 characters.',
};

/** The parameters that are texts, which property each sets, and its rule. */
export const TEXT_PARAMETERS = {
  AuthorizeRedirectUrl: {
    property: 'authorizeRedirectUrl',
    rule: urlRule('Where the customer is sent after allowing or denying.'),
  },
  CompanyName: {
    property: 'companyName',
    rule: { type: 'string', description: 'The company behind the Connect App.' },
  },
  DeauthorizeCallbackUrl: {
    property: 'deauthorizeCallbackUrl',
    rule: urlRule('What is called when a customer deauthorizes the Connect App.'),
  },
  Description: {
    property: 'description',
    rule: { type: 'string', format: 'multiline', description: 'What the Connect App does.' },
  },
  HomepageUrl: {
    property: 'homepageUrl',
    rule: urlRule('Where customers learn more about the Connect App.'),
  },
  LogoUrl: { property: 'logoUrl', rule: urlRule('The logo on the consent page.') },
  TermsOfServiceUrl: {
    property: 'termsOfServiceUrl',
    rule: urlRule('The terms of service that the consent page links to.'),
  },
} as const satisfies Record<string, { property: TextProperty; rule: TextRule }>;

/** Creates an app that `accountSid` owns. FriendlyName is required; the rest may come later. */
export async function createConnectApp(
  context: Context,
  accountSid: string,
  parameters: Parameters,
): Promise<ConnectApp> {
  const changes = parseConnectAppChanges({ FriendlyName: '', ...parameters });
  return addConnectApp(context, accountSid, createSid('CN'), changes);
}

/** Adds an app with a SID that is already known; an app that has this SID is left as it is. */
export async function addConnectApp(
  context: Context,
  accountSid: string,
  sid: string,
  properties: Partial<ConnectAppProperties>,
): Promise<ConnectApp> {
  const app: ConnectApp = {
    friendlyName: null,
    description: null,
    companyName: null,
    homepageUrl: null,
    authorizeRedirectUrl: null,
    deauthorizeCallbackUrl: null,
    deauthorizeCallbackMethod: null,
    permissions: [],
    logoUrl: null,
    termsOfServiceUrl: null,
    ...properties,
    sid,
    accountSid,
    createdAt: context.clock.now(),
  };
  await context.database.transaction((transaction) => insertConnectApp(transaction, app));
  return app;
}

/** Returns the account's app, and raises `not_found` when it has none with this SID. */
export async function getConnectApp(
  context: Context,
  accountSid: string,
  sidText: string,
): Promise<ConnectApp> {
  return getConnectAppIn(context.database.query, accountSid, sidText);
}

async function getConnectAppIn(
  query: Queryable,
  accountSid: string,
  sidText: string,
): Promise<ConnectApp> {
  const sid = parseSid('CN', sidText);
  const app = sid && (await findConnectApp(query, { accountSid, sid }));
  if (!app) throw new Problem('not_found');
  return app;
}

/** The Connect Apps of an account. */
export function listingOfConnectApps(context: Context, accountSid: string) {
  const { query } = context.database;
  return {
    scope: `${accountSid} ConnectApps`,
    slice: (slice: Slice) => listConnectApps(query, accountSid, slice),
    findPosition: (count: number) => findPosition(query, accountSid, count),
  };
}

/** Changes the properties that `parameters` name and leaves the others; `not_found` as above. */
export async function updateConnectApp(
  context: Context,
  accountSid: string,
  sidText: string,
  parameters: Parameters,
): Promise<ConnectApp> {
  const changes = parseConnectAppChanges(parameters);
  const updatedAt = context.clock.now();
  return context.database.transaction(async (transaction) => {
    const { sid } = await getConnectAppIn(transaction, accountSid, sidText);
    const app = await updateConnectAppRow(transaction, { accountSid, sid }, changes, updatedAt);
    if (app === undefined) throw new Problem('not_found');
    return app;
  });
}

/**
 * Deletes the app and all that it said of itself, and ends what it was authorized to do, with a
 * callback for each; `not_found` as above.
 */
export async function deleteConnectApp(
  context: Context,
  accountSid: string,
  sidText: string,
): Promise<void> {
  const { sid } = await getConnectApp(context, accountSid, sidText);
  const now = context.clock.now();
  const count = await context.database.transaction(async (transaction) => {
    const ended = await endAuthorizations(transaction, { connectAppSid: sid }, now);
    await deleteConnectAppRow(transaction, { accountSid, sid });
    return ended;
  });
  if (count > 0) context.report({ name: 'revoked', count, connectAppSid: sid });
}

/**
 * Reads the parameters of an update. One that was not sent is left out; an empty one clears its
 * property; Permissions may be repeated or comma-separated. Unknown parameters are ignored.
 */
export function parseConnectAppChanges(parameters: Parameters): Partial<ConnectAppProperties> {
  const changes: Partial<ConnectAppProperties> = {};

  const friendlyName = textOf(parameters, 'FriendlyName');
  if (friendlyName !== undefined) {
    changes.friendlyName = checkFriendlyName(FRIENDLY_NAME_RULE, friendlyName);
  }
  for (const [name, { property, rule }] of Object.entries(TEXT_PARAMETERS)) {
    const text = textOf(parameters, name);
    if (text !== undefined) changes[property] = text === '' ? null : checkText(name, rule, text);
  }
  const { deauthorizeCallbackUrl } = changes;
  if (deauthorizeCallbackUrl) changes.deauthorizeCallbackUrl = shownUrl(deauthorizeCallbackUrl);
  const method = textOf(parameters, 'DeauthorizeCallbackMethod');
  if (method !== undefined) {
    changes.deauthorizeCallbackMethod =
      method === '' ? null : checkChoice('DeauthorizeCallbackMethod', CALLBACK_METHODS, method);
  }
  if (parameters.Permissions !== undefined) {
    changes.permissions = parsePermissions(parameters.Permissions);
  }
  return changes;
}

/**
 * A URL as it is called: what a program validates signatures with may come from here. Only a path that
 * was left out stays out, as in Twilio's own example.
 */
function shownUrl(text: string): string {
  const called = calledUrl(text);
  return called === `${text}/` ? text : called;
}
