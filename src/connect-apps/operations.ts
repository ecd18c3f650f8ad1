/** What can be done with Connect Apps, each operation one transaction. No HTTP. */

import { recorder } from '../audit/record.ts';
import { endAuthorizations } from '../authorizations/revocation.ts';
import type { Context } from '../context.ts';
import type { Parameters } from '../parameter.ts';
import { Problem } from '../problem.ts';
import { createSid, parseSid } from '../sid.ts';
import type { Queryable } from '../storage/database.ts';
import type { Slice } from '../storage/keyset.ts';
import {
  type ConnectApp,
  type ConnectAppProperties,
  INITIAL_PROPERTIES,
  PROPERTIES,
  PROPERTY_NAMES,
  parseConnectAppChanges,
} from './connect-app.ts';
import { uploadedLogoOf } from './logo.ts';
import { deleteLogo } from './logo-store.ts';
import {
  deleteConnectAppRow,
  findConnectApp,
  findOwner,
  findPosition,
  insertConnectApp,
  listConnectApps,
  searchConnectApps,
  updateConnectAppRow,
} from './store.ts';

/** Creates an app that `accountSid` owns. FriendlyName is required; the rest may come later. */
export async function createConnectApp(
  context: Context,
  accountSid: string,
  parameters: Parameters,
): Promise<ConnectApp> {
  const changes = parseConnectAppChanges({ FriendlyName: '', ...parameters });
  return addConnectApp(context, accountSid, createSid('CN', context.random), changes);
}

/** Adds an app with a given SID; does nothing if an app with this SID exists. */
export async function addConnectApp(
  context: Context,
  accountSid: string,
  sid: string,
  properties: Partial<ConnectAppProperties>,
): Promise<ConnectApp> {
  const app: ConnectApp = {
    ...INITIAL_PROPERTIES,
    ...properties,
    sid,
    accountSid,
    createdAt: context.clock.now(),
  };
  const record = recorder(context);
  await context.database.transaction(async (transaction) => {
    const isNew = await insertConnectApp(transaction, app);
    const change = { eventType: 'connect-app.created', accountSid, resourceSid: sid } as const;
    if (isNew) await record(transaction, change);
  });
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

/** The app with this SID, whoever owns it: for the operator. */
export async function findConnectAppOfAnybody(
  { database }: Context,
  sidText: string,
): Promise<ConnectApp | undefined> {
  const sid = parseSid('CN', sidText);
  const accountSid = sid && (await findOwner(database.query, sid));
  return accountSid ? findConnectApp(database.query, { accountSid, sid }) : undefined;
}

/** The same, and raises `not_found` when there is none. */
export async function getConnectAppOfAnybody(
  context: Context,
  sidText: string,
): Promise<ConnectApp> {
  const app = await findConnectAppOfAnybody(context, sidText);
  if (!app) throw new Problem('not_found');
  return app;
}

/** The account that owns the app with this SID; undefined when there is no such app. */
export async function findOwnerOf(context: Context, sidText: string): Promise<string | undefined> {
  const sid = parseSid('CN', sidText);
  return sid && findOwner(context.database.query, sid);
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

/** The Connect Apps of an account whose name or SID contains a text; all of them for none. */
export function searchingConnectApps(context: Context, accountSid: string, text: string) {
  const { query } = context.database;
  return {
    scope: `${accountSid} ConnectApps ${text}`,
    slice: (slice: Slice) =>
      text === ''
        ? listConnectApps(query, accountSid, slice)
        : searchConnectApps(query, accountSid, text, slice),
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
  const record = recorder(context);
  return context.database.transaction(async (transaction) => {
    const before = await getConnectAppIn(transaction, accountSid, sidText);
    const { sid } = before;
    const app = await updateConnectAppRow(transaction, { accountSid, sid }, changes, updatedAt);
    if (app === undefined) throw new Problem('not_found');
    if (uploadedLogoOf(app) === undefined) await deleteLogo(transaction, { accountSid, sid });
    const properties = changedProperties(before, app);
    if (properties.length > 0) {
      const eventType = 'connect-app.updated';
      await record(transaction, { eventType, accountSid, resourceSid: sid, properties });
    }
    return app;
  });
}

/** The names of the properties in which two states of an app differ, as the database has them. */
function changedProperties(before: ConnectApp, after: ConnectApp): string[] {
  return PROPERTY_NAMES.filter((name) => String(before[name]) !== String(after[name])).map(
    (name) => PROPERTIES[name].column,
  );
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
  const record = recorder(context);
  const count = await context.database.transaction(async (transaction) => {
    const ended = await endAuthorizations(
      transaction,
      { connectAppSid: sid },
      { now, random: context.random, record, by: 'owner' },
    );
    await deleteLogo(transaction, { accountSid, sid });
    const isDeleted = await deleteConnectAppRow(transaction, { accountSid, sid });
    const change = { eventType: 'connect-app.deleted', accountSid, resourceSid: sid } as const;
    if (isDeleted) await record(transaction, change);
    return ended;
  });
  if (count > 0) context.report({ name: 'revoked', count, connectAppSid: sid });
}
