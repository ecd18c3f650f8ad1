/** Page, PageSize and PageToken <-> a slice of a list; the links of its envelope. */

import type { Keyring } from '../keys/keyring.ts';
import { checkSpelling, type Parameters, parameterProblem, textOf } from '../parameter.ts';
import { Problem } from '../problem.ts';
import type { Position, Slice } from '../storage/keyset.ts';
import { type PageCursor, parsePageToken, writePageToken } from './page-token.ts';

const DEFAULT_PAGE_SIZE = 50;
const MAX_PAGE_SIZE = 1000;
/** How deep `Page` reaches without a token. */
const MAX_ABSOLUTE_ROWS = 10_000;

/** A list that can be paged through. */
export interface Listing<Item extends Position> {
  /** Names the account, the list and its filters: a token of one scope is refused in another. */
  scope: string;
  /** The query parameters that choose the list and belong in its links. */
  filters?: Readonly<Record<string, string>>;
  slice(slice: Slice): Promise<Item[]>;
  /** The place of the count-th newest item, or of the oldest when there are fewer. */
  findPosition(count: number): Promise<Position | undefined>;
}

export interface Page<Item> {
  items: Item[];
  page: number;
  pageSize: number;
  /** Zero-based positions in the whole list. */
  start: number;
  end: number;
  /** The tokens of this page and its neighbours. */
  token: string | undefined;
  next: string | undefined;
  previous: string | undefined;
  filters: Readonly<Record<string, string>>;
}

/** Reads the page that the query parameters ask for. */
export async function readPage<Item extends Position>(
  listing: Listing<Item>,
  parameters: Parameters,
  options: { keyring: Keyring; strictPageSize: boolean },
): Promise<Page<Item>> {
  checkSpelling(parameters, ['PageSize', 'Page', 'PageToken']);
  const pageSize = parsePageSize(parameters, options.strictPageSize);
  const token = textOf(parameters, 'PageToken') || undefined;
  const cursor = token ? parsePageToken(options.keyring, listing.scope, token) : undefined;
  const page = parsePageNumber(parameters) ?? (cursor ? Math.ceil(cursor.start / pageSize) : 0);
  const from = cursor ? cursor.from : await findStart(listing, page, pageSize);
  const direction = cursor?.direction ?? 'older';

  // One extra row shows whether the list continues in that direction.
  const rows = await listing.slice({ direction, from, limit: pageSize + 1 });
  const goesOn = rows.length > pageSize;
  const items = direction === 'older' ? rows.slice(0, pageSize) : rows.slice(-pageSize);
  const start = startOf(cursor, page, pageSize, items.length);

  const tokenTo = (to: PageCursor['direction'], item: Position | undefined, place: number) =>
    item &&
    writePageToken(options.keyring, listing.scope, { direction: to, from: item, start: place });
  const hasNext = direction === 'newer' || goesOn;
  const hasPrevious = direction === 'newer' ? goesOn : from !== undefined;
  return {
    items,
    page,
    pageSize,
    start,
    end: start + Math.max(items.length, 1) - 1,
    token,
    next: hasNext ? tokenTo('older', items.at(-1) ?? from, start + items.length) : undefined,
    previous: hasPrevious ? tokenTo('newer', items[0] ?? from, start) : undefined,
    filters: listing.filters ?? {},
  };
}

/**
 * How many items the page that these parameters ask for holds at most, and how many are passed over
 * to find it. What is not valid is refused before anything is read: it counts as an empty page.
 */
export function sizeOf(parameters: Parameters): { items: number; passed: number } {
  try {
    const items = parsePageSize(parameters, false);
    const page = textOf(parameters, 'PageToken') ? 0 : (parsePageNumber(parameters) ?? 0);
    const passed = page * items;
    return passed < MAX_ABSOLUTE_ROWS ? { items, passed } : { items: 1, passed: 0 };
  } catch {
    return { items: 1, passed: 0 };
  }
}

/** Where a page, the first page and its neighbours are. */
export interface Links {
  first_page_uri: string;
  next_page_uri: string | null;
  previous_page_uri: string | null;
  uri: string;
}

/** The links of a page's envelope, root-relative; `path` has the extension that they shall have. */
export function linksOf(page: Page<unknown>, path: string): Links {
  const link = (number: number, token: string | undefined) => {
    const query = new URLSearchParams({
      ...page.filters,
      Page: String(Math.max(0, number)),
      PageSize: String(page.pageSize),
      ...(token && { PageToken: token }),
    });
    return `${path}?${query}`;
  };
  return {
    first_page_uri: link(0, undefined),
    next_page_uri: page.next ? link(page.page + 1, page.next) : null,
    previous_page_uri: page.previous ? link(page.page - 1, page.previous) : null,
    uri: link(page.page, page.token),
  };
}

function startOf(
  cursor: PageCursor | undefined,
  page: number,
  pageSize: number,
  count: number,
): number {
  if (cursor === undefined) return page * pageSize;
  return cursor.direction === 'older' ? cursor.start : Math.max(0, cursor.start - count);
}

async function findStart<Item extends Position>(
  listing: Listing<Item>,
  page: number,
  pageSize: number,
): Promise<Position | undefined> {
  if (page === 0) return undefined;
  if (page * pageSize >= MAX_ABSOLUTE_ROWS) {
    throw parameterProblem(
      'Page',
      `without PageToken reaches the first ${MAX_ABSOLUTE_ROWS} items; follow next_page_uri instead`,
    );
  }
  return listing.findPosition(page * pageSize);
}

function parsePageSize(parameters: Parameters, isStrict: boolean): number {
  const size = parseWholeNumber(parameters, 'PageSize') ?? DEFAULT_PAGE_SIZE;
  if (size < 1) throw parameterProblem('PageSize', 'must be a whole number from 1 to 1000');
  if (size > MAX_PAGE_SIZE && isStrict) throw new Problem('page_size_too_large');
  return Math.min(size, MAX_PAGE_SIZE);
}

function parsePageNumber(parameters: Parameters): number | undefined {
  const page = parseWholeNumber(parameters, 'Page');
  if (page === undefined || page <= 0xffffffff) return page;
  throw parameterProblem('Page', 'is too large');
}

function parseWholeNumber(parameters: Parameters, name: string): number | undefined {
  const text = textOf(parameters, name);
  if (text === undefined || text === '') return undefined;
  if (!/^\d+$/.test(text)) throw parameterProblem(name, 'must be a whole number');
  return Number(text);
}
