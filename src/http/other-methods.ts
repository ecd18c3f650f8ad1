/**
 * The methods that a URL of the API does not have: OPTIONS is answered with those that it has, any other with 405,
 * once the caller is known.
 */

import type { FastifyInstance, FastifyReply, onRequestHookHandler } from 'fastify';
import { METHODS } from '../node-http.ts';
import { Problem } from '../problem.ts';
import { reasonOf } from '../reason.ts';

/** The methods that a URL of the API may have. */
export const API_METHODS: readonly string[] = ['GET', 'POST', 'DELETE'];

/** A URL, and what requests for it pass first. */
export interface Url {
  url: string;
  /** The methods that it has. */
  allow: string;
  identify: onRequestHookHandler;
}

/** Answers these methods of a URL with 405. */
export function refuseMethods(
  server: FastifyInstance,
  methods: string[],
  { url, allow, identify }: Url,
): void {
  server.route({
    method: methods,
    url,
    schema: { hide: true },
    onRequest: identify,
    preParsing: (request, reply, _, done) => {
      reply.header('Allow', allow);
      const reason = reasonOf('method_unknown', request.method);
      done(new Problem('method_not_allowed', undefined, { reason }));
    },
    handler: () => undefined,
  });
}

/** Answers the methods that no URL has, all that Node.js knows. */
export function addRareMethods(server: FastifyInstance, urls: readonly Url[]): void {
  for (const method of METHODS) {
    if (!server.supportedMethods.includes(method) && method !== 'CONNECT') {
      server.addHttpMethod(method, { hasBody: true });
    }
  }
  const usual = [...API_METHODS, 'HEAD', 'OPTIONS'];
  const rare = server.supportedMethods.filter((method) => !usual.includes(method));
  for (const place of urls) {
    const { url, allow } = place;
    server.route({
      method: 'OPTIONS',
      url,
      schema: { hide: true },
      handler: async (_, reply) => {
        allowOrigins(reply, allow);
        return reply.header('Allow', allow).code(204).send();
      },
    });
    refuseMethods(server, [...rare], place);
  }
}

/** The CORS headers that Twilio's OpenAPI describes. */
export function allowOrigins(reply: FastifyReply, methods: string): void {
  reply.header('Access-Control-Allow-Origin', '*');
  reply.header('Access-Control-Allow-Methods', methods);
  reply.header('Access-Control-Allow-Headers', 'Authorization, Content-Type');
  reply.header('Access-Control-Allow-Credentials', 'true');
  reply.header('Access-Control-Expose-Headers', 'Twilio-Request-Id, Retry-After, Link');
}
