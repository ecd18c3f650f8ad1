/** The credentials that a request claims, before anyone has checked them. */

import type { IncomingMessage } from 'node:http';
import type { FastifyRequest } from 'fastify';
import { type Credentials, notAuthenticated } from '../access/authenticate.ts';
import { Problem } from '../problem.ts';
import { reasonOf } from '../reason.ts';

/**
 * Reads the Authorization header, which must be there once: a proxy and this server could take two of
 * them for two different callers. Raises `not_authenticated`.
 */
export function credentialsOf({
  rawHeaders,
  headers,
}: Pick<IncomingMessage, 'rawHeaders' | 'headers'>): Credentials {
  if (countHeaders(rawHeaders, 'authorization') > 1) {
    throw new Problem('not_authenticated', 'Send exactly one Authorization header.', {
      reason: reasonOf('credentials_twice'),
    });
  }
  const credentials = parseAuthorization(headers.authorization);
  if (credentials === undefined) throw notAuthenticated(reasonOf('credentials_missing'));
  return credentials;
}

/** Reads HTTP Basic (RFC 7617); undefined when there is none. */
export function parseAuthorization(header: string | undefined): Credentials | undefined {
  const [, encoded] = /^basic +([A-Za-z0-9+/]+=*) *$/i.exec(header ?? '') ?? [];
  const pair = encoded === undefined ? '' : Buffer.from(encoded, 'base64').toString('utf8');
  const colon = pair.indexOf(':');
  if (colon === -1) return undefined;
  return { username: pair.slice(0, colon), password: pair.slice(colon + 1) };
}

/**
 * Whether a browser sends this for a page of another site (Fetch Metadata; RFC 6454 for Origin): it adds
 * the credentials that it remembers, so the person at the browser may know nothing of it.
 */
export function isFromAnotherSite({
  headers,
  host,
}: Pick<FastifyRequest, 'headers' | 'host'>): boolean {
  const site = headers['sec-fetch-site'];
  if (site !== undefined && site !== 'same-origin' && site !== 'none') return true;
  const { origin } = headers;
  if (origin === undefined) return false;
  return !URL.canParse(origin) || new URL(origin).host !== host;
}

/** How often a header was sent: Node.js keeps only the first of some. */
export function countHeaders(rawHeaders: readonly string[], name: string): number {
  let count = 0;
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const sent = rawHeaders[index];
    if (sent?.length === name.length && sent.toLowerCase() === name) count += 1;
  }
  return count;
}
