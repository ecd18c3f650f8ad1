/**
 * The XML of Twilio's API: PascalCase elements in a fixed order, null as an empty element, arrays
 * wrapped in their plural. A writer of our own for these few shapes (docs/decisions/0004-xml.md).
 */

/** A value on the wire, as JSON has it. */
export type WireValue =
  | string
  | number
  | null
  | readonly string[]
  | { readonly [name: string]: WireValue };

/** A whole document with one resource in it. */
export function writeXml(element: string, value: WireValue): string {
  return writeDocument(writeElement(element, value));
}

/** A whole document around elements that are already written. */
export function writeDocument(content: string): string {
  return `<?xml version='1.0' encoding='UTF-8'?>\n<TwilioResponse>${content}</TwilioResponse>`;
}

/** One element with all that it holds. */
export function writeElement(element: string, value: WireValue): string {
  const content = writeContent(element, value);
  return content === '' ? `<${element}/>` : `<${element}>${content}</${element}>`;
}

/** The attributes of an element; null becomes an empty one. */
export function writeAttributes(attributes: Record<string, string | number | null>): string {
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
