/**
 * JSON schemas that several resources share: they serialise answers and make /openapi.json. A schema
 * with a title is named there under components/schemas, once; every other one is written in place.
 */

import type { TextRule } from '../parameter.ts';
import type { SidPrefix } from '../sid.ts';
import { type ObjectSchema, Type } from './json-schema.ts';

/** An object with its own name in /openapi.json, and an example that matches it. */
export type NamedObject = ObjectSchema & {
  title: string;
  example: Readonly<Record<string, unknown>>;
};

/** Gives an object its name and an example. */
export function namedObject(
  title: string,
  object: ObjectSchema,
  example: Readonly<Record<string, unknown>>,
): NamedObject {
  return Object.assign(object, { title, example });
}

/** The SID of an answer: two capital letters and 32 lower-case hex digits. */
export function sidText(prefix: SidPrefix, description: string) {
  return Type.String({
    minLength: 34,
    maxLength: 34,
    pattern: `^${prefix}[0-9a-f]{32}$`,
    description,
  });
}

/** A text that may be null. */
export function nullableText(description: string) {
  return { type: 'string', nullable: true, description };
}

/** An absolute URL that may be null. */
export function nullableUrl(description: string) {
  return { type: 'string', format: 'uri', nullable: true, description };
}

/** One of a few strings; with a title, it has its own name in /openapi.json. */
export function choice(choices: readonly string[], description: string, title?: string) {
  return {
    type: 'string',
    enum: [...choices],
    description,
    ...(title !== undefined && { title }),
  };
}

/** One of a few texts, or null. */
export function nullableChoice(choices: readonly string[], description: string) {
  return {
    type: 'string',
    nullable: true,
    enum: [...choices, null],
    description,
  };
}

/** The schema of a parameter: its rule itself. */
export function parameterSchema(rule: TextRule) {
  return { ...rule };
}

const PAGING = {
  PageSize: Type.Integer({
    minimum: 1,
    maximum: 1000,
    default: 50,
    description: 'Number of items per page.',
  }),
  Page: Type.Integer({
    format: 'int64',
    minimum: 0,
    description:
      'The page number, starting at 0. Without PageToken, only the first 10,000 items can be reached.',
  }),
  PageToken: Type.String({
    description: 'The position to continue from, as given in the links of a page.',
  }),
};

/** The query parameters of a list: none of them is required. */
export function listQuery(filters: ObjectSchema['properties'] = {}) {
  return Type.Partial(Type.Object({ ...filters, ...PAGING }));
}

/**
 * The envelope of a list, its members in the order of the JSON. `place` is the last part of its path: needed
 * for items without a uri.
 */
export function listSchema(name: string, item: NamedObject, place?: string) {
  const list = place
    ? `/2010-04-01/Accounts/AC00000000000000000000000000000001/${place}.json`
    : String(item.example.uri).replace(/\/[^/]+$/, '.json');
  const page = `${list}?Page=0&PageSize=50`;
  const link = (description: string) => Type.String({ description });
  return namedObject(
    `${item.title}List`,
    Type.Object({
      [name]: Type.Array(item),
      end: Type.Integer({
        description: 'Position of the last item in the whole list, starting at 0.',
      }),
      first_page_uri: link('Path of the first page.'),
      next_page_uri: nullableText('Path of the next page. Null on the last page.'),
      page: Type.Integer({
        format: 'int64',
        description: 'The number of this page, starting at 0.',
      }),
      page_size: Type.Integer({ description: 'Number of items per page.' }),
      previous_page_uri: nullableText('Path of the previous page. Null on the first page.'),
      start: Type.Integer({
        description: 'Position of the first item in the whole list, starting at 0.',
      }),
      uri: link('Path of this page.'),
    }),
    {
      [name]: [item.example],
      end: 0,
      first_page_uri: page,
      next_page_uri: null,
      page: 0,
      page_size: 50,
      previous_page_uri: null,
      start: 0,
      uri: page,
    },
  );
}
