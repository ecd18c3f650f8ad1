/**
 * Marks a request that a stand-in answers: a header says so, and the log and the record of requests name its own
 * pattern instead of the wildcard of its route.
 */

import type { FastifyReply, FastifyRequest } from 'fastify';
import { STAND_IN } from '../requests/request.ts';

const HEADER = 'connect-apps-stand-in';

export interface StandInMark {
  /** The collection, such as `Messages`. */
  type: string;
  /** Below the account, such as `/Messages/:Sid`. */
  pattern: string;
  /** The SID of the one that the path names. */
  sid: string | undefined;
}

const marks = new WeakMap<FastifyRequest, StandInMark>();

/** Marks a request and its answer. */
export function markStandIn(request: FastifyRequest, reply: FastifyReply, mark: StandInMark): void {
  marks.set(request, mark);
  reply.header(HEADER, mark.type);
}

/** The mark of a request; undefined when no stand-in answers it. */
export function standInOf(request: FastifyRequest): StandInMark | undefined {
  return marks.get(request);
}

/** The pattern of the route that answers a request, a stand-in's with the words that say so. */
export function routeOf(request: FastifyRequest): string | undefined {
  const { url } = request.routeOptions;
  const mark = marks.get(request);
  return mark === undefined ? url : url?.replace(/\/\*$/, mark.pattern + STAND_IN);
}
