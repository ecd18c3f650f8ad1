/**
 * How each family of gateways says which request it asks about. Every URL reads exactly one place: a gateway
 * passes the headers of another family on as its client sent them, and a URL that took whichever is there would
 * let the client choose.
 */

import type { IncomingMessage } from 'node:http';
import { countHeaders, credentialsOf } from '../http/credentials.ts';
import { Problem } from '../problem.ts';
import { reasonOf } from '../reason.ts';
import type { Question } from './decision.ts';

/** `direct`: the request itself is to be passed on. */
export type Family = 'forwarded' | 'nginx' | 'envoy' | 'direct';

const HEADERS = {
  forwarded: { method: 'x-forwarded-method', target: 'x-forwarded-uri' },
  nginx: { method: 'x-original-method', target: 'x-original-uri' },
} as const;

/** Envoy adds the whole target of its client to this. */
export const ENVOY_PREFIX = '/connect/v1/decide/envoy';

/** A platform that heeds one of them would do something else than what was decided on. */
const OVERRIDES = ['x-http-method-override', 'x-http-method', 'x-method-override'];

/** The target of the request asked about, also of one that is not asked about well: for the form of the answer. */
export function targetOf(family: Family, { url = '', headers }: IncomingMessage): string {
  if (family === 'direct') return url;
  return family === 'envoy'
    ? url.slice(ENVOY_PREFIX.length)
    : String(headers[HEADERS[family].target] ?? '');
}

/** Reads what is asked; raises `request_malformed`. */
export function readQuestion(family: Family, request: IncomingMessage): Question {
  const { rawHeaders, method = '' } = request;
  if (OVERRIDES.some((name) => countHeaders(rawHeaders, name) > 0)) {
    throw new Problem('request_malformed', 'Send no header that overrides the method.', {
      reason: reasonOf('method_override'),
    });
  }
  const target = targetOf(family, request);
  const credentials = () => credentialsOf(request);
  if (family === 'envoy' || family === 'direct') return { method, target, credentials };
  const names = HEADERS[family];
  const asked = request.headers[names.method];
  const isOnce = [names.method, names.target].every((name) => countHeaders(rawHeaders, name) === 1);
  if (!isOnce || typeof asked !== 'string' || asked === '' || target === '') {
    throw new Problem('request_malformed', 'The gateway must name the request exactly once.', {
      reason: reasonOf('gateway_unclear'),
    });
  }
  return { method: asked, target, credentials };
}
