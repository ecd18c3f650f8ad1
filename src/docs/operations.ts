/**
 * What the operations of the description have in common: SIDs in the path, every error with its body,
 * headers, and the same in XML and CSV.
 */

import { ERROR_RESPONSES, headerReference, REQUEST_ID } from './components.ts';
import { type JsonObject, mapMembers, objectAt } from './json.ts';

/** The extension of the paths that routes are described with. */
export const JSON_EXTENSION = '.json';

const SUCCESSES: Readonly<Record<string, string>> = {
  200: 'OK',
  201: 'Created',
  204: 'Deleted; the response has no body',
};

const FORMS = [
  {
    tag: 'XML',
    suffix: 'Xml',
    extension: '.xml',
    content: { 'application/xml': { schema: { $ref: '#/components/schemas/XmlDocument' } } },
  },
  {
    tag: 'CSV',
    suffix: 'Csv',
    extension: '.csv',
    content: { 'text/csv': { schema: { $ref: '#/components/schemas/CsvTable' } } },
  },
] as const;

/** Completes the operations of all paths, which end in .json; `shapes` are those that they refer to. */
export function completeOperations(
  paths: JsonObject,
  shapes: ReadonlyMap<string, JsonObject>,
): JsonObject {
  const complete = (operation: JsonObject, path: string) =>
    completeOperation(operation, path, shapes);
  const inJson = Object.entries(paths).map(([path, item]) => [
    path,
    {
      ...parametersOf(path),
      ...mapMembers(objectAt(item), (operation) => complete(objectAt(operation), path)),
    },
  ]);
  const inOtherForms = FORMS.flatMap((form) =>
    Object.entries(paths).map(([path, item]) => [
      path.slice(0, -JSON_EXTENSION.length) + form.extension,
      {
        ...parametersOf(path),
        ...mapMembers(objectAt(item), (operation) =>
          inForm(complete(objectAt(operation), path), form),
        ),
      },
    ]),
  );
  return Object.fromEntries([...inJson, ...inOtherForms]);
}

function completeOperation(
  operation: JsonObject,
  path: string,
  shapes: ReadonlyMap<string, JsonObject>,
): JsonObject {
  const { parameters: _, requestBody, ...rest } = operation;
  const query = queryOf(operation);
  const errors = Object.entries(ERROR_RESPONSES).filter(
    ([status]) => status !== '404' || path.includes('{'),
  );
  return {
    ...rest,
    ...(query.length > 0 && { parameters: query }),
    ...(requestBody !== undefined && { requestBody: completeForm(objectAt(requestBody), shapes) }),
    responses: {
      ...mapMembers(objectAt(operation, 'responses'), (response, status) => ({
        ...objectAt(response),
        description: SUCCESSES[status] ?? 'OK',
        headers: REQUEST_ID,
      })),
      ...Object.fromEntries(
        errors.map(([status, name]) => [status, { $ref: `#/components/responses/${name}` }]),
      ),
    },
  };
}

/** Every parameter of a form may be left out; the name of an array is repeated for each value. */
function completeForm(body: JsonObject, shapes: ReadonlyMap<string, JsonObject>): JsonObject {
  return {
    required: false,
    content: mapMembers(objectAt(body, 'content'), (content) => {
      const { $ref } = objectAt(content, 'schema');
      const shape = typeof $ref === 'string' ? shapes.get($ref.split('/').at(-1) ?? '') : undefined;
      const arrays = Object.entries(objectAt(shape, 'properties')).filter(
        ([, property]) => objectAt(property).type === 'array',
      );
      // OpenAPI's default, stated for tools that need it.
      const encoding = arrays.map(([name]) => [name, { style: 'form', explode: true }]);
      return {
        ...objectAt(content),
        ...(encoding.length > 0 && { encoding: Object.fromEntries(encoding) }),
      };
    }),
  };
}

/** The same operation, as it answers in XML or CSV. */
function inForm(operation: JsonObject, form: (typeof FORMS)[number]): JsonObject {
  const id = `${operation.operationId}As${form.suffix}`;
  const isCsvList = form.tag === 'CSV' && queryOf(operation).length > 0;
  const successes = Object.entries(objectAt(operation, 'responses')).filter(
    ([status]) => SUCCESSES[status] !== undefined,
  );
  return {
    ...operation,
    operationId: id,
    tags: [form.tag],
    summary: `${operation.summary}, in ${form.tag}`,
    description: `The same as \`${operation.operationId}\`, in ${form.tag}.`,
    responses: {
      ...Object.fromEntries(
        successes.map(([status, response]) => [
          status,
          {
            ...objectAt(response),
            ...(isCsvList && { headers: { ...REQUEST_ID, ...headerReference('Link') } }),
            ...('content' in objectAt(response) && { content: form.content }),
          },
        ]),
      ),
      '4XX': { $ref: '#/components/responses/XmlError' },
      '5XX': { $ref: '#/components/responses/XmlError' },
    },
  };
}

function queryOf({ parameters }: JsonObject): readonly JsonObject[] {
  const all = Array.isArray(parameters) ? parameters.map((one) => objectAt(one)) : [];
  return all.filter((parameter) => parameter.in === 'query');
}

interface SidKind {
  what: string;
  prefix: string;
  example: string;
}

const ACCOUNT: SidKind = {
  what: 'account',
  prefix: 'AC',
  example: 'AC00000000000000000000000000000001',
};
const CONNECT_APP: SidKind = {
  what: 'Connect App',
  prefix: 'CN',
  example: 'CNb989fdd207b04d16aee578018ef5fd93',
};
const KEY: SidKind = { what: 'key', prefix: 'SK', example: 'SK00000000000000000000000000000001' };

/** What a SID names, by the list that it stands in. */
const SIDS: Readonly<Record<string, SidKind>> = {
  Accounts: ACCOUNT,
  AuthorizedConnectApps: CONNECT_APP,
  ConnectApps: CONNECT_APP,
  Keys: KEY,
  SigningKeys: KEY,
};

/** The SIDs in a path. */
function parametersOf(path: string): JsonObject {
  const found = [...path.matchAll(/(\w+)\/\{(\w+)\}/g)];
  if (found.length === 0) return {};
  return {
    parameters: found.map(([, list = '', name = '']) => {
      const kind = SIDS[list];
      if (kind === undefined) throw new Error(`/openapi.json does not know the SIDs of ${list}`);
      return {
        name,
        in: 'path',
        required: true,
        description: `The SID of the ${kind.what}.`,
        schema: {
          type: 'string',
          minLength: 34,
          maxLength: 34,
          pattern: `^${kind.prefix}[0-9a-fA-F]{32}$`,
        },
        example: kind.example,
      };
    }),
  };
}
