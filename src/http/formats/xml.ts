/**
 * The XML of Twilio's API: PascalCase elements in a fixed order, null as an empty element, arrays
 * wrapped in their plural. A writer of our own for these few shapes (docs/decisions/0004-xml.md).
 */

import type { WireItem, WireValue } from '../../wire.ts';
import type { Links, Page } from '../paging.ts';

/** A whole document with one resource in it. */
export function writeXml(element: string, value: WireValue): string {
  return writeDocument(writeElement(element, value));
}

/** A page of items; `element` is the element of one of them. */
export function writeXmlList(
  listElement: string,
  element: string,
  items: readonly WireItem[],
  page: Page<unknown>,
  links: Links,
): string {
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
  const content = items.map((item) => writeElement(element, item)).join('');
  return writeDocument(`<${listElement}${attributes}>${content}</${listElement}>`);
}

/**
 * The members of an item in the order of XML; its links have no extension. The order names every member
 * of the JSON; one that this item does not have is left out.
 */
export function inXmlOrder(order: readonly string[], item: WireItem): WireItem {
  return Object.fromEntries(
    order.flatMap((name) => {
      const value = item[name];
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

/** A whole document around elements that are already written. */
function writeDocument(content: string): string {
  return `<?xml version='1.0' encoding='UTF-8'?>\n<TwilioResponse>${content}</TwilioResponse>`;
}

/** One element with all that it holds. */
function writeElement(element: string, value: WireValue): string {
  const content = writeContent(element, value);
  return content === '' ? `<${element}/>` : `<${element}>${content}</${element}>`;
}

/** The attributes of an element; null becomes an empty one. */
function writeAttributes(attributes: Record<string, string | number | null>): string {
  return Object.entries(attributes)
    .map(([name, value]) => ` ${name}="${escapeXml(String(value ?? ''))}"`)
    .join('');
}

function writeContent(element: string, value: WireValue): string {
  if (value === null) return '';
  if (typeof value !== 'object') return escapeXml(String(value));
  if (isList(value)) {
    const singular = element.replace(/s$/, '');
    return value.map((item) => writeElement(singular, item)).join('');
  }
  return Object.entries(value)
    .map(([name, member]) => writeElement(pascalCase(name), member))
    .join('');
}

function isList(value: object): value is readonly string[] {
  return Array.isArray(value);
}

function pascalCase(name: string): string {
  return name.replace(/(?:^|_)([a-z])/g, (_, letter: string) => letter.toUpperCase());
}

const ESCAPES: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&apos;',
  // Unescaped, a parser reads it as a line feed (XML 1.0, section 2.11).
  '\r': '&#13;',
};

// Characters that XML 1.0 (section 2.2) cannot carry even escaped. Validation keeps them out of the database;
// this keeps a document well-formed for any input.
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what it removes
const NOT_XML = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g;

function escapeXml(text: string): string {
  return text
    .toWellFormed()
    .replace(NOT_XML, '')
    .replace(/[&<>"'\r]/g, (character) => ESCAPES[character] ?? character);
}
