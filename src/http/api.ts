/**
 * What all routes under /2010-04-01 share: authentication before the body is read, the budget of
 * an account, CORS, and 405 for every method that a URL does not have. It knows no resource.
 */

import { METHODS } from 'node:http';
import type { Socket } from 'node:net';
import type {} from '@fastify/swagger';
import type {
  FastifyInstance,
  FastifyReply,
  FastifyRequest,
  preParsingHookHandler,
  RouteOptions,
} from 'fastify';
import { Problem } from '../problem.ts';
import { type Credentials, notAuthenticated, parseAuthorization } from './authentication.ts';
import { createBudgets } from './rate-limit.ts';
import { isForwarded } from './request.ts';
import { weightOf } from './weight.ts';

/** The version that every URL of the API begins with. */
export const API_VERSION = '/2010-04-01';

/** Made once: a refusal must cost less than an answer, and a stack is half of its price. */
const TOO_MANY_REQUESTS = new Problem('too_many_requests');

/** The name under which a request keeps who is asking. */
const CALLER = 'caller';

export interface ApiOptions<Caller> {
  /** Units of work (weight.ts) that a budget gets a second; 0 for no limit. */
  rateLimitPerSecond: number;
  /** Names the budget that pays for a caller's requests. */
  budgetOf(caller: Caller): string;
  /** Says whose credentials these are; undefined when they are nobody's. */
  authenticate(credentials: Credentials): Caller | Promise<Caller | undefined>;
  /** Whether credentials that were this caller's are so still, without another look at them. */
  isRecent(caller: Caller): boolean;
}

/** A URL of the API and what each of its methods does. */
export type Resource = Partial<
  Record<'GET' | 'POST' | 'DELETE', Omit<RouteOptions, 'method' | 'url'>>
>;

export interface Api<Caller> {
  /** Adds a URL; methods that it does not have answer 405. */
  route(url: string, resource: Resource): void;
  /** Who is asking. */
  caller(request: FastifyRequest): Caller;
}

/** Prepares a server for the API. */
export function createApi<Caller>(
  server: FastifyInstance,
  options: ApiOptions<Caller>,
): Api<Caller> {
  server.decorateRequest(CALLER, undefined);
  const caller = (request: FastifyRequest) => {
    const found = request.getDecorator<Caller | undefined>(CALLER);
    if (found === undefined) throw notAuthenticated();
    return found;
  };
  for (const method of METHODS) {
    if (!server.supportedMethods.includes(method) && method !== 'CONNECT') {
      server.addHttpMethod(method, { hasBody: true });
    }
  }
  const rate = options.rateLimitPerSecond;
  const spend = rate > 0 ? createBudgets(rate) : undefined;

  /** Counts a request before its body is read, and refuses it when its account has no budget left. */
  function limit(isList: boolean): preParsingHookHandler[] {
    if (spend === undefined) return [];
    return [
      (request, reply, _, done) => {
        const spending = spend(options.budgetOf(caller(request)), weightOf(request, isList));
        reply.header('x-ratelimit-limit', rate);
        reply.header('x-ratelimit-remaining', spending.left);
        if (spending.isServed) return done();
        reply.header('retry-after', spending.retryAfterSeconds);
        done(TOO_MANY_REQUESTS);
      },
    ];
  }

  /** Who asked last on a connection, which most often has one client with one key to say. */
  const last = new WeakMap<Socket, { authorization: string; caller: Caller }>();

  function authenticate(request: FastifyRequest, done: (error?: Error) => void): void {
    const { headers, raw } = request;
    const { authorization } = headers;
    const known = last.get(raw.socket);
    const accept = (found: Caller | undefined) => {
      if (authorization === undefined || found === undefined) return done(notAuthenticated());
      request.setDecorator(CALLER, found);
      // A proxy's connection has many clients, and none shall learn what another one said.
      if (found !== known?.caller && !isForwarded(request)) {
        last.set(raw.socket, { authorization, caller: found });
      }
      done();
    };
    if (known && known.authorization === authorization && options.isRecent(known.caller)) {
      accept(known.caller);
    } else {
      const credentials = parseAuthorization(authorization);
      const found = credentials && options.authenticate(credentials);
      if (found instanceof Promise) found.then(accept, done);
      else accept(found);
    }
  }

  return {
    caller,
    route(path, resource) {
      const url = API_VERSION + path;
      // A list has no SID at its end.
      const isList = !/:\w+$/.test(path);
      const limits = limit(isList);
      const methods = Object.keys(resource);
      const allow = [
        ...methods.flatMap((method) => (method === 'GET' ? ['GET', 'HEAD'] : method)),
        'OPTIONS',
      ].join(', ');
      const onRequest = (
        request: FastifyRequest,
        reply: FastifyReply,
        done: (error?: Error) => void,
      ) => {
        allowOrigins(reply, allow);
        authenticate(request, done);
      };
      for (const [method, route] of Object.entries(resource)) {
        server.route({
          ...route,
          method,
          url,
          onRequest,
          preParsing: limits,
          ...(isList && method === 'GET' && { errorHandler: raiseForList }),
        });
      }
      server.route({
        method: 'OPTIONS',
        url,
        schema: { hide: true },
        handler: async (_, reply) => {
          allowOrigins(reply, allow);
          return reply.header('Allow', allow).code(204).send();
        },
      });
      server.route({
        method: server.supportedMethods.filter(
          (method) => !methods.includes(method) && method !== 'OPTIONS' && method !== 'HEAD',
        ),
        url,
        schema: { hide: true },
        onRequest,
        preParsing: [
          ...limits,
          (_, reply, __, done) => {
            reply.header('Allow', allow);
            done(new Problem('method_not_allowed'));
          },
        ],
        handler: () => undefined,
      });
    },
  };
}

/**
 * One of the official clients takes 20006 on a list for the list's end, and would show nothing instead
 * of an error: there a denial is 401, 20003.
 */
function raiseForList(error: Error): never {
  if (error instanceof Problem && error.problem === 'access_denied') {
    throw new Problem('not_authenticated', error.detail);
  }
  throw error;
}

/** The CORS headers that Twilio's OpenAPI describes. */
function allowOrigins(reply: FastifyReply, methods: string): void {
  reply.header('Access-Control-Allow-Origin', '*');
  reply.header('Access-Control-Allow-Methods', methods);
  reply.header('Access-Control-Allow-Headers', 'Authorization, Content-Type');
  reply.header('Access-Control-Allow-Credentials', 'true');
  reply.header('Access-Control-Expose-Headers', 'Twilio-Request-Id, Retry-After, Link');
}
