/**
 * One line of the log for each request. It names the route, never what was sent: no query, no name,
 * no URL. A person at a development server also sees the SIDs of the path, and what was wrong.
 */

import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Logger } from '../observability/logger.ts';
import { Problem } from '../problem.ts';
import { ERRORS } from './errors.ts';
import { pathOf } from './path.ts';
import { pathParameter } from './request.ts';
import { routeOf, standInOf } from './stand-in-mark.ts';

const SID = /^[A-Z]{2}[0-9a-f]{32}$/i;
const ACCOUNT_SID = /^AC[0-9a-f]{32}$/i;
const EXTENSION = /^\/2010-04-01\/.*(\.(?:json|xml|csv))\/?$/;

const faults = new WeakMap<FastifyRequest, unknown>();

/** Remembers what a request is answered with, for its line in the log. */
export function noteFault(request: FastifyRequest, error: unknown): void {
  faults.set(request, error);
}

/** What a request is answered with instead of what was asked for; undefined where nothing was wrong. */
export function faultOf(request: FastifyRequest): unknown {
  return faults.get(request);
}

/** Returns what writes the line of a request that was answered. */
export function createRequestLog(
  logger: Logger,
  { isForPerson }: { isForPerson: boolean },
): (request: FastifyRequest, reply: FastifyReply) => void {
  // Its fields are all named below: looking for secrets in them would cost more than the line.
  const requestLog = logger.child({}, { redact: [] });
  return (request, reply) => {
    const { method } = request;
    const { statusCode: status, elapsedTime } = reply;
    const route = routeOf(request);
    const fields = {
      requestId: request.id,
      accountSid: accountOf(request),
      method,
      route,
      status,
      durationMs: Math.round(elapsedTime * 10) / 10,
      ...(status >= 400 && describeFault(request, isForPerson)),
    };
    requestLog.info(fields, `${method} ${isForPerson ? pathOfRoute(request) : (route ?? 'none')}`);
  };
}

function describeFault(request: FastifyRequest, isForPerson: boolean) {
  const error = faults.get(request);
  if (error === undefined) return undefined;
  const problem = error instanceof Problem ? error.problem : 'internal';
  const { code, message } = ERRORS[problem];
  if (!isForPerson) return { code, errorType: problem };
  const detail = error instanceof Problem ? error.detail : undefined;
  return { code, errorType: problem, fault: detail ?? message };
}

/** The account of a route; the path itself is never logged. */
function accountOf(request: FastifyRequest): string | undefined {
  const sid = pathParameter(request, 'AccountSid');
  return ACCOUNT_SID.test(sid) ? sid : undefined;
}

/** The route with the SIDs that stand in the path, and its extension. */
function pathOfRoute(request: FastifyRequest): string {
  const url = routeOf(request);
  if (url === undefined) return '(no such path)';
  const path = url.replace(/:(\w+)/g, (placeholder, name: string) => {
    const value = pathParameter(request, name) || (standInOf(request)?.sid ?? '');
    return SID.test(value) ? value : placeholder;
  });
  const [, extension = ''] = EXTENSION.exec(pathOf(request.originalUrl)) ?? [];
  return path + extension;
}
