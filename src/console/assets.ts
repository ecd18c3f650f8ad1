/** The console's style and script: files that are served as they are, under names that change with them. */

import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { FastifyInstance } from 'fastify';
import { addHashedAsset } from '../pages/compression.ts';

// From dist/, too: they are published where they are.
const FOLDER = new URL('../../src/console/assets/', import.meta.url);

const STYLE = asset('console.css', 'text/css');
/** In the order in which they run. */
const SCRIPTS = ['live.js', 'dialogs.js', 'keys.js'].map((name) => asset(name, 'text/javascript'));

export const CONSOLE_STYLE_PATH = STYLE.path;
export const CONSOLE_SCRIPT_PATHS = SCRIPTS.map(({ path }) => path);

/** Adds their URLs. */
export function addConsoleAssets(server: FastifyInstance): void {
  for (const one of [STYLE, ...SCRIPTS]) addHashedAsset(server, one);
}

function asset(name: string, type: string) {
  const text = readFileSync(new URL(name, FOLDER), 'utf8');
  const digest = createHash('sha256').update(text).digest('hex').slice(0, 12);
  return { path: `/assets/console/${name.replace('.', `-${digest}.`)}`, type, text };
}
