/** Lists in the console: a page of a keyset list, and the links to its neighbours. */

import { parsePageToken, writePageToken } from '../http/page-token.ts';
import type { Keyring } from '../keys/keyring.ts';
import { type Parameters, textOf } from '../parameter.ts';
import type { Position, Slice } from '../storage/keyset.ts';

export const CONSOLE_PAGE_SIZE = 50;

export interface ListPage<Item> {
  items: Item[];
  newer: string | undefined;
  older: string | undefined;
}

/**
 * Reads the page of a list that the query's `page` names, or the first one: a token that is wrong or old is no
 * fault of the person. `scope` names the account, the list and its filters; `path` is the page's own, whose
 * filters the links keep. `placeOf` says where an item is in the list.
 */
export async function readListPage<Item>(options: {
  keyring: Keyring;
  scope: string;
  path: string;
  query: Parameters;
  slice(slice: Slice): Promise<Item[]>;
  placeOf(item: Item): Position;
  size?: number;
}): Promise<ListPage<Item>> {
  const { keyring, scope, path, query, slice, placeOf, size = CONSOLE_PAGE_SIZE } = options;
  const cursor = readToken(keyring, scope, textOf(query, 'page'));
  const direction = cursor?.direction ?? 'older';
  // One more row shows whether the list goes on.
  const rows = await slice({ direction, from: cursor?.from, limit: size + 1 });
  const goesOn = rows.length > size;
  const items = direction === 'older' ? rows.slice(0, size) : rows.slice(-size);
  const link = (to: 'older' | 'newer', item: Item | undefined) => {
    if (item === undefined) return undefined;
    const from = placeOf(item);
    const page = writePageToken(keyring, scope, { direction: to, from, start: 0 });
    return `${path}?${new URLSearchParams([...filtersOf(query), ['page', page]])}`;
  };
  const hasOlder = direction === 'newer' || goesOn;
  const hasNewer = direction === 'newer' ? goesOn : cursor !== undefined;
  return {
    items,
    older: hasOlder ? link('older', items.at(-1)) : undefined,
    newer: hasNewer ? link('newer', items[0]) : undefined,
  };
}

function readToken(keyring: Keyring, scope: string, token: string | undefined) {
  if (token === undefined || token === '') return undefined;
  try {
    return parsePageToken(keyring, scope, token);
  } catch {
    return undefined;
  }
}

function filtersOf(query: Parameters): [string, string][] {
  const pairs: [string, string][] = [];
  for (const name of Object.keys(query)) {
    const value = textOf(query, name) ?? '';
    if (name !== 'page' && value !== '') pairs.push([name, value]);
  }
  return pairs;
}
