/**
 * Routes that are made when one of them is first asked for: most tests, and many processes, never ask for a page, and
 * making all of them takes as long as the rest of a start.
 */

import type { IncomingMessage, ServerResponse } from 'node:http';
import type { FastifyInstance } from 'fastify';
import type { Logger } from '../observability/logger.ts';
import { writeErrorReply } from './errors.ts';
import { extensionOf, pathOf } from './path.ts';

export interface Later {
  answer(request: IncomingMessage, response: ServerResponse): void;
  close(): Promise<void>;
}

/** Answers by what `make` resolves with; it is called once. */
export function createLater(logger: Logger, make: () => Promise<FastifyInstance>): Later {
  let making: Promise<FastifyInstance> | undefined;
  let router: FastifyInstance | undefined;
  return {
    answer(request, response) {
      if (router !== undefined) return router.routing(request, response);
      making ??= make();
      making.then(
        (made) => {
          router = made;
          made.routing(request, response);
        },
        (error) => {
          logger.error({ err: error }, 'Routes could not be made');
          const path = pathOf(request.url ?? '/');
          const { status, contentType, body } = writeErrorReply(error, path, extensionOf(path));
          response.writeHead(status, { 'Content-Type': contentType }).end(body);
        },
      );
    },
    close: async () =>
      making?.then(
        (made) => made.close(),
        () => {},
      ),
  };
}
