/** The one way out for errors: the body that says what went wrong, or a page where a person reads it. */

import type { FastifyError, FastifyRequest } from 'fastify';
import type { Logger } from '../observability/logger.ts';
import { Problem } from '../problem.ts';
import { reasonOf } from '../reason.ts';
import { type ErrorReply, writeErrorReply } from './errors.ts';
import { explainOtherHost } from './other-hosts.ts';
import { extensionOf, pathOf } from './path.ts';
import { hasBody } from './request.ts';
import { noteFault } from './request-log.ts';
import { discardBody, isLastOfConnection, whenReceived } from './rest-of-body.ts';

/** The Retry-After of a temporary refusal. */
const RETRY_AFTER_SECONDS = 1;
/** Made once: what must be cheap collects no stack. */
export const OVERLOADED = new Problem('overloaded');
const NOT_FOUND = new Problem('not_found', undefined, { reason: reasonOf('route_unknown') });

/** Writes an error as a page where a person reads it; undefined elsewhere. */
export type WriteErrorPage = (
  error: unknown,
  request: { target: string; accept: string | undefined; requestId: string },
) => { status: number; headers: Record<string, string>; body: string } | undefined;

/** What is needed of a reply: Fastify's own type differs before routing. */
interface Reply {
  code(status: number): unknown;
  header(name: string, value: string): unknown;
  removeHeader(name: string): unknown;
  send(payload?: unknown): unknown;
}

/** Returns what answers a request with an error, and logs what was not the client's fault. */
export function createErrorAnswer(logger: Logger, writeErrorPage?: WriteErrorPage) {
  return (error: unknown, request: FastifyRequest, reply: Reply): void => {
    const problem = asProblem(error);
    noteFault(request, problem);
    const { status } = sendError(problem, reply, request, writeErrorPage);
    // An overloaded server has no time to log twice: the request's own line is enough.
    if (status < 500 || problem === OVERLOADED) return;
    logger.error({ requestId: request.id, err: problem }, 'The request failed');
  };
}

/** What is wrong with a request for something that is not there. */
export function notFound(target: string): Problem {
  const detail = explainOtherHost(target);
  return detail === undefined
    ? NOT_FOUND
    : new Problem('resource_unknown', detail, { reason: NOT_FOUND.reason });
}

function sendError(
  error: unknown,
  reply: Reply,
  request: FastifyRequest,
  writeErrorPage?: WriteErrorPage,
): { status: number } {
  const { originalUrl: target, id: requestId } = request;
  const page = writeErrorPage?.(error, { target, accept: request.headers.accept, requestId });
  const written = page ?? withHeaders(writeErrorReply(error, pathOf(target), extensionOf(target)));
  reply.code(written.status);
  for (const [name, value] of Object.entries(written.headers)) reply.header(name, value);
  if (page === undefined && written.status === 401)
    reply.header('WWW-Authenticate', 'Basic realm="Twilio API"');
  if (written.status === 503) reply.header('Retry-After', String(RETRY_AFTER_SECONDS));
  // Strings are sent unchanged: the schema of the route's success response does not apply.
  const answer = () => reply.send(written.body);
  if (hasBody(request) && !request.raw.complete && isLastOfConnection(request.raw)) {
    whenReceived(request.raw, answer);
    return written;
  }
  if (written.status === 413 || written.status === 503) {
    if (!request.raw.complete) {
      reply.removeHeader('connection');
      discardBody(request.raw);
    } else if (written.status === 413) reply.header('Connection', 'close');
  }
  answer();
  return written;
}

function withHeaders({ status, contentType, body }: ErrorReply) {
  return { status, headers: { 'content-type': contentType }, body };
}

/** Gives Fastify's own errors their names; any other error stays what it is. */
function asProblem(error: unknown): unknown {
  if (error instanceof Problem || !(error instanceof Error)) return error;
  const { code, statusCode } = error as FastifyError;
  if (code === 'FST_ERR_BAD_URL') return new Problem('not_found');
  if (statusCode === 413) return new Problem('body_too_large');
  if (statusCode === 415) return new Problem('media_type_unsupported');
  if (statusCode === 429) return new Problem('too_many_requests');
  if (statusCode !== undefined && statusCode < 500) return new Problem('request_malformed');
  return error;
}
