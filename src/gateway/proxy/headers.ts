/**
 * The headers of a request on its way to the platform, and of the answer on its way back: in their order and as
 * they were sent, without those that belong to one connection, and without those that a client must not choose.
 */

import type { IncomingMessage } from 'node:http';
import type { Networks } from '../../network.ts';

/** Names and values in turn. */
export type HeaderList = string[];
/** The same as it came from a socket. */
export type RawHeaders = readonly (Buffer | string)[];

/** Those of one connection (RFC 9110, section 7.6.1), and `Expect`, which is answered here. */
const OF_CONNECTION = new Set([
  ...['connection', 'keep-alive', 'proxy-connection', 'proxy-authenticate', 'proxy-authorization'],
  ...['te', 'trailer', 'transfer-encoding', 'upgrade', 'http2-settings', 'expect'],
]);

/**
 * What a platform could take for the word of its gateway, in every spelling that becomes the same variable of
 * CGI: identities, and methods and targets other than those that were decided on.
 */
const SAID_BY_GATEWAYS =
  /^(?:x[^a-z0-9](?:connect[^a-z0-9].*|original[^a-z0-9].*|forwarded[^a-z0-9](?:method|uri)|http[^a-z0-9]method(?:[^a-z0-9]override)?|method[^a-z0-9]override|rewrite[^a-z0-9]url)|twilio[^a-z0-9]request[^a-z0-9]id)$/;

/** Where a request came from: only proxies that the operator trusts may say it. */
const SAID_BY_PROXIES = /^(?:x[^a-z0-9]forwarded[^a-z0-9].*|x[^a-z0-9]real[^a-z0-9]ip|forwarded)$/;

export interface RequestRules {
  /** Headers that the operator adds to every request; a client's own of these names are dropped. */
  added: HeaderList;
  /** The proxies in front of this server. */
  trusted: Networks;
}

/** Returns what makes the headers that the platform gets. */
export function createRequestHeaders({ added, trusted }: RequestRules) {
  const replaced = new Set(added.filter((_, index) => index % 2 === 0).map(canonical));
  /** `identity` is what we say; the credentials pass on only if the platform is to check them. */
  return (
    { rawHeaders, headers, socket }: IncomingMessage,
    identity: Readonly<Record<string, string>>,
    { withCredentials }: { withCredentials: boolean },
  ): HeaderList => {
    const address = socket.remoteAddress ?? '';
    const isTrusted = trusted.includes(address);
    const named = namedBy(headers.connection);
    const kept: HeaderList = [];
    for (let index = 0; index < rawHeaders.length; index += 2) {
      const name = rawHeaders[index] ?? '';
      const lower = name.toLowerCase();
      if (
        OF_CONNECTION.has(lower) ||
        named.has(lower) ||
        SAID_BY_GATEWAYS.test(lower) ||
        (!isTrusted && SAID_BY_PROXIES.test(lower)) ||
        (replaced.size > 0 && replaced.has(canonical(lower))) ||
        // Those of the console, which has the same origin.
        lower === 'cookie' ||
        (lower === 'authorization' && !withCredentials)
      ) {
        continue;
      }
      kept.push(name, rawHeaders[index + 1] ?? '');
    }
    const before = isTrusted ? headers['x-forwarded-for'] : undefined;
    if (before !== undefined) removeAll(kept, 'x-forwarded-for');
    kept.push('X-Forwarded-For', before === undefined ? address : `${before}, ${address}`);
    if (!isTrusted) kept.push('X-Forwarded-Proto', 'http');
    kept.push('Via', '1.1 connect-apps');
    for (const [name, value] of Object.entries(identity)) kept.push(name, value);
    return kept.concat(added);
  };
}

/**
 * The headers of an answer. It has the origin of the console: what a customer has stored at the platform must
 * not run there as a page, nor set cookies.
 */
export function answerHeaders(raw: RawHeaders, requestId: string): HeaderList {
  const all = raw.map(textOf);
  const names = all.filter((_, index) => index % 2 === 0).map((name) => name.toLowerCase());
  const options = names.flatMap((name, at) => (name === 'connection' ? [all[2 * at + 1]] : []));
  const named = namedBy(options.join());
  const kept: HeaderList = [];
  names.forEach((name, at) => {
    if (OF_CONNECTION.has(name) || named.has(name) || name === 'set-cookie') return;
    kept.push(all[2 * at] ?? '', all[2 * at + 1] ?? '');
  });
  if (!names.includes('twilio-request-id')) kept.push('Twilio-Request-Id', requestId);
  kept.push('Content-Security-Policy', 'sandbox', 'X-Content-Type-Options', 'nosniff');
  return kept;
}

/** A name or a value, as Node.js writes it again. */
export function textOf(part: Buffer | string | undefined): string {
  return typeof part === 'string' ? part : (part?.toString('latin1') ?? '');
}

/** The headers that a Connection header names. What frames a message cannot be taken away so. */
function namedBy(connection = ''): ReadonlySet<string> {
  if (/^(?:keep-alive|close|,*)$/i.test(connection)) return NONE;
  const names = connection.split(',').map((name) => name.trim().toLowerCase());
  return new Set(names.filter((name) => name !== 'content-length' && name !== 'host'));
}

const NONE: ReadonlySet<string> = new Set();

function removeAll(list: HeaderList, lower: string): void {
  for (let index = list.length - 2; index >= 0; index -= 2) {
    if (list[index]?.toLowerCase() === lower) list.splice(index, 2);
  }
}

function canonical(name: string): string {
  return name.toLowerCase().replaceAll(/[^a-z0-9]/g, '-');
}
