/**
 * Makes routers: what each request passes before and after its route, and its ID, its line of the log and its metrics.
 */

import Fastify, {
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
  type FastifyServerFactory,
} from 'fastify';
import type { Logger } from '../observability/logger.ts';
import type { Metrics } from '../observability/metrics.ts';
import type { Tracing } from '../observability/tracing.ts';
import { Problem } from '../problem.ts';
import type { CreateRequestSid } from '../sid.ts';
import type { Admission } from './admission.ts';
import { type createErrorAnswer, notFound, OVERLOADED } from './answer-error.ts';
import type { Bodies } from './body.ts';
import { takeForms } from './forms.ts';
import { refuseUnparsable } from './parser-errors.ts';
import { toRoute } from './path.ts';
import { countHosts, hasBody } from './request.ts';
import { faultOf } from './request-log.ts';
import { beginSpans } from './request-spans.ts';
import type { UnreadAnswers } from './unread-answers.ts';

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

export interface RouterOptions {
  logger: Logger;
  metrics: Metrics;
  /** What makes a span of each request; there are none without it. */
  tracing: Tracing | undefined;
  createRequestSid: CreateRequestSid;
  trustProxy: readonly string[];
  /** Whether clients should turn to another server. */
  isDraining: () => boolean;
  /** Takes each request that was answered, and what went wrong with it. */
  record?: (request: FastifyRequest, reply: FastifyReply, fault: unknown) => void;
  /** What else sees every request; called before there are routes. */
  addHooks?: ServerHooks;
}

/** Adds hooks to a server that has no routes yet. */
export type ServerHooks = (server: FastifyInstance) => void;

/** What all routes of a server share. */
export interface Shared {
  admission: Admission;
  bodies: Bodies;
  unread: UnreadAnswers;
  logRequest: (request: FastifyRequest, reply: FastifyReply) => void;
  answerError: ReturnType<typeof createErrorAnswer>;
}

/** Makes a router without routes; without a `serverFactory`, requests are handed to its `routing`. */
export function createRouter(
  options: RouterOptions,
  { admission, bodies, unread, logRequest, answerError }: Shared,
  serverFactory?: FastifyServerFactory,
): FastifyInstance {
  const { logger, metrics, createRequestSid } = options;
  const server = Fastify({
    genReqId: createRequestSid,
    rewriteUrl: (request) => toRoute(request.url ?? '/'),
    ...(serverFactory && { serverFactory }),
    return503OnClosing: false,
    trustProxy: options.trustProxy.length > 0 ? [...options.trustProxy] : false,
    clientErrorHandler: (error, socket) =>
      refuseUnparsable(error, socket, { logger, createRequestSid }),
    frameworkErrors: (error, request, reply) => {
      reply.header('Twilio-Request-Id', request.id);
      answerError(error, request, reply);
    },
  });
  takeForms(server, bodies);

  // Schemas are for the description. The domain checks parameters by the same rules, and knows Twilio's code for each
  // fault; formats write just what a schema says. Fastify would compile two functions for every route at each start.
  server.setValidatorCompiler(() => () => true);
  server.setSerializerCompiler(() => JSON.stringify);

  const spans = options.tracing && beginSpans(server, options.tracing, options.trustProxy);
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

  server.setErrorHandler((error, request, reply) => {
    answerError(error, request, reply);
  });
  server.setNotFoundHandler((request, reply) => {
    answerError(notFound(request.originalUrl), request, reply);
  });
  return server;
}
