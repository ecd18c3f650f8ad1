/**
 * Value -> JSON, XML or CSV. Each resource says once how it looks (its Format); this file knows the
 * three languages and no resource.
 */

import { stringify } from 'csv-stringify/sync';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { linksOf, type Page } from './paging.ts';
import { type Extension, extensionOf, pathOf } from './path.ts';
import type { NamedObject } from './schemas.ts';
import { type WireValue, writeAttributes, writeDocument, writeElement, writeXml } from './xml.ts';

/** How one resource looks on the wire. */
export interface Format<Item> {
  /** The JSON schema of one item, its names in the order of the JSON. */
  schema: NamedObject;
  /** The XML element of one item and of a list. */
  element: string;
  listElement: string;
  /** The JSON name of a list's items. */
  listName: string;
  /** The order of the XML elements. */
  xmlOrder: readonly string[];
  /** The item in wire names; its links end in .json. */
  toWire(item: Item): Readonly<Record<string, WireValue>>;
}

const CONTENT_TYPES: Record<Extension, string> = {
  json: 'application/json; charset=utf-8',
  xml: 'application/xml; charset=utf-8',
  csv: 'text/csv; charset=utf-8',
};

/** Answers with one item. */
export function sendItem<Item>(
  request: FastifyRequest,
  reply: FastifyReply,
  format: Format<Item>,
  item: Item,
): FastifyReply {
  const extension = extensionOf(request.originalUrl);
  const wire = format.toWire(item);
  reply.header('content-type', CONTENT_TYPES[extension]);
  if (extension === 'json') return reply.send(wire);
  if (extension === 'csv') return reply.send(writeCsv(format, [wire]));
  return reply.send(writeXml(format.element, inXml(format, wire)));
}

/** Answers with a page of items in the envelope of lists. */
export function sendList<Item>(
  request: FastifyRequest,
  reply: FastifyReply,
  format: Format<Item>,
  page: Page<Item>,
): FastifyReply {
  const extension = extensionOf(request.originalUrl);
  const items = page.items.map(format.toWire);
  reply.header('content-type', CONTENT_TYPES[extension]);
  const route = pathOf(request.url);
  if (extension === 'csv') {
    const { next_page_uri: next } = linksOf(page, `${route}.csv`);
    if (next) reply.header('link', `<${next}>; rel="next"`);
    return reply.send(writeCsv(format, items));
  }
  const links = linksOf(page, extension === 'json' ? `${route}.json` : route);
  if (extension === 'json') {
    // In the order of the schema. JSON.stringify writes many items in less time than Fastify's serialiser.
    const list = {
      [format.listName]: items,
      end: page.end,
      first_page_uri: links.first_page_uri,
      next_page_uri: links.next_page_uri,
      page: page.page,
      page_size: page.pageSize,
      previous_page_uri: links.previous_page_uri,
      start: page.start,
      uri: links.uri,
    };
    return reply.send(Buffer.from(JSON.stringify(list)));
  }
  const attributes = writeAttributes({
    page: page.page,
    pagesize: page.pageSize,
    start: page.start,
    end: page.end,
    uri: links.uri,
    firstpageuri: links.first_page_uri,
    previouspageuri: links.previous_page_uri,
    nextpageuri: links.next_page_uri,
  });
  const content = items.map((wire) => writeElement(format.element, inXml(format, wire))).join('');
  return reply.send(
    writeDocument(`<${format.listElement}${attributes}>${content}</${format.listElement}>`),
  );
}

/** The members in the order of XML, links without the extension. */
function inXml(format: Format<never>, wire: Readonly<Record<string, WireValue>>): WireValue {
  return Object.fromEntries(
    format.xmlOrder.flatMap((name) => {
      const value = wire[name];
      return value === undefined
        ? []
        : [[name, name.endsWith('uri') || name.endsWith('uris') ? withoutExtension(value) : value]];
    }),
  );
}

function withoutExtension(link: WireValue): WireValue {
  if (typeof link === 'string') return link.replace(/\.json$/, '');
  if (link === null || typeof link !== 'object' || Array.isArray(link)) return link;
  return Object.fromEntries(
    Object.entries(link).map(([name, value]) => [name, withoutExtension(value)]),
  );
}

/** RFC 4180; cells that a spreadsheet would run as a formula are made harmless. */
function writeCsv(
  format: Format<never>,
  items: readonly Readonly<Record<string, WireValue>>[],
): string {
  const columns = Object.keys(format.schema.properties).filter(
    (name) => name !== 'subresource_uris' && (items[0] === undefined || name in items[0]),
  );
  const cell = (value: WireValue | undefined) => (Array.isArray(value) ? value.join(' ') : value);
  return stringify(
    items.map((wire) => columns.map((name) => cell(wire[name]))),
    {
      header: true,
      columns,
      record_delimiter: '\r\n',
      escape_formulas: true,
      // By itself it quotes only the two together.
      quoted_match: /[\r\n]/,
    },
  );
}
