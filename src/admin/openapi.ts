/**
 * The description of the admin API. It has a document of its own: /openapi.json is Twilio's API, which client
 * generators take whole, and which says nothing of how a server is managed.
 */

import { type Act, pathMembers } from './act.ts';
import { ACTS } from './acts.ts';
import type { Wire } from './input.ts';
import { ADMIN_ROOT } from './problems.ts';

const WITH_BODY = ['POST', 'PUT'];

/** Describes every act, as OpenAPI 3.0. */
export function describeAdmin(origin: string): Wire {
  const paths: Record<string, Record<string, Wire>> = {};
  for (const act of ACTS) {
    const path = ADMIN_ROOT + act.path;
    paths[path] = { ...paths[path], [act.method.toLowerCase()]: describeAct(act) };
  }
  return {
    openapi: '3.0.3',
    info: {
      title: 'connect-apps admin API',
      version: 'v1',
      description: 'What an operator does with a server. JSON in and out; one key in the header.',
    },
    servers: [{ url: origin }],
    security: [{ admin_key: [] }],
    paths,
    components: {
      securitySchemes: { admin_key: { type: 'http', scheme: 'bearer' } },
      schemas: {
        Problem: {
          type: 'object',
          required: ['error', 'code', 'status', 'message'],
          properties: {
            error: { type: 'string', description: 'The name of the problem.' },
            code: { type: 'integer', description: "Twilio's error code." },
            status: { type: 'integer', description: 'The HTTP status.' },
            message: { type: 'string', description: 'What is wrong and what to do.' },
          },
        },
      },
      responses: {
        Problem: {
          description: 'The act was not done.',
          content: { 'application/json': { schema: { $ref: '#/components/schemas/Problem' } } },
        },
      },
    },
  };
}

function describeAct(act: Act): Wire {
  const members = Object.entries(act.input).map(([name, { required, ...schema }]) => ({
    name,
    isRequired: required === true,
    schema,
  }));
  const hasBody = WITH_BODY.includes(act.method) && members.length > 0;
  const required = members.filter(({ isRequired }) => isRequired).map(({ name }) => name);
  const inQuery = WITH_BODY.includes(act.method) ? [] : members;
  return {
    operationId: act.name,
    summary: act.summary,
    description:
      act.needs === 'setting'
        ? 'Needs the key of the settings.'
        : `Needs the scope \`${act.needs.resource}:${act.needs.right}\` or \`${act.needs.right}\`.`,
    parameters: [
      ...pathMembers(act).map((name) => ({
        name,
        in: 'path',
        required: true,
        schema: { type: 'string' },
      })),
      ...inQuery.map(({ name, isRequired, schema }) => ({
        name,
        in: 'query',
        required: isRequired,
        schema,
      })),
    ],
    ...(hasBody && {
      requestBody: {
        required: required.length > 0,
        content: {
          'application/json': {
            schema: {
              type: 'object',
              additionalProperties: false,
              ...(required.length > 0 && { required }),
              properties: Object.fromEntries(members.map(({ name, schema }) => [name, schema])),
            },
          },
        },
      },
    }),
    responses: {
      200: {
        description: 'Done.',
        content: { 'application/json': { schema: { type: 'object' } } },
      },
      '4XX': { $ref: '#/components/responses/Problem' },
      '5XX': { $ref: '#/components/responses/Problem' },
    },
  };
}
