/**
 * The HTTP server: limits, time-outs, request ids, the log line and metrics of each request, and the
 * one way out for errors. It knows no resource.
 */

import Fastify, {
  type FastifyError,
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
} from 'fastify';
import type { Logger } from '../observability/logger.ts';
import type { Metrics } from '../observability/metrics.ts';
import type { Tracing } from '../observability/tracing.ts';
import { Problem } from '../problem.ts';
import { reasonOf } from '../reason.ts';
import type { CreateRequestSid } from '../sid.ts';
import { createAdmission, type Resource } from './admission.ts';
import { endConnectionsOnClose } from './connections.ts';
import { type ErrorReply, writeErrorReply } from './errors.ts';
import { takeForms } from './forms.ts';
import { createNodeServer, type PassOn } from './node-server.ts';
import { explainOtherHost } from './other-hosts.ts';
import { refuseUnparsable } from './parser-errors.ts';
import { extensionOf, pathOf, toRoute } from './path.ts';
import { countHosts, hasBody } from './request.ts';
import { createRequestLog, faultOf, noteFault } from './request-log.ts';
import { beginSpans } from './request-spans.ts';
import { discardBody, isLastOfConnection, whenReceived } from './rest-of-body.ts';
import { limitUnreadAnswers } from './unread-answers.ts';

/** The Retry-After of a temporary refusal. */
const RETRY_AFTER_SECONDS = 1;
/** Made once: what must be cheap collects no stack. */
const OVERLOADED = new Problem('overloaded');
const NOT_FOUND = new Problem('not_found', undefined, { reason: reasonOf('route_unknown') });

declare module 'fastify' {
  interface FastifyRequest {
    /** Whether it counts as work in progress. */
    hasBegun: boolean;
  }
  interface FastifyContextConfig {
    /** Whether an overloaded server still answers this route. */
    isAlwaysAnswered?: boolean;
    /** Whether the request mostly waits, as for a semaphore; such waiting does not count as work in progress. */
    waitsForSemaphore?: boolean;
  }
}

export interface ServerOptions {
  logger: Logger;
  /** Whether a person reads the log of requests. */
  isLogForPerson: boolean;
  metrics: Metrics;
  /** What makes a span of each request; there are none without it. */
  tracing: Tracing | undefined;
  createRequestSid: CreateRequestSid;
  trustProxy: readonly string[];
  /** What requests wait for besides the processor. */
  resources: readonly Resource[];
  /** Whether clients should turn to another server. */
  isDraining: () => boolean;
  /** Answers what is not the server's own; absent: nothing is. */
  passOn?: PassOn | undefined;
  /** Takes each request that was answered, and what went wrong with it. */
  record?: (request: FastifyRequest, reply: FastifyReply, fault: unknown) => void;
  /** What else sees every request; called before there are routes. */
  addHooks?: ServerHooks;
  /** Writes an error as a page where a person reads it; undefined elsewhere. */
  writeErrorPage?: WriteErrorPage;
}

/** Adds hooks to a server that has no routes yet. */
export type ServerHooks = (server: FastifyInstance) => void;

type WriteErrorPage = (
  error: unknown,
  request: { target: string; accept: string | undefined; requestId: string },
) => { status: number; headers: Record<string, string>; body: string } | undefined;

