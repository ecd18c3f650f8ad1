/**
 * JSON schemas as plain objects. What they describe is checked elsewhere, so they need no library: one that
 * also validates takes a tenth of a second to load, and a tenth of an idle server's memory.
 */

/** A JSON schema, as OpenAPI 3.0 has it. */
export type Schema = Readonly<Record<string, unknown>>;

/** The schema of an object: its members, in their order. */
export interface ObjectSchema extends Schema {
  readonly type: 'object';
  readonly required?: readonly string[];
  readonly properties: Readonly<Record<string, Schema>>;
}

/** Makes schemas; the last argument holds more keywords. */
export const Type = {
  String: (more: Schema = {}): Schema => ({ type: 'string', ...more }),
  Integer: (more: Schema = {}): Schema => ({ type: 'integer', ...more }),
  Null: (): Schema => ({ type: 'null' }),
  Array: (items: Schema, more: Schema = {}): Schema => ({ type: 'array', items, ...more }),
  /** An object that has every one of these members. */
  Object: (properties: Readonly<Record<string, Schema>>, more: Schema = {}): ObjectSchema => ({
    type: 'object',
    required: Object.keys(properties),
    properties,
    ...more,
  }),
  /** The same object when none of its members is required. */
  Partial: ({ required: _, ...object }: ObjectSchema): ObjectSchema => object,
};
