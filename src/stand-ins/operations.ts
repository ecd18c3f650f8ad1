/** What can be done with stand-ins, each operation one transaction. No HTTP. */

import type { Account } from '../accounts/account.ts';
import { findAccount } from '../accounts/store.ts';
import type { Context } from '../context.ts';
import { type Parameters, textOf } from '../parameter.ts';
import { Problem } from '../problem.ts';
import type { Queryable } from '../storage/database.ts';
import type { Position, Slice } from '../storage/keyset.ts';
import type { WireItem, WireValue } from '../wire.ts';
import type { Call, Values } from './behaviour.ts';
import { BEHAVIOURS } from './behaviours.ts';
import { DESCRIPTION } from './description.ts';
import type { Shape } from './description-shape.ts';
import { namesBelow, type Target } from './places.ts';
import {
  changedProperties,
  newProperties,
  parseParameters,
  propertyName,
  type StandIn,
  sidPrefixOf,
} from './stand-in.ts';
import {
  type Collection,
  deleteStandInRow,
  findPosition,
  findStandIn,
  insertStandIn,
  listStandIns,
  updateStandInRow,
} from './store.ts';

/** Returns the one that a path names; raises `not_found` when there is none. */
export async function getStandIn(
  context: Context,
  account: Call['account'],
  target: Target,
): Promise<WireItem> {
  const { query } = context.database;
  const { fetch } = BEHAVIOURS[target.type] ?? {};
  if (fetch !== undefined) return fetch(callOf(context, query, account, target, {}));
  await checkParents(query, account.sid, target);
  return (await getIn(query, account.sid, target)).properties;
}

/** Creates one in the list that a path names. */
export async function createStandIn(
  context: Context,
  accountSid: string,
  target: Target,
  sent: Parameters,
): Promise<WireItem> {
  const { post, shape: shapeName } = target.place;
  if (post === undefined) throw new Problem('method_not_allowed');
  const shape = DESCRIPTION.shapes[post.shape ?? shapeName] ?? {};
  const { create, missing } = BEHAVIOURS[target.type] ?? {};
  const values = parseParameters(post, sent, missing);
  const sid = createSidFor(context, target, shape);
  return context.database.transaction(async (transaction) => {
    const account = await getAccountIn(transaction, accountSid);
    const call = callOf(context, transaction, account, target, sent);
    await checkParents(transaction, accountSid, target);
    const decided = (await create?.(call, values)) ?? values;
    const given = { ...ofPath(target), ...decided, ...ofItself(accountSid, target, sid, shape) };
    const properties = newProperties(shape, given, call.now);
    if (sid !== undefined) {
      const parentSid = target.parents.at(-1)?.sid ?? '';
      const { type } = target;
      const { now: createdAt } = call;
      const dueAt = BEHAVIOURS[type]?.dueAt?.({ properties, sent: values }, createdAt) ?? null;
      const standIn = { accountSid, type, parentSid, sid, createdAt, properties };
      await insertStandIn(transaction, { ...standIn, sent: values, dueAt });
    }
    return properties;
  });
}

/** Changes the one that a path names. */
export async function updateStandIn(
  context: Context,
  accountSid: string,
  target: Target,
  sent: Parameters,
): Promise<WireItem> {
  const { post, shape } = target.place;
  if (post === undefined) throw new Problem('method_not_allowed');
  const values = parseParameters(post, sent);
  return context.database.transaction(async (transaction) => {
    const account = await getAccountIn(transaction, accountSid);
    const call = callOf(context, transaction, account, target, sent);
    await checkParents(transaction, accountSid, target);
    const before = await getIn(transaction, accountSid, target);
    const decided = (await BEHAVIOURS[target.type]?.update?.(call, values, before)) ?? values;
    const known = DESCRIPTION.shapes[shape] ?? {};
    const properties = changedProperties(known, before.properties, decided, call.now);
    const { sent: parameters } = before;
    const dueAt =
      BEHAVIOURS[target.type]?.dueAt?.({ properties, sent: parameters }, call.now) ?? null;
    await updateStandInRow(transaction, before, { properties, dueAt });
    return properties;
  });
}

