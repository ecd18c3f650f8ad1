/** /openapi.json, generated from the schemas of the routes, and /docs, which shows it. */

import { gzipSync } from 'node:zlib';
import type { FastifyInstance, RouteOptions } from 'fastify';
import type { Brand } from '../pages/brand.ts';
import { completeDescription } from './description.ts';
import { describeRoutes } from './openapi.ts';
import { documentationPage } from './page.ts';
import { DEFAULT_ORIGIN } from './samples/samples.ts';
import {
  DOCUMENT_PATH,
  makeViewer,
  PLAIN_PAGE_PATH,
  type Viewer,
  type ViewerCredentials,
  viewerPolicy,
} from './viewer.ts';

const PAGE_HEADERS = {
  'content-type': 'text/html; charset=utf-8',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
};
const plainPolicy = ({ logoOrigin = '' }: Brand) =>
  `default-src 'none'; style-src 'self'; img-src ${`'self' ${logoOrigin}`.trim()}; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`;
const ASSET_HEADERS = {
  // Every browser takes it, and nothing else is kept.
  'content-encoding': 'gzip',
  'cache-control': 'public, max-age=31536000, immutable',
  'x-content-type-options': 'nosniff',
};

export interface DocumentationOptions {
  /** Where the API is. */
  api: FastifyInstance;
  /** The routes to describe. */
  routes: readonly RouteOptions[];
  /** The origin that clients see, when it is known. */
  publicUrl: string | undefined;
  brand: Brand;
  /** What the viewer offers to sign in with: on a development server alone. */
  credentials?: ViewerCredentials | undefined;
}

/** Adds the description, the viewer, and the page without script. */
export function addDocumentationRoutes(
  server: FastifyInstance,
  options: DocumentationOptions,
): void {
  const { brand } = options;
  const schema = { hide: true };
  let made: Promise<Documents> | undefined;
  // Made when it is first asked for: all routes are there by then, and none comes later.
  const documents = () => {
    made ??= makeDocuments(options);
    return made;
  };
  server.get(DOCUMENT_PATH, { schema }, async (request, reply) => {
    const { json, compressedJson } = await documents();
    reply.type('application/json; charset=utf-8').header('vary', 'accept-encoding');
    if (!/\bgzip\b(?!;\s*q=0(\.0*)?(,|$))/.test(request.headers['accept-encoding'] ?? '')) {
      return reply.send(json);
    }
    return reply.header('content-encoding', 'gzip').send(compressedJson);
  });
  server.get('/docs', { schema }, async (_, reply) => {
    const { viewer } = await documents();
    if (viewer === undefined) return reply.redirect(PLAIN_PAGE_PATH);
    return reply
      .headers({ ...PAGE_HEADERS, 'content-security-policy': viewerPolicy(brand) })
      .send(viewer.page);
  });
  server.get(PLAIN_PAGE_PATH, { schema }, async (_, reply) => {
    const { page } = await documents();
    return reply
      .headers({ ...PAGE_HEADERS, 'content-security-policy': plainPolicy(brand) })
      .send(page);
  });
  server.get('/docs/assets/:name', { schema }, async (request, reply) => {
    const { viewer } = await documents();
    const asset = viewer?.assets.get(request.url);
    if (asset === undefined) return reply.callNotFound();
    const type = request.url.endsWith('.css') ? 'text/css' : 'text/javascript';
    return reply.headers(ASSET_HEADERS).type(`${type}; charset=utf-8`).send(asset);
  });
}

interface Documents {
  json: string;
  compressedJson: Buffer;
  page: string;
  viewer: Viewer | undefined;
}

async function makeDocuments({
  api,
  routes,
  publicUrl,
  brand,
  credentials,
}: DocumentationOptions): Promise<Documents> {
  // What listens on every address answers on this one, too.
  const origin = publicUrl ?? (api.server.listening ? api.listeningOrigin : DEFAULT_ORIGIN);
  const description = completeDescription(await describeRoutes(routes), { publicUrl, origin });
  const json = JSON.stringify(description);
  return {
    json,
    compressedJson: gzipSync(json),
    page: String(await documentationPage(description, brand)),
    viewer: await makeViewer(brand, credentials),
  };
}
