/** Compression: of pages when they are sent, of assets once when the server starts. */

import { promisify } from 'node:util';
import { gzip, gzipSync } from 'node:zlib';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';

/** Less than this fits into a few packets anyway. */
const MIN_BYTES = 4096;
const compress = promisify(gzip);

/** Sends a body, compressed when it is large and its client takes that. */
export async function sendCompressed(reply: FastifyReply, body: Buffer): Promise<FastifyReply> {
  if (body.length < MIN_BYTES) return reply.send(body);
  reply.header('vary', 'accept-encoding');
  if (!takesGzip(reply.request)) return reply.send(body);
  return reply.header('content-encoding', 'gzip').send(await compress(body));
}

/** Adds an asset whose path changes with its text, so that browsers may keep it for ever. */
export function addHashedAsset(
  server: FastifyInstance,
  { path, type, text }: { path: string; type: string; text: string },
): void {
  const compressed = gzipSync(text, { level: 9 });
  const headers = {
    'content-type': `${type}; charset=utf-8`,
    'cache-control': 'public, max-age=31536000, immutable',
    'x-content-type-options': 'nosniff',
    vary: 'accept-encoding',
  };
  server.get(path, { schema: { hide: true } }, (request, reply) => {
    reply.headers(headers);
    if (!takesGzip(request)) return reply.send(text);
    return reply.header('content-encoding', 'gzip').send(compressed);
  });
}

function takesGzip({ headers }: FastifyRequest): boolean {
  const accepted = headers['accept-encoding'];
  return /(?:^|[,\s])gzip\s*(?:,|$|;\s*q=(?:1|0\.0*[1-9]))/.test(String(accepted ?? ''));
}
