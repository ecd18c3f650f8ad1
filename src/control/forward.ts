/** Hands a request to the world it belongs to, on that world's own port, and the answer back as it is. */

import type { IncomingMessage, ServerResponse } from 'node:http';
import { pipeline } from 'node:stream';
import { Agent, request as send } from '../node-http.ts';
import type { OpenWorld } from '../testing/world.ts';
import { WORLD_COOKIE } from './worlds.ts';

/** What concerns one connection (RFC 9110, section 7.6.1), and not the request. */
const OF_CONNECTION = ['connection', 'keep-alive', 'transfer-encoding', 'upgrade'];

export interface Forwarder {
  /** With `authorization`, the world gets that instead of what came. */
  forward(
    world: OpenWorld,
    request: IncomingMessage,
    response: ServerResponse,
    authorization?: string,
  ): void;
  close(): void;
}

export function createForwarder(): Forwarder {
  const agent = new Agent({ keepAlive: true });
  return {
    forward(world, request, response, authorization) {
      const { method, url = '/' } = request;
      const { hostname, port } = new URL(world.url);
      const replaced = authorization === undefined ? [] : ['authorization'];
      const headers = without([...OF_CONNECTION, ...replaced], request.rawHeaders);
      if (authorization !== undefined) headers.push('Authorization', authorization);
      if (request.headers['transfer-encoding']) headers.push('Transfer-Encoding', 'chunked');
      const forwarded = send({ agent, hostname, port, method, path: url, headers, setHost: false });
      forwarded.on('response', (answer) => {
        const given = without(OF_CONNECTION, answer.rawHeaders);
        // A browser that begins at a consent page has nothing else that names the world on the pages after it.
        if (url.startsWith('/authorize/')) {
          given.push('Set-Cookie', `${WORLD_COOKIE}=${world.id}; Path=/; HttpOnly; SameSite=Lax`);
        }
        response.writeHead(answer.statusCode ?? 502, given);
        pipeline(answer, response, () => {});
      });
      forwarded.on('error', () => response.destroy());
      response.on('close', () => forwarded.destroy());
      pipeline(request, forwarded, () => {});
    },
    close: () => agent.destroy(),
  };
}

function without(names: readonly string[], rawHeaders: readonly string[]): string[] {
  const kept: string[] = [];
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const [name = '', value = ''] = rawHeaders.slice(index, index + 2);
    if (!names.includes(name.toLowerCase())) kept.push(name, value);
  }
  return kept;
}
