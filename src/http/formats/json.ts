/** The JSON of Twilio's API: what the other formats are written from, too. */

import type { WireItem } from '../../wire.ts';
import type { Links, Page } from '../paging.ts';

/** A page of items in the envelope of lists, in the order of its schema. */
export function writeJsonList(
  name: string,
  items: readonly WireItem[],
  page: Page<unknown>,
  links: Links,
): Buffer {
  const list = {
    [name]: items,
    end: page.end,
    first_page_uri: links.first_page_uri,
    next_page_uri: links.next_page_uri,
    page: page.page,
    page_size: page.pageSize,
    previous_page_uri: links.previous_page_uri,
    start: page.start,
    uri: links.uri,
  };
  // JSON.stringify writes many items in less time than Fastify's serialiser.
  return Buffer.from(JSON.stringify(list));
}
