/**
 * The HTTP server: its listener, and which routes answer a request. Those of the API are there from the start; the
 * others are made when one of them is first asked for. It knows no resource.
 */

import type { IncomingMessage } from 'node:http';
import type { FastifyInstance } from 'fastify';
import { createAdmission, type Resource } from './admission.ts';
import { createErrorAnswer, type WriteErrorPage } from './answer-error.ts';
import { createBodies } from './body.ts';
import { endConnectionsOnClose } from './connections.ts';
import { createLater } from './later.ts';
import { createNodeServer, type PassOn } from './node-server.ts';
import { API_METHODS } from './other-methods.ts';
import { API_ROOT, toRoute } from './path.ts';
import { createRequestLog } from './request-log.ts';
import { createRouter, type RouterOptions } from './router.ts';
import { limitUnreadAnswers } from './unread-answers.ts';

export interface ServerOptions extends RouterOptions {
  /** Whether a person reads the log of requests. */
  isLogForPerson: boolean;
  /** What requests wait for besides the processor. */
  resources: readonly Resource[];
  /** Answers what is not the server's own; absent: nothing is. */
  passOn?: PassOn | undefined;
  /** Writes an error as a page where a person reads it; undefined elsewhere. */
  writeErrorPage?: WriteErrorPage;
  /** Adds the routes of what the returned server has no route for, when that is first asked for. */
  addLater: (later: FastifyInstance) => Promise<void>;
}

/** Makes a server without routes. */
export function createServer(options: ServerOptions): FastifyInstance {
  const { logger, createRequestSid } = options;
  const { httpServer, connections, handle, readyCount } = createNodeServer({
    logger,
    createRequestSid,
    passOn: options.passOn,
  });
  const shared = {
    admission: createAdmission(options.resources, readyCount),
    bodies: createBodies(),
    unread: limitUnreadAnswers(httpServer, connections),
    logRequest: createRequestLog(logger, { isForPerson: options.isLogForPerson }),
    answerError: createErrorAnswer(logger, options.writeErrorPage),
  };
  const later = createLater(logger, async () => {
    const router = createRouter(options, shared);
    await options.addLater(router);
    await router.ready();
    return router;
  });
  const server = createRouter(options, shared, (answer) => {
    handle((request, response) => {
      if (isForNow(request)) answer(request, response);
      else later.answer(request, response);
    });
    return httpServer;
  });
  endConnectionsOnClose(server, connections);
  server.addHook('onClose', () => later.close());

  function isForNow({ method = '', url = '/' }: IncomingMessage): boolean {
    if (API_METHODS.includes(method) && url.startsWith(API_ROOT)) return true;
    return server.findRoute({ method, url: toRoute(url) }) !== null;
  }
  return server;
}
