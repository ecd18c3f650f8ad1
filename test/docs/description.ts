/** Reads /openapi.json, and holds answers of the server against it: no member and no status more. */

import assert from 'node:assert/strict';
import { Ajv, type ValidateFunction } from 'ajv';
import formats from 'ajv-formats';
import { objectOf, present, stringOf } from '../api/narrow.ts';
import type { Reply, TestServer } from '../support/server.ts';

/** One operation of the description. */
export interface Operation {
  id: string;
  method: string;
  /** The path with its parameters in braces. */
  path: string;
  /** The reference to its form, if it takes one. */
  form: string | undefined;
  responses: Record<string, unknown>;
}

export interface Description {
  document: Record<string, unknown>;
  operations: readonly Operation[];
  /** The names under components/schemas. */
  shapes: readonly string[];
  /** Fails unless `value` is of the shape, which may be a name or a reference. */
  checkShape(shape: string, value: unknown): void;
  /** Fails unless the operation is described as giving this answer. */
  checkReply(operation: Operation, reply: Reply): void;
}

const RFC_2822 =
  /^(Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} [+-]\d{4}$/;

/** Reads the description of a server. */
export async function readDescription(server: TestServer): Promise<Description> {
  const reply = await server.request('GET', '/openapi.json');
  assert.equal(reply.status, 200);
  const document = objectOf(reply.json);
  const schemas = objectOf(objectOf(document.components).schemas);

  const ajv = new Ajv({ allErrors: true, strictSchema: false });
  formats.default(ajv);
  ajv.addFormat('date-time-rfc-2822', RFC_2822);
  ajv.addSchema(closed(document), 'api');
  const compiled = new Map<string, ValidateFunction>();

  function checkShape(shape: string, value: unknown): void {
    const reference = shape.startsWith('#') ? shape : `#/components/schemas/${shape}`;
    const validate = compiled.get(shape) ?? ajv.compile({ $ref: `api${reference}` });
    compiled.set(shape, validate);
    const isValid = validate(value);
    assert.ok(isValid, `${shape}: ${ajv.errorsText(validate.errors)} in ${JSON.stringify(value)}`);
  }

  const follow = (value: unknown) => resolve(document, value);

  function checkReply(operation: Operation, { status, headers, text }: Reply): void {
    const where = `${operation.id} answers ${status} ${text.slice(0, 300)}`;
    const { responses } = operation;
    const described = responses[status] ?? responses[`${String(status)[0]}XX`];
    assert.ok(described, `${where}, which is not described`);
    const response = follow(described);

    for (const [name, given] of Object.entries(objectOf(response.headers))) {
      const header = follow(given);
      const value = headers[name.toLowerCase()];
      if (value === undefined) assert.ok(header.required !== true, `${where} without ${name}`);
      else {
        const schema = objectOf(header.schema);
        const isValid = ajv.validate(schema, schema.type === 'integer' ? Number(value) : value);
        assert.ok(isValid, `${where} with ${name}: ${value}`);
      }
    }
    if (response.content === undefined) {
      assert.equal(text, '', where);
      return;
    }
    const type = headers['content-type']?.split(';')[0] ?? '';
    const content = objectOf(response.content)[type];
    assert.ok(content, `${where} as ${type}, which is not described`);
    const shape = stringOf(objectOf(objectOf(content).schema).$ref);
    checkShape(shape, type === 'application/json' ? JSON.parse(text) : text);
  }

  const operations = Object.entries(objectOf(document.paths)).flatMap(([path, item]) =>
    Object.entries(objectOf(item))
      .filter(([method]) => method !== 'parameters')
      .map(([method, operation]) => readOperation(path, method, objectOf(operation))),
  );
  return { document, operations, shapes: Object.keys(schemas), checkShape, checkReply };
}

function readOperation(
  path: string,
  method: string,
  operation: Record<string, unknown>,
): Operation {
  const { requestBody } = operation;
  const content = requestBody === undefined ? {} : objectOf(objectOf(requestBody).content);
  const form = content['application/x-www-form-urlencoded'];
  return {
    id: stringOf(operation.operationId),
    method: method.toUpperCase(),
    path,
    form: form === undefined ? undefined : stringOf(objectOf(objectOf(form).schema).$ref),
    responses: objectOf(operation.responses),
  };
}

/** What a reference leads to, or `value` itself when it is none. */
export function resolve(
  document: Record<string, unknown>,
  value: unknown,
): Record<string, unknown> {
  const { $ref } = objectOf(value);
  if ($ref === undefined) return objectOf(value);
  const names = stringOf($ref).slice(2).split('/');
  return names.reduce((found, name) => objectOf(present(found[name])), document);
}

/** The same, with no object allowed to have members that are not described. */
function closed<Value>(value: Value): Value {
  return JSON.parse(
    JSON.stringify(value, (_, member: unknown) => {
      const isShape = typeof member === 'object' && member !== null && 'properties' in member;
      return isShape ? { additionalProperties: false, ...member } : member;
    }),
  );
}
