/**
 * Puts the viewer of /docs under dist/: the one script that its package serves, compressed once, and its
 * licence. Part of `npm run build`, so that the package is not in the production tree.
 */

import { createHash } from 'node:crypto';
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
  // What this file does is part of the version.
  const own = createHash('sha256')
    .update(readFileSync(import.meta.filename))
    .digest('hex');
  const made = `${version} ${own}`;
  if (existsSync(mark) && readFileSync(mark, 'utf8') === made) return;
  const { default: fastify } = await import('fastify');
  const { default: viewer } = await import('@scalar/fastify-api-reference');
  const server = fastify();
  await server.register(viewer, { routePrefix: '/docs', configuration: { url: '/openapi.json' } });
  const reply = await server.inject('/docs/js/scalar.js');
  await server.close();
  if (reply.statusCode !== 200) throw new Error(`${PACKAGE} ${version} serves no js/scalar.js`);
  mkdirSync(FOLDER, { recursive: true });
  const script = withStateOfCombobox(reply.body);
  writeFileSync(join(FOLDER, 'viewer.js.gz'), gzipSync(script, { level: 9 }));
  writeFileSync(join(FOLDER, 'LICENSE'), readFileSync(join(folder, 'LICENSE')));
  writeFileSync(mark, made);
}

/**
 * Says of the field of a user name, a `combobox`, that its list is closed, as WAI-ARIA 1.2 requires: the viewer says so
 * only while the list is open. Throws when a version of the viewer has this elsewhere, or has mended it.
 */
function withStateOfCombobox(script: string): string {
  const parts = script.split(STATE_OF_COMBOBOX);
  const [before, isOpen, after] = parts;
  if (parts.length !== 3) throw new Error(`${PACKAGE}: the combobox without a state is not there`);
  return `${before}"aria-expanded":${isOpen}?\`true\`:e.withVariables?\`false\`:void 0${after}`;
}

/** In what the package serves, minified; `e` holds the properties of the field. */
const STATE_OF_COMBOBOX = /"aria-expanded":(\w+\.value)\?`true`:void 0(?=,"aria-invalid":e\.error)/;

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) await buildViewer();
