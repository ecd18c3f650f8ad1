/** The parts of the description that all operations share: errors, headers, and their schemas. */

import { ERRORS, writeErrorReply } from '../http/errors.ts';
import { Problem, type ProblemName } from '../problem.ts';
import type { JsonObject } from './json.ts';
import { objectAt, toJson } from './json.ts';

/** The errors that any operation can answer with, by status. */
export const ERROR_RESPONSES: Readonly<Record<number, string>> = {
  400: 'BadRequest',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'NotFound',
  408: 'RequestTimeout',
  413: 'ContentTooLarge',
  415: 'UnsupportedMediaType',
  429: 'TooManyRequests',
  431: 'RequestHeaderFieldsTooLarge',
  500: 'InternalServerError',
  503: 'ServiceUnavailable',
};

const EXAMPLE_PATH = '/2010-04-01/Accounts/AC00000000000000000000000000000001';

/** The schemas of what no resource owns. */
export const SHARED_SCHEMAS: JsonObject = {
  Error: {
    type: 'object',
    required: ['code', 'message', 'more_info', 'status'],
    description: 'What went wrong.',
    properties: {
      code: { type: 'integer', description: "Twilio's error code." },
      detail: {
        type: 'string',
        description: 'Details of what is wrong, if the message is general.',
      },
      message: { type: 'string', description: 'What is wrong, in one sentence.' },
      more_info: { type: 'string', format: 'uri', description: "Twilio's page about the error." },
      status: { type: 'integer', description: 'The HTTP status.' },
    },
    example: exampleOf('not_found'),
  },
  XmlDocument: {
    type: 'string',
    description:
      'The same values as in JSON, with PascalCase names, in a `TwilioResponse` element.',
  },
  XmlError: {
    type: 'string',
    description: 'The same values as in `Error`, in a `RestException` element.',
  },
  CsvTable: {
    type: 'string',
    description: 'A header row with the JSON names, then one row per item (RFC 4180).',
  },
};

/** The headers of answers. */
export const HEADERS: JsonObject = {
  'Twilio-Request-Id': {
    description: 'The ID of the request, also recorded in the log.',
    required: true,
    schema: { type: 'string', minLength: 34, maxLength: 34, pattern: '^RQ[0-9a-f]{32}$' },
  },
  'Retry-After': {
    description: 'How many seconds to wait before you send another request.',
    required: true,
    schema: { type: 'integer', minimum: 0 },
  },
  'WWW-Authenticate': {
    description: 'How to authenticate.',
    required: true,
    schema: { type: 'string', enum: ['Basic realm="Twilio API"'] },
  },
  Link: {
    description: 'The path of the next page, with `rel="next"`. Absent on the last page.',
    schema: { type: 'string' },
  },
};

/** The header that every answer has. */
export const REQUEST_ID = headerReference('Twilio-Request-Id');

/** A reference to one of the headers, under its name. */
export function headerReference(name: string): JsonObject {
  return { [name]: { $ref: `#/components/headers/${name}` } };
}

/** The error responses, with every code of the API as an example. */
export function errorResponses(): JsonObject {
  const responses = Object.entries(ERROR_RESPONSES).map(([status, name]) => [
    name,
    {
      description: descriptionOf(Number(status)),
      headers: headersOf(Number(status)),
      content: {
        'application/json': {
          schema: { $ref: '#/components/schemas/Error' },
          examples: examplesOf(Number(status)),
        },
      },
    },
  ]);
  return {
    ...objectAt(toJson(Object.fromEntries(responses))),
    XmlError: {
      description: 'What went wrong, with the same statuses and headers as in JSON.',
      headers: REQUEST_ID,
      content: { 'application/xml': { schema: { $ref: '#/components/schemas/XmlError' } } },
    },
  };
}

function headersOf(status: number): JsonObject {
  return {
    ...REQUEST_ID,
    ...(status === 401 && headerReference('WWW-Authenticate')),
    ...((status === 429 || status === 503) && headerReference('Retry-After')),
  };
}

function descriptionOf(status: number): string {
  const messages = rowsOf(status).map(([, row]) => `${row.message} (${row.code})`);
  return `${messages.join(', ')}.`;
}

function examplesOf(status: number): JsonObject {
  return Object.fromEntries(
    rowsOf(status).map(([name, row]) => [
      String(row.code),
      { summary: row.message, value: exampleOf(name) },
    ]),
  );
}

/** The rows of a status, one for each code: several problems may look the same from outside. */
function rowsOf(status: number) {
  const names = Object.keys(ERRORS).filter(isErrorName);
  const rows = names.map((name) => [name, ERRORS[name]] as const);
  const ofStatus = rows.filter(([, row]) => row.status === status);
  return ofStatus.filter(
    ([, row], index) => ofStatus.findIndex(([, other]) => other.code === row.code) === index,
  );
}

function isErrorName(name: string): name is ProblemName | 'internal' {
  return name in ERRORS;
}

function exampleOf(name: ProblemName | 'internal'): JsonObject {
  const error = name === 'internal' ? undefined : new Problem(name);
  return objectAt(JSON.parse(writeErrorReply(error, `${EXAMPLE_PATH}.json`, 'json').body));
}
