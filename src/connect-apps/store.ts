/** The SQL of Connect Apps, and the only bridge between their rows and ConnectApp. */

import { type Selection, sql } from 'kysely';
import type { Queryable } from '../storage/database.ts';
import { keysetList, type Parameter, type Position, type Slice } from '../storage/keyset.ts';
import { prepared } from '../storage/prepared.ts';
import type { Schema } from '../storage/schema.ts';
import {
  type ConnectApp,
  type ConnectAppProperties,
  PROPERTIES,
  PROPERTY_NAMES,
  type PropertyColumns,
  type PropertyName,
} from './connect-app.ts';
import { joinPermissions } from './permissions.ts';

interface Key extends Record<string, unknown> {
  accountSid: string;
  sid: string;
}

/** Every column under the name of its property: the database renames, and no row is walked through. */
const COLUMNS = [
  'sid',
  'account_sid as accountSid',
  'created_at as createdAt',
  ...PROPERTY_NAMES.map(
    (name): `${keyof PropertyColumns} as ${PropertyName}` =>
      `${PROPERTIES[name].column} as ${name}`,
  ),
] as const;

type Row = Selection<Schema, 'connect_apps', (typeof COLUMNS)[number]>;

const selectOne = prepared<Key, Row>((query, parameter) =>
  query
    .selectFrom('connect_apps')
    .select(COLUMNS)
    .where('account_sid', '=', parameter('accountSid'))
    .where('sid', '=', parameter('sid')),
);

/** The account's app with this SID. */
export async function findConnectApp(query: Queryable, key: Key): Promise<ConnectApp | undefined> {
  const [row] = await selectOne(query, key);
  return row && fromRow(row);
}

/** The account that owns the app with this SID, without a caller: for the command line and consent. */
export async function findOwner(query: Queryable, sid: string): Promise<string | undefined> {
  const row = await query
    .selectFrom('connect_apps')
    .select('account_sid')
    .where('sid', '=', sid)
    .executeTakeFirst();
  return row?.account_sid;
}

const list = keysetList({
  rows: (query, parameter: Parameter<{ accountSid: string }>) =>
    query
      .selectFrom('connect_apps')
      .select(COLUMNS)
      .where('account_sid', '=', parameter('accountSid')),
  places: (query, parameter) =>
    query
      .selectFrom('connect_apps')
      .select(['created_at as createdAt', 'sid'])
      .where('account_sid', '=', parameter('accountSid')),
  createdAt: 'connect_apps.created_at',
  sid: 'connect_apps.sid',
});

/** A slice of the account's apps, newest first in either direction. */
export async function listConnectApps(
  query: Queryable,
  accountSid: string,
  slice: Slice,
): Promise<ConnectApp[]> {
  return (await list.slice(query, { accountSid }, slice)).map(fromRow);
}

/** The place of the `count`-th newest app, or of the oldest one when there are fewer. */
export function findPosition(
  query: Queryable,
  accountSid: string,
  count: number,
): Promise<Position | undefined> {
  return list.findPosition(query, { accountSid }, count);
}

const search = keysetList({
  rows: (query, parameter: Parameter<{ accountSid: string; pattern: string }>) =>
    query
      .selectFrom('connect_apps')
      .select(COLUMNS)
      .where('account_sid', '=', parameter('accountSid'))
      .where(sql<boolean>`${sql.ref('search_text')} like ${parameter('pattern')} escape '!'`),
  places: (query, parameter) =>
    query
      .selectFrom('connect_apps')
      .select(['created_at as createdAt', 'sid'])
      .where('account_sid', '=', parameter('accountSid'))
      .where(sql<boolean>`${sql.ref('search_text')} like ${parameter('pattern')} escape '!'`),
  createdAt: 'connect_apps.created_at',
  sid: 'connect_apps.sid',
});

/** A slice of the account's apps whose name or SID contains a text, in any case. */
export async function searchConnectApps(
  query: Queryable,
  accountSid: string,
  text: string,
  slice: Slice,
): Promise<ConnectApp[]> {
  const pattern = `%${text.toLowerCase().replaceAll(/[!%_]/g, '!$&')}%`;
  return (await search.slice(query, { accountSid, pattern }, slice)).map(fromRow);
}

/** What a search looks at. */
function searchTextOf(sid: string, friendlyName: string | null): string {
  return `${friendlyName ?? ''} ${sid}`.toLowerCase();
}

/** Adds an app, or does nothing if the account already has one with this SID; returns whether it added it. */
export async function insertConnectApp(query: Queryable, app: ConnectApp): Promise<boolean> {
  const inserted = await query
    .insertInto('connect_apps')
    .values({
      account_sid: app.accountSid,
      sid: app.sid,
      ...toColumns(app),
      permissions: joinPermissions(app.permissions),
      search_text: searchTextOf(app.sid, app.friendlyName),
      created_at: app.createdAt,
      updated_at: app.createdAt,
    })
    .onConflict((conflict) => conflict.columns(['account_sid', 'sid']).doNothing())
    .executeTakeFirst();
  return inserted.numInsertedOrUpdatedRows === 1n;
}

/** Writes the given properties and returns the updated app. */
export async function updateConnectAppRow(
  query: Queryable,
  key: Key,
  changes: Partial<ConnectAppProperties>,
  updatedAt: number,
): Promise<ConnectApp | undefined> {
  const { friendlyName } = changes;
  const row = await query
    .updateTable('connect_apps')
    .set({
      ...toColumns(changes),
      ...(friendlyName !== undefined && { search_text: searchTextOf(key.sid, friendlyName) }),
      updated_at: updatedAt,
    })
    .where('account_sid', '=', key.accountSid)
    .where('sid', '=', key.sid)
    .returning(COLUMNS)
    .executeTakeFirst();
  return row && fromRow(row);
}

/** Removes the row, and with it every text that described the app; returns whether there was one. */
export async function deleteConnectAppRow(query: Queryable, key: Key): Promise<boolean> {
  const deleted = await query
    .deleteFrom('connect_apps')
    .where('account_sid', '=', key.accountSid)
    .where('sid', '=', key.sid)
    .executeTakeFirst();
  return deleted.numDeletedRows > 0n;
}

/** The columns of the given properties. */
function toColumns(given: Partial<ConnectAppProperties>): Partial<PropertyColumns> {
  const columns: Partial<PropertyColumns> = {};
  for (const name of PROPERTY_NAMES) writeColumn(columns, name, given);
  return columns;
}

function writeColumn<Name extends PropertyName>(
  columns: Partial<PropertyColumns>,
  name: Name,
  given: Partial<ConnectAppProperties>,
): void {
  const value = given[name];
  const { column, rule } = PROPERTIES[name];
  if (value !== undefined) columns[column] = rule.toColumn(value);
}

/** A property that is no text has its line here: without one this does not compile. */
function fromRow(row: Row): ConnectApp {
  const { deauthorizeCallbackMethod, permissions } = PROPERTIES;
  return {
    ...row,
    deauthorizeCallbackMethod: deauthorizeCallbackMethod.rule.fromColumn(
      row.deauthorizeCallbackMethod,
    ),
    permissions: permissions.rule.fromColumn(row.permissions),
  };
}
