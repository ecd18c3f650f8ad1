/**
 * What all routes under /2010-04-01 share: authentication and access, the budget of the account, CORS, and
 * 405 for methods that a URL does not have. It knows no resources.
 */

import type {} from '@fastify/swagger';
import type { FastifyInstance, FastifyReply, FastifyRequest, RouteOptions } from 'fastify';
import {
  authenticate,
  type Caller,
  type Credentials,
  type Sender,
} from '../access/authenticate.ts';
import { budgetOf } from '../access/budget.ts';
import { type Access, checkAccess, type Right, type Wish } from '../access/decide.ts';
import { acting, type Context } from '../context.ts';
import { Problem } from '../problem.ts';
import { reasonOf } from '../reason.ts';
import { parseSid } from '../sid.ts';
import type { Queryable } from '../storage/database.ts';
import { credentialsOf, isFromAnotherSite } from './credentials.ts';
import {
  API_METHODS,
  addRareMethods,
  allowOrigins,
  refuseMethods,
  type Url,
} from './other-methods.ts';
import { createBudgets } from './rate-limit.ts';
import { pathParameter } from './request.ts';
import { weightOf } from './weight.ts';

/** The version that every URL of the API begins with. */
export const API_VERSION = '/2010-04-01';

declare module 'fastify' {
  interface FastifyRequest {
    /** The credentials that the request claims; undefined outside the API. */
    credentials: Credentials | undefined;
    /** What is known of who sent it, for the record; undefined outside the API. */
    sender: Sender | undefined;
    /** The account of the credentials of a POST or DELETE, once they were checked. */
    callerSid: string | undefined;
    /** Takes the cost of the request from its caller's budget; raises `too_many_requests`. */
    pay: (caller: Caller) => void;
  }
  interface FastifyContextConfig {
    /** The right that a route of the API needs on the account of the path. */
    right?: Right;
  }
}

/** A URL of the API and what each of its methods needs and does. */
export type Resource = Partial<
  Record<'GET' | 'POST' | 'DELETE', Omit<RouteOptions, 'method' | 'url'> & { right: Right }>
>;

export interface Api {
  /**
   * Adds a URL; methods that it does not have answer 405. `isList` tells of a wildcard whether a request is for a
   * list.
   */
  route(url: string, resource: Resource, isList?: (request: FastifyRequest) => boolean): void;
  /** Adds to another router, for all these URLs, what answers the methods that none of them has. */
  addRareMethods(router: FastifyInstance): void;
  /** Who is asking, and for which account; raises the reason if access is denied. */
  open(request: FastifyRequest): Promise<Access>;
  /**
   * Reads one item and checks the caller's right in the same look. `work` gets the SID of the path's account
   * before the check is done, so it must read little; its result is released only after the check.
   */
  fetch<T>(
    request: FastifyRequest,
    work: (context: Context, accountSid: string) => Promise<T>,
  ): Promise<T>;
  /** Like `fetch`, for more expensive reads: reads nothing for a caller without access. */
  list<T>(
    request: FastifyRequest,
    work: (context: Context, access: Access) => Promise<T>,
  ): Promise<T>;
  /** Runs an operation for the caller: each of its transactions first checks that the caller may do this. */
  change<T>(
    request: FastifyRequest,
    work: (context: Context, accountSid: string) => Promise<T>,
  ): Promise<T>;
  /** Whether the path names the very account of the credentials. */
  isOwn(request: FastifyRequest): boolean;
}

