/** JSON schemas that several resources share: they serialise answers and make /openapi.json. */

import Type, { type TObject } from 'typebox';
import type { TextRule } from '../parameter.ts';

/** A text that may be null. */
export function nullableText(description: string) {
  return Type.Unsafe<string | null>({ type: 'string', nullable: true, description });
}

/** One of a few texts. */
export function choice(choices: readonly string[], description: string) {
  return Type.Unsafe<string>({ type: 'string', enum: [...choices], description });
}

/** The schema of a parameter: its rule itself. */
export function parameterSchema(rule: TextRule) {
  return Type.Unsafe<string>(rule);
}

const PAGING = {
  PageSize: Type.Integer({ minimum: 1, maximum: 1000, default: 50, description: 'Items a page.' }),
  Page: Type.Integer({ minimum: 0, description: "The page's number, for the client's own use." }),
  PageToken: Type.String({ description: 'Where to go on, as given in a link of a page.' }),
};

/** The query parameters of a list. */
export function listQuery(filters: TObject['properties'] = {}) {
  return Type.Object({ ...filters, ...PAGING });
}

/** The envelope of a list, its members in the order of the JSON. */
export function listSchema(name: string, item: TObject) {
  return Type.Object({
    [name]: Type.Array(item),
    end: Type.Integer(),
    first_page_uri: Type.String(),
    next_page_uri: nullableText('Null on the last page.'),
    page: Type.Integer(),
    page_size: Type.Integer(),
    previous_page_uri: nullableText('Null on the first page.'),
    start: Type.Integer(),
    uri: Type.String(),
  });
}