/** Makes a server without routes. */
export async function createServer(options: ServerOptions): Promise<FastifyInstance> {
  const { logger, metrics, createRequestSid } = options;
  const logRequest = createRequestLog(logger, { isForPerson: options.isLogForPerson });
  const { httpServer, connections, handle, readyCount } = createNodeServer({
    logger,
    createRequestSid,
    passOn: options.passOn,
  });
  const unread = limitUnreadAnswers(httpServer, connections);
  const server = Fastify({
    genReqId: createRequestSid,
    rewriteUrl: (request) => toRoute(request.url ?? '/'),
    serverFactory: (handler) => {
      handle(handler);
      return httpServer;
    },
    return503OnClosing: false,
    trustProxy: options.trustProxy.length > 0 ? [...options.trustProxy] : false,
    clientErrorHandler: (error, socket) =>
      refuseUnparsable(error, socket, { logger, createRequestSid }),
    frameworkErrors: (error, request, reply) => {
      reply.header('Twilio-Request-Id', request.id);
      answerError(asProblem(error), request, reply);
    },
  });
  takeForms(server);

  // The domain checks parameters against the same rules, and knows Twilio's code for each fault.
  server.setValidatorCompiler(() => () => true);

  endConnectionsOnClose(server, connections);

  const spans = options.tracing && beginSpans(server, options.tracing, options.trustProxy);
  const admission = createAdmission(options.resources, readyCount);
  server.decorateRequest('hasBegun', false);
  // Hooks with a callback: every request passes here, and a promise for each would cost more.
  server.addHook('onRequest', (request, reply, done) => {
    reply.header('Twilio-Request-Id', request.id);
    if (options.isDraining()) reply.header('Connection', 'close');
    if (countHosts(request.raw) !== 1) {
      reply.header('Connection', 'close');
      return done(
        new Problem('request_malformed', 'The request must have exactly one Host header.'),
      );
    }
    if (request.routeOptions.config.isAlwaysAnswered) return done();
    if (!admission.mayBegin()) return done(OVERLOADED);
    // Before its body is read.
    if (request.is404) return done(notFound(request.originalUrl));
    // A request that is still arriving is not work yet; otherwise slow senders would keep others out.
    if (!hasBody(request)) begin(request);
    done();
  });
  server.addHook('preValidation', (request, _, done) => {
    if (hasBody(request) && !request.routeOptions.config.isAlwaysAnswered) begin(request);
    done();
  });
  // Not when the client has read it: a slow reader costs no time either.
  server.addHook('onSend', (request, _, payload, done) => {
    if (request.hasBegun) admission.end();
    request.hasBegun = false;
    if (typeof payload === 'string' || Buffer.isBuffer(payload)) {
      unread.add(request.raw.socket, payload.length);
    }
    done(null, payload);
  });

  options.addHooks?.(server);

  function begin(request: FastifyRequest): void {
    if (request.routeOptions.config.waitsForSemaphore) return;
    request.hasBegun = true;
    admission.begin();
  }

  server.addHook('onResponse', (request, reply, done) => {
    const route = request.routeOptions.url ?? 'none';
    const { statusCode: status, elapsedTime } = reply;
    metrics.observeRequest(route, request.method, status, elapsedTime);
    if (spans === undefined) logRequest(request, reply);
    else spans.within(request, () => logRequest(request, reply));
    spans?.end(request, status);
    options.record?.(request, reply, faultOf(request));
    done();
  });

  function answerError(error: unknown, request: FastifyRequest, reply: Reply) {
    const problem = asProblem(error);
    noteFault(request, problem);
    const { status } = sendError(problem, reply, request, options.writeErrorPage);
    // An overloaded server has no time to log twice: the request's own line is enough.
    if (status < 500 || problem === OVERLOADED) return;
    logger.error({ requestId: request.id, err: problem }, 'The request failed');
  }

  server.setErrorHandler((error, request, reply) => {
    answerError(error, request, reply);
  });
  server.setNotFoundHandler((request, reply) => {
    answerError(notFound(request.originalUrl), request, reply);
  });
  return server;
}

function notFound(target: string): Problem {
  const detail = explainOtherHost(target);
  return detail === undefined
    ? NOT_FOUND
    : new Problem('resource_unknown', detail, { reason: NOT_FOUND.reason });
}

/** What is needed of a reply: Fastify's own type differs before routing. */
interface Reply {
  code(status: number): unknown;
  header(name: string, value: string): unknown;
  removeHeader(name: string): unknown;
  send(payload?: unknown): unknown;
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
