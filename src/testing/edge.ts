/** Where a world sees its requests: faults before a route, the journal after it. */

import { setTimeout } from 'node:timers/promises';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Clock } from '../clock.ts';
import { parseAuthorization } from '../http/credentials.ts';
import { ERRORS } from '../http/errors.ts';
import { writeXml } from '../http/formats/xml.ts';
import { extensionOf, pathOf } from '../http/path.ts';
import { pathParameter } from '../http/request.ts';
import { faultOf } from '../http/request-log.ts';
import { Problem } from '../problem.ts';
import { explainReason, reasonOfProblem } from '../reason.ts';
import type { Faults } from './faults.ts';
import type { Failure, Logged } from './types.ts';
import { createBell } from './wait.ts';

/** What still has no answer after it, such as a stream, is ended. */
const FINISH_MS = 1000;

export interface Edge {
  addHooks(server: FastifyInstance): void;
  /** Resolves when no request is under way. */
  settle(): Promise<void>;
}

export interface EdgeParts {
  clock: Clock;
  faults: Faults;
  log: (request: Logged) => void;
}

export function createEdge({ clock, faults, log }: EdgeParts): Edge {
  const underWay = new Set<FastifyRequest>();
  const bell = createBell();
  const describe = (request: FastifyRequest) => describeRequest(request, clock.now());

  return {
    addHooks(server) {
      server.addHook('onRequest', async (request, reply) => {
        underWay.add(request);
        reply.raw.once('close', () => {
          underWay.delete(request);
          bell.ring();
        });
        const how = faults.take(describe(request));
        if (how === undefined) return;
        if (how.delayMs) await setTimeout(how.delayMs);
        if (how.drop) {
          reply.hijack();
          request.raw.destroy();
          log({ ...describe(request), status: null, reason: 'A fault dropped the connection.' });
        } else if (
          how.status !== undefined ||
          how.code !== undefined ||
          how.retryAfter !== undefined
        ) {
          return sendFailure(request, reply, how);
        }
      });
      server.addHook('onResponse', (request, reply, done) => {
        log({ ...describe(request), status: reply.statusCode, ...describeRefusal(request, reply) });
        done();
      });
    },
    async settle() {
      const isDone = () => (underWay.size === 0 ? true : undefined);
      if (await bell.until(isDone, FINISH_MS)) return;
      for (const request of underWay) request.raw.destroy();
      await bell.until(isDone, FINISH_MS);
    },
  };
}

function describeRequest(request: FastifyRequest, now: number): Logged {
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

function describeRefusal(request: FastifyRequest, reply: FastifyReply): Partial<Logged> {
  const ordered = ORDERED.get(request);
  if (ordered !== undefined) return { code: ordered, reason: 'A fault was set for it.' };
  const error = faultOf(request);
  if (error === undefined || reply.statusCode < 400) return {};
  const problem = error instanceof Problem ? error.problem : 'internal';
  const { code, status, message } = ERRORS[problem];
  const reason = (error instanceof Problem && error.reason) || reasonOfProblem(problem);
  // Problems of single parameters have no reason of their own: their sentence says it.
  const isUnexplained = status < 500 && reason === reasonOfProblem('internal');
  const detail = error instanceof Problem ? error.detail : undefined;
  return { code, reason: isUnexplained ? (detail ?? message) : (explainReason(reason) ?? null) };
}

const ORDERED = new WeakMap<FastifyRequest, number>();

function sendFailure(request: FastifyRequest, reply: FastifyReply, how: Failure): FastifyReply {
  const { retryAfter } = how;
  const status = how.status ?? (retryAfter === undefined ? 500 : 429);
  const known = Object.values(ERRORS).find((row) =>
    how.code === undefined ? row.status === status : row.code === how.code,
  );
  const code = how.code ?? known?.code ?? 20500;
  ORDERED.set(request, code);
  const message = known?.message ?? 'A fault of the test';
  const body = { code, message, more_info: `https://www.twilio.com/docs/errors/${code}`, status };
  const isJson = extensionOf(request.originalUrl) === 'json';
  reply.code(status).type(`application/${isJson ? 'json' : 'xml'}; charset=utf-8`);
  if (retryAfter !== undefined) reply.header('Retry-After', String(retryAfter));
  return reply.send(isJson ? JSON.stringify(body) : writeXml('RestException', body));
}
