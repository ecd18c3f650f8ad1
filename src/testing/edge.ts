/** Where a world sees its requests: faults before a route, the journal after it. */

import { setTimeout } from 'node:timers/promises';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Clock } from '../clock.ts';
import { ERRORS } from '../http/errors.ts';
import { writeXml } from '../http/formats/xml.ts';
import { extensionOf } from '../http/path.ts';
import { describeAnswer, describeRequest } from './described.ts';
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
        const code = ORDERED.get(request);
        const answer =
          code === undefined
            ? describeAnswer(request, reply)
            : { status: reply.statusCode, code, reason: 'A fault was set for it.' };
        log({ ...describe(request), ...answer });
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

/** The code of a failure that a fault ordered. */
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
