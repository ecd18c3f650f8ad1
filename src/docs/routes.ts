/** /openapi.json, generated from the schemas of the routes, and /docs, which shows it. */

import swagger from '@fastify/swagger';
import type { FastifyInstance } from 'fastify';
import { documentationPage } from './page.ts';

/** Collects the routes that are added after this call. */
export async function addDocumentation(server: FastifyInstance): Promise<void> {
  await server.register(swagger, {
    openapi: {
      openapi: '3.0.3',
      info: {
        title: 'connect-apps',
        description: "Twilio Connect Apps, compatible with Twilio's 2010-04-01 API.",
        version: '2010-04-01',
      },
      components: {
        securitySchemes: {
          accountSid_authToken: {
            type: 'http',
            scheme: 'basic',
            description: 'Account SID and Auth Token.',
          },
        },
      },
      security: [{ accountSid_authToken: [] }],
    },
    transform: ({ schema, url }) => ({
      schema:
        'body' in schema ? { consumes: ['application/x-www-form-urlencoded'], ...schema } : schema,
      url: `${url}.json`,
    }),
  });
}

const PAGE_HEADERS = {
  'content-type': 'text/html; charset=utf-8',
  'content-security-policy':
    "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
};

/** Adds the two URLs. */
export function addDocumentationRoutes(server: FastifyInstance): void {
  const schema = { hide: true };
  // Both are made once: all routes are known by the first request.
  let description: string | undefined;
  let page: Promise<string> | undefined;
  server.get('/openapi.json', { schema }, async (_, reply) => {
    description ??= JSON.stringify(server.swagger());
    return reply.header('content-type', 'application/json; charset=utf-8').send(description);
  });
  server.get('/docs', { schema }, async (_, reply) => {
    page ??= Promise.resolve(documentationPage(server.swagger())).then(String);
    return reply.headers(PAGE_HEADERS).send(await page);
  });
}
