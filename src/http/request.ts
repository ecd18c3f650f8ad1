/** What a request holds, as typed values: head, path, query and form parameters. All are untrusted. */

import type { IncomingMessage } from 'node:http';
import type { FastifyRequest } from 'fastify';
import { type Parameters, pickParameters } from '../parameter.ts';

/** Whether its head announces a body. */
export function hasBody({ headers }: FastifyRequest): boolean {
  return headers['content-length'] !== undefined || headers['transfer-encoding'] !== undefined;
}

/** How many Host headers it has: exactly one is right. */
export function countHosts({ rawHeaders, httpVersionMinor }: IncomingMessage): number {
  let count = 0;
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const name = rawHeaders[index];
    if (name?.length === 4 && name.toLowerCase() === 'host') count += 1;
  }
  // HTTP/1.0 (RFC 1945) has no Host.
  return count === 0 && httpVersionMinor === 0 ? 1 : count;
}

/** A part of the path; empty when the route has no such part. */
export function pathParameter(request: FastifyRequest, name: string): string {
  const { params } = request;
  if (typeof params !== 'object' || params === null) return '';
  return String(Reflect.get(params, name) ?? '');
}

/** The query parameters. */
export function queryOf(request: FastifyRequest): Parameters {
  const parameters: Record<string, string | string[]> = {};
  for (const [name, value] of Object.entries(objectOf(request.query))) {
    if (typeof value === 'string') parameters[name] = value;
    else if (Array.isArray(value)) parameters[name] = value.map(String);
  }
  return parameters;
}

/** The parameters of the form in the body with these names, as `pickParameters` takes them. */
export function formOf(request: FastifyRequest, names: readonly string[]): Parameters {
  return pickParameters(objectOf(request.body), names);
}

function objectOf(source: unknown): object {
  return typeof source === 'object' && source !== null ? source : {};
}
