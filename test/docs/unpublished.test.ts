/** The name connect-apps is free on npm: a document that has npx fetch it would run what a stranger puts there. */

import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { it } from 'node:test';

const ROOT = join(import.meta.dirname, '../..');

it('no document has connect-apps fetched from npm', () => {
  const inFolder = (folder: string) =>
    readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' }).map((name) =>
      join(folder, name),
    );
  const paths = [...readdirSync(ROOT), ...inFolder('docs'), ...inFolder('examples')];
  const fetching = paths
    .filter((path) => path.endsWith('.md'))
    .filter((path) => /npx (--yes|-y) connect-apps/.test(readFileSync(join(ROOT, path), 'utf8')));
  assert.deepEqual(fetching, []);
});
