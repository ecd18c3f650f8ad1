/** One page of a list as tests look at it. */

import assert from 'node:assert/strict';
import type { Reply } from '../support/server.ts';
import { arrayOf, objectOf, stringOf } from './narrow.ts';

/** The SIDs of a page and its envelope. */
export interface Page {
  sids: string[];
  page: unknown;
  pageSize: unknown;
  start: unknown;
  end: unknown;
  uri: string;
  first: string;
  next: string | null;
  previous: string | null;
}

/** Reads a page whose items are under `name`; fails unless the reply is a 200. */
export function readPage(reply: Reply, name: 'accounts' | 'connect_apps'): Page {
  assert.equal(reply.status, 200, reply.text);
  const body = objectOf(reply.json);
  return {
    sids: arrayOf(body[name]).map((item) => stringOf(objectOf(item).sid)),
    page: body.page,
    pageSize: body.page_size,
    start: body.start,
    end: body.end,
    uri: stringOf(body.uri),
    first: stringOf(body.first_page_uri),
    next: linkOf(body.next_page_uri),
    previous: linkOf(body.previous_page_uri),
  };
}

function linkOf(value: unknown): string | null {
  if (value === null) return null;
  const link = stringOf(value);
  assert.ok(link.startsWith('/2010-04-01/'), link);
  return link;
}
