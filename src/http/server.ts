/**
 * The HTTP server: limits, time-outs, request ids, the log line and metrics of each request, and the
 * one way out for errors. It knows no resource.
 */

import { parse } from 'node:querystring';
import formbody from '@fastify/formbody';
import Fastify, { type FastifyError, type FastifyInstance, type FastifyRequest } from 'fastify';
import type { Logger } from '../logger.ts';
import type { Metrics } from '../metrics.ts';
import { Problem } from '../problem.ts';
import { createRequestSid } from '../sid.ts';
import { createAdmission, type Resource } from './admission.ts';
import { endConnectionsOnClose, rememberResponse } from './connections.ts';
import { type ErrorReply, writeErrorReply } from './error-reply.ts';
import { refuseUnparsable } from './parser-errors.ts';
import { extensionOf, pathOf, toRoute } from './path.ts';
import { countHosts, hasBody, isForwarded } from './request.ts';

const BODY_LIMIT_BYTES = 64 * 1024;
/** Up to here a body is read to its end first: a client that is still sending may miss an early answer. */
const READ_LIMIT_BYTES = 1024 * 1024;
/** How long a client that was refused may go on sending, so that it comes to read its answer. */
const LINGER_MS = 10_000;
const MAX_HEADER_BYTES = 16 * 1024;
const HEADERS_TIMEOUT_MS = 10_000;
const REQUEST_TIMEOUT_MS = 30_000;
/** How often connections are held against the two: Node's own half minute would double them. */
const TIMEOUT_CHECK_MS = 1000;
const KEEP_ALIVE_TIMEOUT_MS = 65_000;
/** What a client that was refused for now is told to wait, and is made to wait. */
const RETRY_AFTER_SECONDS = 1;
/** Made once: what must be cheap collects no stack. */
const OVERLOADED = new Problem('overloaded');

declare module 'fastify' {
  interface FastifyRequest {
    /** Whether it counts as work in progress. */
    hasBegun: boolean;
  }
  interface FastifyContextConfig {
    /** Whether a server that has too much to do answers this all the same. */
    isAlwaysAnswered?: boolean;
    /** Whether what it mostly does is wait for a turn that it is given elsewhere: that is no work in progress. */
    waitsForTurns?: boolean;
  }
}

export interface ServerOptions {
  logger: Logger;
  metrics: Metrics;
  trustProxy: readonly string[];
  /** What requests wait for besides the processor. */
  resources: readonly Resource[];
  /** Whether clients should turn to another server. */
  isDraining: () => boolean;
  /** Writes an error as a page where a person reads it; undefined elsewhere. */
  writeErrorPage?: WriteErrorPage;
}

type WriteErrorPage = (
  error: unknown,
  request: { target: string; accept: string | undefined; requestId: string },
) => { status: number; headers: Record<string, string>; body: string } | undefined;

