/**
 * From the text of somebody else's URL to what is connected to and what is asked there. Only the
 * WHATWG URL parser decides which host a text names; no other reading of it is ever used.
 */

import { unescape as decodePercent } from 'node:querystring';
import { type Failure, failure } from './outcome.ts';

export interface Target {
  origin: string;
  isSecure: boolean;
  /** A name in lower case, or an address without brackets. */
  hostname: string;
  port: number;
  /** Path and query exactly as they were written: they are what was signed. */
  path: string;
  /** The value of the Authorization header for the URL's user-info (RFC 7617). */
  authorization: string | undefined;
}

const ASCII_WITHOUT_BACKSLASH = /^[!-[\]-~]+$/;
const PATH_AND_QUERY = /^https?:\/\/[^/?#]+([^#]*)/i;

// Never a web server: Docker, etcd, databases and caches, where a request can do harm by itself.
const SERVICE_PORTS = [2375, 2376, 2379, 2380, 3306, 5432, 6379, 11211, 27017];

/** Parses the URL of a receiver, or explains why nothing is sent to it. */
export function parseTarget(text: string): Target | Failure {
  const url = URL.parse(text);
  if (url === null) return failure('url_invalid');
  if (url.protocol !== 'http:' && url.protocol !== 'https:') return failure('scheme_forbidden');
  const path = PATH_AND_QUERY.exec(text)?.[1];
  if (path === undefined || !ASCII_WITHOUT_BACKSLASH.test(text)) return failure('url_invalid');
  const isSecure = url.protocol === 'https:';
  const port = Number(url.port || (isSecure ? 443 : 80));
  if (!isAllowedPort(port)) return failure('port_forbidden');
  return {
    origin: url.origin,
    isSecure,
    hostname: url.hostname.replace(/^\[(.*)\]$/, '$1'),
    port,
    path: path.startsWith('/') ? path : `/${path}`,
    authorization: basicAuthorization(url),
  };
}

function isAllowedPort(port: number): boolean {
  return port === 80 || port === 443 || (port >= 1024 && !SERVICE_PORTS.includes(port));
}

function basicAuthorization({ username, password }: URL): string | undefined {
  if (username === '' && password === '') return undefined;
  const credentials = `${decodePercent(username)}:${decodePercent(password)}`;
  return `Basic ${Buffer.from(credentials).toString('base64')}`;
}
