/** Stand-in -> its wire form, driven by the description. */

import { type Schema, Type } from '../http/json-schema.ts';
import type { Format } from '../http/representation.ts';
import { namedObject } from '../http/schemas.ts';
import type { WireItem } from '../wire.ts';
import { DESCRIPTION } from './description.ts';

const formats = new Map<string, Format<{ properties: WireItem }>>();

/** How those of a shape look on the wire; `items` is the JSON name of a list of them. */
export function formatOf(shapeName: string, items: string): Format<{ properties: WireItem }> {
  const key = `${shapeName} ${items}`;
  const made = formats.get(key) ?? makeFormat(shapeName, items);
  formats.set(key, made);
  return made;
}

function makeFormat(shapeName: string, items: string): Format<{ properties: WireItem }> {
  const names = Object.keys(DESCRIPTION.shapes[shapeName] ?? {});
  const element = pascalCase(shapeName.replace(/^.*\./, '').replace(/-instance$/, ''));
  const properties = Object.fromEntries(names.map((name): [string, Schema] => [name, {}]));
  return {
    schema: namedObject(element, Type.Object(properties), {}),
    element,
    listElement: pascalCase(items),
    listName: items,
    xmlOrder: ['sid', ...names.filter((name) => name !== 'sid')],
    toWire: (item) => item.properties,
  };
}

function pascalCase(name: string): string {
  return name.replace(/(?:^|_)([a-z])/g, (_, letter: string) => letter.toUpperCase());
}
