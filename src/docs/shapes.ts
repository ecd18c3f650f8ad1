/**
 * Names each shape once: a schema with a title becomes a member of components/schemas, and every place
 * that used it a reference. Routes keep whole schemas, which their serialisers need.
 */

import { isDeepStrictEqual } from 'node:util';
import { isObject, type Json, type JsonObject, mapMembers } from './json.ts';

/** Returns `value` with references for its titled schemas, and adds those to `shapes`. */
export function nameShapes(value: Json, shapes: Map<string, JsonObject>): Json {
  if (Array.isArray(value)) return value.map((item: Json) => nameShapes(item, shapes));
  if (!isObject(value)) return value;
  // An example is data: a title in it names no shape.
  const {
    title,
    'x-required': required,
    ...rest
  } = mapMembers(value, (member, name) =>
    name === 'example' ? member : nameShapes(member, shapes),
  );
  if (typeof title !== 'string') return title === undefined ? rest : { ...rest, title };
  const shape = { ...rest, ...(required !== undefined && { required }) };
  const known = shapes.get(title);
  // The description of a query parameter is next to its schema, not in it.
  if (known && !isDeepStrictEqual(withoutDescription(known), withoutDescription(shape))) {
    throw new Error(`Two different shapes are named ${title} in /openapi.json`);
  }
  shapes.set(title, { ...known, ...shape });
  return { $ref: `#/components/schemas/${title}` };
}

function withoutDescription({ description: _, ...shape }: JsonObject): JsonObject {
  return shape;
}
