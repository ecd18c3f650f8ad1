/** Carries bytes and requests between a client of the proxy and where they go; decides nothing. */

import type { IncomingMessage, ServerResponse } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { type Duplex, pipeline } from 'node:stream';
import { request as httpRequest } from '../node-http.ts';

/** Joins two connections in both directions; when either breaks, or has been gone before, both are. */
export function joinStreams(first: Duplex, second: Duplex): void {
  if (first.destroyed || second.destroyed) {
    first.destroy();
    second.destroy();
    return;
  }
  pipeline(first, second, ignoreBrokenPipe);
  pipeline(second, first, ignoreBrokenPipe);
}

/** By then pipeline() has closed both ends, and there is nobody left to notify. */
function ignoreBrokenPipe(): void {}

/**
 * Sends a request on to `origin`, with `path` in its request line, and the answer back. `onFailure`
 * answers instead when nothing is heard from there.
 */
export function forwardRequest(
  incoming: IncomingMessage,
  response: ServerResponse,
  origin: URL,
  options: { path: string; headers?: Record<string, string>; onAnswer?: () => void },
  onFailure: (error: Error) => void,
): void {
  const request = origin.protocol === 'https:' ? httpsRequest : httpRequest;
  const outgoing = request(origin.origin, {
    method: incoming.method ?? 'GET',
    path: options.path,
    headers: [...endToEnd(incoming.rawHeaders), ...Object.entries(options.headers ?? {}).flat()],
  });
  outgoing.once('response', (answer) => {
    options.onAnswer?.();
    const status = answer.statusCode ?? 502;
    response.writeHead(status, answer.statusMessage, endToEnd(answer.rawHeaders));
    pipeline(answer, response, ignoreBrokenPipe);
  });
  outgoing.once('error', (error) => {
    if (response.headersSent || response.destroyed) response.destroy();
    else onFailure(error);
  });
  response.once('close', () => outgoing.destroy());
  incoming.pipe(outgoing);
}

/** Headers that concern one connection only and are not forwarded (RFC 9110, 7.6.1). */
const HOP_BY_HOP = /^(connection|keep-alive|proxy-.*|upgrade)$/i;

function endToEnd(rawHeaders: string[]): string[] {
  return rawHeaders.flatMap((name, index) => {
    const value = rawHeaders[index + 1];
    const isName = index % 2 === 0;
    return isName && value !== undefined && !HOP_BY_HOP.test(name) ? [name, value] : [];
  });
}
