/**
 * What a request counts for in the budget of its account (rate-limit.ts): about the work that it makes,
 * in units of a GET. docs/api.md has the same table.
 */

import type { FastifyRequest } from 'fastify';
import { sizeOf } from './paging.ts';
import { queryOf } from './request.ts';

/** A durable commit, and about three times the processor time of a GET (docs/performance.md). */
const WRITE = 3;
/** Items that one unit shows. */
const ITEMS_A_UNIT = 50;
/** Items that one unit passes over on the way to a page without a token: an index knows them. */
const PASSED_ITEMS_A_UNIT = 1000;

/** The weight of a request, from its head alone. */
export function weightOf(request: FastifyRequest, isList: boolean): number {
  const { method } = request;
  if (method === 'POST' || method === 'DELETE') return WRITE;
  if (!isList || (method !== 'GET' && method !== 'HEAD')) return 1;
  const { items, passed } = sizeOf(queryOf(request));
  return Math.ceil(items / ITEMS_A_UNIT) + Math.ceil(passed / PASSED_ITEMS_A_UNIT);
}
