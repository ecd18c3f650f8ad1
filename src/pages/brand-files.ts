/** The files of a brand, from our own origin: its logo and its colour. */

import type { FastifyInstance } from 'fastify';
import type { Brand } from './brand.ts';

/** Adds their URLs, which change with their content. */
export function addBrandFiles(server: FastifyInstance, brand: Brand): void {
  const schema = { hide: true };
  for (const { path, type, bytes } of brand.files) {
    server.get(path, { schema }, (_, reply) => {
      // An SVG that is opened by itself is a document: it may neither run nor load anything.
      const policy = "default-src 'none'; style-src 'unsafe-inline'; sandbox";
      reply.headers({
        'content-type': type,
        'cache-control': 'public, max-age=31536000, immutable',
        'content-security-policy': policy,
        'x-content-type-options': 'nosniff',
      });
      reply.send(bytes);
    });
  }
}
