/** A JSON document as a value: what the description is made of. */

export type Json = null | boolean | number | string | readonly Json[] | JsonObject;
export interface JsonObject {
  readonly [name: string]: Json;
}

/** A copy that holds nothing but JSON. */
export function toJson(value: unknown): Json {
  return JSON.parse(JSON.stringify(value));
}

/** Whether it has members. */
export function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The object that a path of names leads to; empty when there is none. */
export function objectAt(value: Json | undefined, ...names: readonly string[]): JsonObject {
  let current = value;
  for (const name of names) current = isObject(current) ? current[name] : undefined;
  return isObject(current) ? current : {};
}

/** The object with each member changed. */
export function mapMembers(
  object: JsonObject,
  change: (value: Json, name: string) => Json,
): JsonObject {
  return Object.fromEntries(
    Object.entries(object).map(([name, value]) => [name, change(value, name)]),
  );
}