/** Deletes the one that a path names. */
export async function deleteStandIn(
  context: Context,
  accountSid: string,
  target: Target,
): Promise<void> {
  if (!target.place.delete) throw new Problem('method_not_allowed');
  await context.database.transaction(async (transaction) => {
    const account = await getAccountIn(transaction, accountSid);
    await checkParents(transaction, accountSid, target);
    const before = await getIn(transaction, accountSid, target);
    const call = callOf(context, transaction, account, target, {});
    await BEHAVIOURS[target.type]?.remove?.(call, before);
    await deleteStandInRow(transaction, before);
  });
}

/** An item of a list, with its place in it. */
export interface Listed extends Position {
  properties: WireItem;
}

/** The list that a path names; raises `not_found` when what it belongs to does not exist. */
export async function listingOfStandIns(
  context: Context,
  account: Call['account'],
  target: Target,
  sent: Parameters,
) {
  const { query } = context.database;
  await checkParents(query, account.sid, target);
  const filters = filtersOf(target, sent);
  const scope = `${account.sid} ${target.listPath} ${JSON.stringify(filters)}`;
  const { list, shows } = BEHAVIOURS[target.type] ?? {};
  if (list !== undefined) {
    const items = await list(callOf(context, query, account, target, sent));
    return { scope, filters, ...sliceOf(items) };
  }
  const parentSid = target.parents.at(-1)?.sid;
  const collection: Collection = {
    accountSid: account.sid,
    type: target.type,
    ...(parentSid !== undefined && { parentSid }),
  };
  const matches = matcherOf(filters, shows && ((item) => shows(target, item)));
  return {
    scope,
    filters,
    slice: (slice: Slice) => readMatching(query, collection, slice, matches),
    findPosition: async (count: number): Promise<Position | undefined> => {
      if (matches === undefined) return findPosition(query, collection, count);
      const slice = { direction: 'older', from: undefined, limit: count } as const;
      return (await readMatching(query, collection, slice, matches)).at(-1);
    },
  };
}

const CHUNK = 1000;

/** Reads a slice of those that match, a chunk of rows at a time. */
async function readMatching(
  query: Queryable,
  collection: Collection,
  { direction, from, limit }: Slice,
  matches: ((item: WireItem) => boolean) | undefined,
): Promise<StandIn[]> {
  if (matches === undefined) return listStandIns(query, collection, { direction, from, limit });
  let found: StandIn[] = [];
  let place = from;
  for (;;) {
    const rows = await listStandIns(query, collection, { direction, from: place, limit: CHUNK });
    const matching = rows.filter(({ properties }) => matches(properties));
    found = direction === 'older' ? [...found, ...matching] : [...matching, ...found];
    if (rows.length < CHUNK || found.length >= limit) break;
    place = direction === 'older' ? rows.at(-1) : rows[0];
  }
  return direction === 'older' ? found.slice(0, limit) : found.slice(-limit);
}

/** The filters that were sent, of those that the list has. */
function filtersOf(target: Target, sent: Parameters): Record<string, string> {
  const filters: Record<string, string> = {};
  for (const name of target.place.list?.filters ?? []) {
    const value = textOf(sent, name);
    if (value) filters[name] = value;
  }
  return filters;
}

/** Whether an item has what the filters say; undefined when they say nothing. Filters of no property hold. */
function matcherOf(
  filters: Record<string, string>,
  shows: ((item: WireItem) => boolean) | undefined,
): ((item: WireItem) => boolean) | undefined {
  const entries = Object.entries(filters);
  if (entries.length === 0) return shows;
  return (item) =>
    (shows === undefined || shows(item)) &&
    entries.every(([filter, wanted]) => {
      const [, name = '', comparison] = /^(\w+)([<>])?$/.exec(filter) ?? [];
      const value = item[propertyName(name)];
      if (value === undefined) return true;
      if (value === null) return false;
      if (!/^Date|Time$/.test(name)) return String(value) === wanted;
      const [day, from] = [Date.parse(String(value)), Date.parse(wanted)];
      if (comparison === '<') return day <= from;
      if (comparison === '>') return day >= from;
      return new Date(day).toISOString().slice(0, 10) === wanted.slice(0, 10);
    });
}