/** Prepares a server for the API. */
export function createApi(
  server: FastifyInstance,
  context: Context,
  options: { rateLimitPerSecond: number; keysActForApps: boolean },
): Api {
  const { database, keyring } = context;
  decorate(server);
  const places: Url[] = [];
  const rate = options.rateLimitPerSecond;
  const spend = rate > 0 ? createBudgets(rate) : undefined;
  // Created once: a refusal must be cheaper than a response, and a stack trace is half of its cost.
  const tooManyRequests = new Problem('too_many_requests', undefined, {
    reason: reasonOf('rate_limited', rate),
  });

  const wishOf = (request: FastifyRequest): Wish => ({
    credentials: request.credentials ?? credentialsOf(request.raw),
    right: request.routeOptions.config.right ?? 'read',
    accountSid: pathParameter(request, 'AccountSid') || undefined,
    sender: request.sender,
    keysActForApps: options.keysActForApps,
  });
  async function check(query: Queryable, request: FastifyRequest) {
    const access = await checkAccess(query, keyring, wishOf(request));
    request.pay(access.caller);
    return access;
  }
  const readings = new WeakMap<Queryable, Context>();
  /** The context whose database reads with `query`: made once for each, and there are few. */
  function reading(query: Queryable): Context {
    const known = readings.get(query) ?? { ...context, database: { ...database, query } };
    readings.set(query, known);
    return known;
  }

  /** Checked before the body arrives, to avoid waiting for it in vain; operations check again. */
  async function checkEarly(request: FastifyRequest): Promise<void> {
    if (isFromAnotherSite(request)) {
      throw new Problem('access_denied', 'Requests from another site cannot change anything.', {
        reason: reasonOf('other_site'),
      });
    }
    await database.look(async (query) => {
      if (request.routeOptions.config.right !== undefined) {
        const { caller } = await check(query, request);
        request.callerSid = caller.account.sid;
        return undefined;
      }
      const { credentials, sender } = wishOf(request);
      return request.pay(await authenticate(query, keyring, credentials, sender));
    });
  }

  function addRoute(
    url: string,
    resource: Resource,
    // A list has no SID at its end.
    isList = (_: FastifyRequest) => !/:\w+$/.test(url),
  ): void {
    const methods = Object.keys(resource);
    const allow = [
      ...methods.flatMap((method) => (method === 'GET' ? ['GET', 'HEAD'] : method)),
      'OPTIONS',
    ].join(', ');
    const identify = (
      request: FastifyRequest,
      reply: FastifyReply,
      done: (error?: Error) => void,
    ) => {
      allowOrigins(reply, allow);
      request.sender = {};
      try {
        request.credentials = credentialsOf(request.raw);
      } catch (error) {
        return done(error instanceof Error ? error : undefined);
      }
      if (spend) {
        request.pay = (caller) => {
          const spending = spend(budgetOf(caller), weightOf(request, isList(request)));
          reply.header('x-ratelimit-limit', rate);
          reply.header('x-ratelimit-remaining', spending.left);
          if (spending.isServed) return;
          reply.header('retry-after', spending.retryAfterSeconds);
          throw tooManyRequests;
        };
      }
      if (request.method === 'GET' || request.method === 'HEAD') done();
      else checkEarly(request).then(() => done(), done);
    };
    for (const [method, { right, ...route }] of Object.entries(resource)) {
      server.route({
        ...route,
        method,
        url,
        config: { right },
        onRequest: identify,
        ...(method === 'GET' && {
          errorHandler: (error: Error, request: FastifyRequest) => {
            throw isList(request) ? forList(error) : error;
          },
        }),
      });
    }
    const place = { url, allow, identify };
    places.push(place);
    // At once: a wildcard of another URL may have what this one does not.
    const absent = API_METHODS.filter((method) => !methods.includes(method));
    if (absent.length > 0) refuseMethods(server, absent, place);
  }

  return {
    route: (path, resource, isList) => addRoute(API_VERSION + path, resource, isList),
    addRareMethods(router) {
      decorate(router);
      addRareMethods(router, places);
    },
    open: (request) => database.look((query) => check(query, request)),
    fetch: (request, work) =>
      database.look(async (query) => {
        const accountSid = parseSid('AC', pathParameter(request, 'AccountSid'));
        const found = accountSid === undefined ? undefined : work(reading(query), accountSid);
        // Reveal nothing, not even a failure, before the caller is known.
        found?.catch(() => {});
        await check(query, request);
        if (found === undefined) throw new Problem('not_found');
        return await found;
      }),
    list: (request, work) =>
      database.look(async (query) => {
        const access = await check(query, request);
        const found = work(reading(query), access);
        found.catch(() => {});
        // The data read is never newer than the caller's right to it.
        await checkAccess(query, keyring, wishOf(request));
        return await found;
      }),
    change(request, work) {
      const wish = wishOf(request);
      const actorSid = parseSid('SK', wish.credentials.username);
      const checked = acting(context, async (query) => {
        const { caller } = await checkAccess(query, keyring, wish);
        return {
          source: 'api',
          sid: actorSid ?? caller.account.sid,
          address: request.ip,
          isApp: caller.permissions !== undefined,
        };
      });
      return work(checked, parseSid('AC', wish.accountSid ?? request.callerSid ?? '') ?? '');
    },
    isOwn(request) {
      return parseSid('AC', pathParameter(request, 'AccountSid')) === request.callerSid;
    },
  };
}

function payNothing(): void {}

/**
 * One of the official clients takes 20006 on a list for the list's end, and would show nothing instead
 * of an error: there a denial is 401, 20003.
 */
function forList(error: Error): Error {
  if (error instanceof Problem && error.problem === 'access_denied') {
    return new Problem('not_authenticated', error.detail, { reason: error.reason });
  }
  return error;
}

function decorate(server: FastifyInstance): void {
  server.decorateRequest('credentials', undefined);
  server.decorateRequest('sender', undefined);
  server.decorateRequest('callerSid', undefined);
  server.decorateRequest('pay', payNothing);
}
