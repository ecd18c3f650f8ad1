/** A request as the journal and the printer tell of it: who asked for what, and why it was refused. */

import type { FastifyReply, FastifyRequest } from 'fastify';
import { parseAuthorization } from '../http/credentials.ts';
import { ERRORS } from '../http/errors.ts';
import { pathOf } from '../http/path.ts';
import { pathParameter } from '../http/request.ts';
import { faultOf } from '../http/request-log.ts';
import { Problem } from '../problem.ts';
import { explainReason, reasonOf, reasonOfProblem } from '../reason.ts';
import type { Logged } from './types.ts';

/** A request that has no answer yet. */
export function describeRequest(request: FastifyRequest, now: number): Logged {
  return {
    id: request.id,
    at: new Date(now).toISOString(),
    method: request.method,
    path: pathOf(request.originalUrl),
    route: request.is404 ? null : (request.routeOptions.url ?? null),
    status: null,
    account: pathParameter(request, 'AccountSid') || null,
    caller: parseAuthorization(request.headers.authorization)?.username ?? null,
    code: null,
    reason: null,
  };
}

/** What its answer adds: the status and, of a refusal, the code and the reason. */
export function describeAnswer(request: FastifyRequest, reply: FastifyReply) {
  const { statusCode: status } = reply;
  const error = faultOf(request);
  if (error === undefined || status < 400) return { status };
  const problem = error instanceof Problem ? error.problem : 'internal';
  const { code, message } = ERRORS[problem];
  const reason =
    (error instanceof Problem && error.reason) || reasonOfProblem(problem, ERRORS[problem].status);
  // The rules of stand-ins have no reason of their own: their sentence says it.
  const isUnexplained = reason === reasonOf('stand_in_refused');
  const detail = error instanceof Problem ? error.detail : undefined;
  const sentence = isUnexplained ? (detail ?? message) : (explainReason(reason) ?? null);
  return { status, code, reason: sentence };
}
