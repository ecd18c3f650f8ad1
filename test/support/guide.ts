/** The blocks of docs/operating.md: tests run them as they stand there. */

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const GUIDE = readFileSync(join(import.meta.dirname, '../../docs/operating.md'), 'utf8');

/** The lines of the block that is named so, after its three backticks: a language and a word. */
export function blockOf(name: string): string {
  const [, lines] = new RegExp(`^\`\`\`${name}\\n([\\s\\S]*?)^\`\`\``, 'm').exec(GUIDE) ?? [];
  assert.ok(lines, `the guide has ${name}`);
  return lines;
}
