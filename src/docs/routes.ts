/** /openapi.json, generated from the schemas of the routes, and /docs, which shows it. */

import swagger from '@fastify/swagger';
import type { FastifyInstance } from 'fastify';
import { completeDescription } from './description.ts';
import { JSON_EXTENSION } from './operations.ts';
import { documentationPage } from './page.ts';

const FORM_TYPE = 'application/x-www-form-urlencoded';

/** Collects the routes that are added after this call. */
export async function addDocumentation(server: FastifyInstance): Promise<void> {
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
      schema: 'body' in schema ? { consumes: [FORM_TYPE], ...schema } : schema,
      // The account's own resource calls it `Sid`, as in Twilio's description.
      url: url.replace(/\/Accounts\/:AccountSid$/, '/Accounts/:Sid') + JSON_EXTENSION,
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

/** Adds the two URLs; `publicUrl` is the origin that clients see, when it is known. */
export function addDocumentationRoutes(
  server: FastifyInstance,
  options: { publicUrl: string | undefined },
): void {
  const schema = { hide: true };
  let made: Promise<{ json: string; page: string }> | undefined;
  const make = async () => {
    const description = completeDescription(server.swagger(), options);
    const page = String(await documentationPage(description));
    return { json: JSON.stringify(description), page };
  };
  // Made when it is first asked for: all routes are there by then, and none comes later.
  const documents = () => {
    made ??= make();
    return made;
  };
  server.get('/openapi.json', { schema }, async (_, reply) => {
    const { json } = await documents();
    return reply.type('application/json; charset=utf-8').send(json);
  });
  server.get('/docs', { schema }, async (_, reply) => {
    const { page } = await documents();
    return reply.headers(PAGE_HEADERS).send(page);
  });
}