/** Slices of a list that is made anew each time: an item's place is its index, the first being the newest. */
function sliceOf(items: readonly WireItem[]) {
  const listed: Listed[] = items.map((properties, index) => ({
    properties,
    createdAt: items.length - index,
    sid: String(index),
  }));
  return {
    slice: async ({ direction, from, limit }: Slice): Promise<Listed[]> => {
      const at = from === undefined ? 0 : items.length - from.createdAt;
      if (direction === 'newer') return listed.slice(Math.max(0, at - limit), at);
      const first = from === undefined ? 0 : at + 1;
      return listed.slice(first, first + limit);
    },
    findPosition: async (count: number): Promise<Position | undefined> =>
      listed.slice(0, count).at(-1),
  };
}

/** Raises `not_found` unless everything that the target belongs to exists. */
async function checkParents(query: Queryable, accountSid: string, target: Target): Promise<void> {
  for (const { type, sid } of target.parents) {
    if (type === 'AvailablePhoneNumbers') continue;
    const parent = await findStandIn(query, { accountSid, type, sid });
    if (parent === undefined) throw new Problem('not_found');
  }
}

async function getIn(query: Queryable, accountSid: string, target: Target): Promise<StandIn> {
  const { type, sid = '', parents } = target;
  const found = await findStandIn(query, { accountSid, type, sid });
  const parentSid = parents.at(-1)?.sid;
  if (found === undefined || (parentSid !== undefined && found.parentSid !== parentSid)) {
    throw new Problem('not_found');
  }
  return found;
}

async function getAccountIn(query: Queryable, sid: string): Promise<Account> {
  const account = await findAccount(query, sid);
  if (account === undefined) throw new Problem('not_found');
  return account;
}

function callOf(
  context: Context,
  query: Queryable,
  account: Call['account'],
  target: Target,
  sent: Parameters,
): Call {
  return { context, query, account, target, sent, now: context.clock.now() };
}

/** What of the path are properties, too: `CallSid` is `call_sid`. */
function ofPath({ parameters }: Target): Values {
  return Object.fromEntries(
    Object.entries(parameters).map(([name, value]) => [propertyName(name), value]),
  );
}

/** The property that holds the SID of one, and in which its path ends. */
function keyOf({ place }: Target): string {
  const [, name = 'Sid'] = /\{(\w+)\}$/.exec(place.path) ?? [];
  const ofList = DESCRIPTION.places.find(
    ({ path }) =>
      path.startsWith(`${place.path}/{`) && path.indexOf('/', place.path.length + 1) < 0,
  );
  const [, nameOfOne = name] = /\{(\w+)\}$/.exec(ofList?.path ?? '') ?? [];
  return propertyName(nameOfOne);
}

function createSidFor(context: Context, target: Target, shape: Shape): string | undefined {
  const prefix = sidPrefixOf(shape[keyOf(target)]);
  return prefix && prefix + context.random.bytes(16).toString('hex');
}

/** What the server says of something new itself. */
function ofItself(
  accountSid: string,
  target: Target,
  sid: string | undefined,
  shape: Shape,
): Record<string, WireValue> {
  if (sid === undefined) return { account_sid: accountSid };
  // What is in two lists has its own URL in the first.
  const list = DESCRIPTION.places.some(({ path }) => path === `/${target.type}`)
    ? target.type
    : target.listPath;
  const path = `/2010-04-01/Accounts/${accountSid}/${list}/${sid}`;
  const uris = namesBelow(target.type).map((name) => [propertyName(name), `${path}/${name}.json`]);
  return {
    account_sid: accountSid,
    [keyOf(target)]: sid,
    ...('uri' in shape && { uri: `${path}.json` }),
    ...('subresource_uris' in shape && { subresource_uris: Object.fromEntries(uris) }),
  };
}
