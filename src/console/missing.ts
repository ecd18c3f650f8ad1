/**
 * URLs of the console that do not exist. Nobody can tell them from those of operators: who is not signed in is asked
 * to sign in at either, everybody else reads that there is no such page.
 */

import { Problem } from '../problem.ts';
import { sendSignIn } from '../users/routes.ts';
import { findSession } from '../users/session.ts';
import type { Console } from './console.ts';
import { isReading } from './visit.ts';

/** Adds an answer for everything under /console that no other route takes. */
export function addMissingPages({ pages, context }: Console): void {
  pages.server.route({
    method: ['GET', 'POST'],
    url: '/console/*',
    schema: { hide: true },
    async handler(request, reply) {
      const session = await findSession(context, pages.sessionOf(request));
      if (session !== undefined || !isReading(request)) throw new Problem('not_found');
      return sendSignIn(pages, request, reply, request.originalUrl);
    },
  });
}
