/**
 * Chooses JSON, XML or CSV by the extension of the path. Each resource says once how it looks (its
 * Format); this file and formats/ know no resource.
 */

import type { FastifyReply, FastifyRequest } from 'fastify';
import type { WireItem } from '../wire.ts';
import { writeCsv } from './formats/csv.ts';
import { writeJsonList } from './formats/json.ts';
import { inXmlOrder, writeXml, writeXmlList } from './formats/xml.ts';
import { linksOf, type Page } from './paging.ts';
import { type Extension, extensionOf, pathOf } from './path.ts';
import type { NamedObject } from './schemas.ts';

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
  toWire(item: Item): WireItem;
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
  switch (extension) {
    case 'json':
      return reply.send(wire);
    case 'xml':
      return reply.send(writeXml(format.element, inXmlOrder(format.xmlOrder, wire)));
    case 'csv':
      return reply.send(writeCsv(Object.keys(format.schema.properties), [wire]));
  }
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
  const route = pathOf(request.url);
  reply.header('content-type', CONTENT_TYPES[extension]);
  switch (extension) {
    case 'json':
      return reply.send(
        writeJsonList(format.listName, items, page, linksOf(page, `${route}.json`)),
      );
    case 'xml': {
      const ordered = items.map((item) => inXmlOrder(format.xmlOrder, item));
      return reply.send(
        writeXmlList(format.listElement, format.element, ordered, page, linksOf(page, route)),
      );
    }
    case 'csv': {
      const { next_page_uri: next } = linksOf(page, `${route}.csv`);
      if (next) reply.header('link', `<${next}>; rel="next"`);
      return reply.send(writeCsv(Object.keys(format.schema.properties), items));
    }
  }
}
