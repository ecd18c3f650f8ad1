/** The lists of stand-ins: those that are stored, filtered, and those that a behaviour makes. */

import type { Context } from '../context.ts';
import { type Parameters, textOf } from '../parameter.ts';
import type { Queryable } from '../storage/database.ts';
import type { Position, Slice } from '../storage/keyset.ts';
import type { WireItem } from '../wire.ts';
import type { Call } from './behaviour.ts';
import { BEHAVIOURS } from './behaviours.ts';
import { callOf, checkParents } from './operations.ts';
import type { Target } from './places.ts';
import { propertyName, type StandIn } from './stand-in.ts';
import { type Collection, findPosition, listStandIns } from './store.ts';

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
