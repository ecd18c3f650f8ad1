/**
 * Puts the viewer of /docs under dist/: the one script that its package serves, compressed once, and its
 * licence. Part of `npm run build`, so that the package is not in the production tree.
 */

import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { gzipSync } from 'node:zlib';

const PACKAGE = '@scalar/fastify-api-reference';
const FOLDER = join(import.meta.dirname, '../dist/viewer');

/** Does nothing when this version is there. */
export async function buildViewer(): Promise<void> {
  const folder = join(dirname(fileURLToPath(import.meta.resolve(PACKAGE))), '..');
  const { version }: { version: string } = JSON.parse(
    readFileSync(join(folder, 'package.json'), 'utf8'),
  );
  const mark = join(FOLDER, 'VERSION');
  if (existsSync(mark) && readFileSync(mark, 'utf8') === version) return;
  const { default: fastify } = await import('fastify');
  const { default: viewer } = await import('@scalar/fastify-api-reference');
  const server = fastify();
  await server.register(viewer, { routePrefix: '/docs', configuration: { url: '/openapi.json' } });
  const reply = await server.inject('/docs/js/scalar.js');
  await server.close();
  if (reply.statusCode !== 200) throw new Error(`${PACKAGE} ${version} serves no js/scalar.js`);
  mkdirSync(FOLDER, { recursive: true });
  writeFileSync(join(FOLDER, 'viewer.js.gz'), gzipSync(reply.rawPayload, { level: 9 }));
  writeFileSync(join(FOLDER, 'LICENSE'), readFileSync(join(folder, 'LICENSE')));
  writeFileSync(mark, version);
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) await buildViewer();
