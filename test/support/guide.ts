/** The blocks of the guides: tests run them as they stand there. */

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const DOCS = join(import.meta.dirname, '../../docs');

/** The lines of the block that is named so, after its three backticks: a language and a word. */
export function blockOf(name: string, page = 'operating.md'): string {
  const guide = readFileSync(join(DOCS, page), 'utf8');
  const [, lines] = new RegExp(`^\`\`\`${name}\\n([\\s\\S]*?)^\`\`\``, 'm').exec(guide) ?? [];
  assert.ok(lines, `${page} has ${name}`);
  return lines;
}
