/** What the schemas of routes say, as OpenAPI. */

import swagger from '@fastify/swagger';
import Fastify, { type RouteOptions } from 'fastify';
import { JSON_EXTENSION } from './operations.ts';

/** The first is the one that generators take. */
const FORM_TYPES = ['application/x-www-form-urlencoded', 'multipart/form-data'];

/** Describes routes; the server that they are of goes on without the generator. */
export async function describeRoutes(
  routes: readonly RouteOptions[],
): Promise<ReturnType<ReturnType<typeof Fastify>['swagger']>> {
  const server = Fastify();
  // Nothing is asked of it.
  server.setValidatorCompiler(() => () => true);
  server.setSerializerCompiler(() => JSON.stringify);
  await server.register(swagger, {
    openapi: {
      components: {
        securitySchemes: {
          accountSid_authToken: {
            type: 'http',
            scheme: 'basic',
            description: 'Account SID and Auth Token.',
          },
        },
      },
    },
    transform: ({ schema, url }) => ({
      schema: 'body' in schema ? { consumes: FORM_TYPES, ...schema } : schema,
      // The account of its own resource is `Sid`, as in Twilio's description.
      url: url.replace(/\/Accounts\/:AccountSid$/, '/Accounts/:Sid') + JSON_EXTENSION,
    }),
  });
  for (const { method, url, schema } of routes) {
    // Fastify adds it to each GET.
    if (method === 'HEAD') continue;
    server.route({ method, url, ...(schema && { schema }), handler: () => {} });
  }
  await server.ready();
  return server.swagger();
}
