/**
 * The routes of the admin API: each act at its URL, behind the gate. JSON in and out; no cookie is read and no
 * other origin is let in. A write is checked again in every transaction of it.
 */

import type { IncomingMessage } from 'node:http';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { noteUse } from '../admin-keys/operations.ts';
import { acting, type Context } from '../context.ts';
import { BODY_LIMIT_BYTES, createBodies } from '../http/body.ts';
import { Problem } from '../problem.ts';
import { type Act, checkMembers, type Visit } from './act.ts';
import { ACTS } from './acts.ts';
import { type Claim, createGate } from './gate.ts';
import type { Wire } from './input.ts';
import { describeAdmin } from './openapi.ts';
import { ADMIN_ROOT } from './problems.ts';

export interface AdminOptions {
  /** The key of the settings. */
  key: string;
  /** The origin of the server, as browsers see it. */
  origin: () => string;
  follow: Visit['follow'];
  hasPasswords: boolean;
  denials: Visit['denials'];
}

declare module 'fastify' {
  interface FastifyContextConfig {
    /** The largest body that a route of the admin API takes. */
    maxBytes?: number;
  }
}

/** Adds the admin API. */
export async function addAdminRoutes(
  server: FastifyInstance,
  context: Context,
  { key, origin, ...rest }: AdminOptions,
): Promise<void> {
  const { database } = context;
  const gate = createGate(context, key);

  /** The act, for a caller with the right to it: checked in the look, or in the transactions, that do it. */
  async function answer(act: Act, request: FastifyRequest): Promise<Wire> {
    const claim = claimOf(request);
    const input = inputOf(request);
    checkMembers(act, input);
    const { scopes } = await database.look((query) => gate.admit(query, claim, act.needs));
    if (act.method === 'GET') {
      return database.look(async (query) => {
        await gate.admit(query, claim, act.needs);
        const reading = { ...context, database: { ...database, query } };
        return act.run({ ...rest, context: reading, origin: origin(), scopes }, input);
      });
    }
    const checked = acting(
      context,
      async (query) => (await gate.admit(query, claim, act.needs)).actor,
    );
    return act.run({ ...rest, context: checked, origin: origin(), scopes }, input);
  }

  await server.register(
    async (scope) => {
      takeJson(scope);
      scope.addHook('onRequest', async (request, reply) => {
        reply.header('cache-control', 'no-store');
        // Before the body is read.
        const admitted = await database.look((query) => gate.admit(query, claimOf(request)));
        // That it was used may be lost; what was asked for may not.
        if (admitted.key) await noteUse(context, admitted.key).catch(() => {});
      });
      for (const act of ACTS) {
        scope.route({
          method: act.method,
          url: act.path.replace(/\{(\w+)\}/g, ':$1'),
          schema: { hide: true },
          config: { maxBytes: act.maxBytes ?? BODY_LIMIT_BYTES },
          handler: async (request, reply) =>
            reply
              .type('application/json; charset=utf-8')
              .send(JSON.stringify(await answer(act, request))),
        });
      }
      scope.get('/openapi.json', { schema: { hide: true } }, async () => describeAdmin(origin()));
    },
    { prefix: ADMIN_ROOT },
  );
}

function claimOf({ headers, raw, ip }: FastifyRequest): Claim {
  // Node.js keeps the first of two, and a proxy before it may have read the other.
  const isOnce = (raw.headersDistinct.authorization ?? []).length <= 1;
  return { authorization: isOnce ? headers.authorization : undefined, address: ip };
}

/** The members of the path, and of the query or the body. */
function inputOf({ method, query, body, params }: FastifyRequest): Wire {
  const given = method === 'GET' || method === 'DELETE' ? query : (body ?? {});
  if (typeof given !== 'object' || given === null || Array.isArray(given)) {
    throw new Problem('request_malformed');
  }
  return { ...given, ...(typeof params === 'object' ? params : {}) };
}

/** Makes the routes of a scope take JSON and no other body. */
function takeJson(scope: FastifyInstance): void {
  const bodies = createBodies();
  scope.removeAllContentTypeParsers();
  scope.addContentTypeParser(
    'application/json',
    async (request: FastifyRequest, payload: IncomingMessage) => {
      const body = await bodies.read(payload, request.routeOptions.config.maxBytes);
      if (body.length === 0) return {};
      try {
        return JSON.parse(body.toString('utf8'));
      } catch (cause) {
        throw new Problem('request_malformed', 'The body is not JSON.', { cause });
      }
    },
  );
}