/** Makes a server without routes. */
export async function createServer(options: ServerOptions): Promise<FastifyInstance> {
  const { logger, metrics } = options;
  // Its fields are all named below: looking for secrets in them would cost more than the line.
  const requestLog = logger.child({}, { redact: [] });
  const server = Fastify({
    genReqId: createRequestSid,
    rewriteUrl: (request) => toRoute(request.url ?? '/'),
    bodyLimit: READ_LIMIT_BYTES,
    requestTimeout: REQUEST_TIMEOUT_MS,
    keepAliveTimeout: KEEP_ALIVE_TIMEOUT_MS,
    // Host is checked below, so that its absence gets a body like every other refusal.
    http: {
      maxHeaderSize: MAX_HEADER_BYTES,
      headersTimeout: HEADERS_TIMEOUT_MS,
      connectionsCheckingInterval: TIMEOUT_CHECK_MS,
      requireHostHeader: false,
    },
    return503OnClosing: false,
    trustProxy: options.trustProxy.length > 0 ? [...options.trustProxy] : false,
    clientErrorHandler: (error, socket) => refuseUnparsable(error, socket, logger),
    frameworkErrors: (error, request, reply) => {
      reply.header('Twilio-Request-Id', request.id);
      answer(asProblem(error), request, reply);
    },
  });
  await server.register(formbody, { bodyLimit: READ_LIMIT_BYTES, parser: parseForm });
  // Only forms: every other type is refused with 415.
  server.removeContentTypeParser(['application/json', 'text/plain']);

  // The domain checks parameters against the same rules, and knows Twilio's code for each fault.
  server.setValidatorCompiler(() => () => true);

  // Node would answer 417 with an empty body by itself.
  server.server.on('checkExpectation', (request, response) => {
    server.server.emit('request', request, response);
  });

  endConnectionsOnClose(server);

  const admission = createAdmission(options.resources);
  server.decorateRequest('hasBegun', false);
  // Hooks with a callback: every request passes here, and a promise for each would cost more.
  server.addHook('onRequest', (request, reply, done) => {
    rememberResponse(request.raw.socket, reply.raw);
    reply.header('Twilio-Request-Id', request.id);
    if (options.isDraining()) reply.header('Connection', 'close');
    if (countHosts(request) !== 1) {
      reply.header('Connection', 'close');
      return done(
        new Problem('request_malformed', 'The request must have exactly one Host header.'),
      );
    }
    if (request.routeOptions.config.isAlwaysAnswered) return done();
    if (!admission.mayBegin()) return done(OVERLOADED);
    // What still sends its body is no work yet: else whoever sends slowly would keep out the others.
    if (!hasBody(request)) begin(request);
    done();
  });
  server.addHook('preValidation', (request, _, done) => {
    if (hasBody(request) && !request.routeOptions.config.isAlwaysAnswered) begin(request);
    done();
  });
  // Not when the client has read it: whoever reads slowly costs no time either.
  server.addHook('onSend', (request, _, payload, done) => {
    if (request.hasBegun) admission.end();
    request.hasBegun = false;
    done(null, payload);
  });

  function begin(request: FastifyRequest): void {
    if (request.routeOptions.config.waitsForTurns) return;
    request.hasBegun = true;
    admission.begin();
  }

  server.addHook('onResponse', (request, reply, done) => {
    holdBack(request, reply.statusCode);
    const route = request.routeOptions.url ?? 'none';
    const { statusCode: status, elapsedTime } = reply;
    metrics.observeRequest(route, request.method, status, elapsedTime);
    requestLog.info(
      {
        requestId: request.id,
        account: accountOf(request),
        status,
        ms: Math.round(elapsedTime * 10) / 10,
      },
      `${request.method} ${route}`,
    );
    done();
  });

  function answer(error: unknown, request: FastifyRequest, reply: Reply) {
    const problem = asProblem(error);
    const { status } = send(problem, reply, request, options.writeErrorPage);
    // Whoever is overloaded has no time to say so twice: the line of the request does.
    if (status < 500 || problem === OVERLOADED) return;
    logger.error({ requestId: request.id, err: problem }, 'The request failed');
  }

  server.setErrorHandler((error, request, reply) => {
    answer(error, request, reply);
  });
  server.setNotFoundHandler((request, reply) => {
    answer(new Problem('not_found'), request, reply);
  });
  return server;
}

function parseForm(body: string): Record<string, unknown> {
  if (Buffer.byteLength(body) > BODY_LIMIT_BYTES) throw new Problem('body_too_large');
  return parse(body);
}

/** What is needed of a reply: Fastify's own type differs before routing. */
interface Reply {
  code(status: number): unknown;
  header(name: string, value: string): unknown;
  removeHeader(name: string): unknown;
  send(payload?: unknown): unknown;
}

function send(
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
  if (written.status === 413) {
    if (request.raw.complete) reply.header('Connection', 'close');
    else {
      reply.removeHeader('connection');
      discardBody(request);
    }
  }
  // A text is sent as it is: the schema of the route's good answer does not apply.
  reply.send(written.body);
  return written;
}

function withHeaders({ status, contentType, body }: ErrorReply) {
  return { status, headers: { 'content-type': contentType }, body };
}

/**
 * Throws away the rest of a body that was refused. Closing at once would reset the connection under a
 * client that is still sending, and with it the answer (RFC 9112, section 9.6).
 */
function discardBody({ raw }: FastifyRequest): void {
  const timer = setTimeout(() => raw.socket.destroy(), LINGER_MS);
  raw.once('close', () => clearTimeout(timer));
  raw.resume();
}

/**
 * Reads nothing more of a connection for as long as its client was told to wait: to refuse again and
 * again would cost what those are due who did nothing wrong.
 */
function holdBack(request: FastifyRequest, status: number): void {
  if (status !== 429 && status !== 503) return;
  if (request.routeOptions.config.isAlwaysAnswered || isForwarded(request)) return;
  const { raw } = request;
  const hold = () => {
    raw.socket.pause();
    setTimeout(() => raw.socket.resume(), RETRY_AFTER_SECONDS * 1000).unref();
  };
  // Node.js reads the rest of a body before it lets go of the connection.
  if (raw.complete) hold();
  else raw.once('end', hold);
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

/** The account of a route, for the log; the path itself is never logged. */
function accountOf(request: FastifyRequest): string | undefined {
  const { params } = request;
  if (typeof params !== 'object' || params === null || !('AccountSid' in params)) return undefined;
  const sid = String(params.AccountSid);
  return /^AC[0-9a-f]{32}$/i.test(sid) ? sid : undefined;
}
