/** What the documents say and what the code does are the same lists. */

import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { ERRORS } from '../src/http/errors.ts';
import { SETTING_NAMES } from '../src/server/config.ts';

const root = join(import.meta.dirname, '..');
const read = (path: string) => readFileSync(join(root, path), 'utf8');

describe('the documents', () => {
  it('.env.example names every setting and no other', () => {
    const names = [...read('.env.example').matchAll(/^# CONNECT_APPS_([A-Z_]+)=/gm)].map(
      (match) => match[1],
    );
    assert.deepEqual(names.toSorted(), SETTING_NAMES.toSorted());
  });

  it('docs/api.md lists every error with its status, code and message', () => {
    const documented = [
      ...read('docs/api.md').matchAll(/^\| (\w+) +\| (\d+) +\| (\d+) +\| (.+?) +\|$/gm),
    ];
    assert.deepEqual(
      documented.map(([, name, status, code, message]) => `${name} ${status} ${code} ${message}`),
      Object.entries(ERRORS).map(
        ([name, row]) => `${name} ${row.status} ${row.code} ${row.message}`,
      ),
    );
  });

  it('docs/observability.md looks for lines of the log that there are', () => {
    const guide = read('docs/observability.md');
    const sources = readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' })
      .filter((path) => path.endsWith('.ts'))
      .map((path) => read(`src/${path}`))
      .join();
    const codes = [...guide.replace(/^```[\s\S]*?^```/gm, '').matchAll(/`([^`\n]+)`/g)];
    const lines = codes
      .map(([, code = '']) => code)
      .filter((code) => /^([A-Z][a-z]*|no) [a-z]/.test(code) && !code.includes('http://'));
    assert.ok(lines.length >= 8);
    for (const line of lines) assert.ok(sources.includes(line), `no line says ${line}`);
  });

  it('docs/decisions has a line for each production dependency', () => {
    const { dependencies } = JSON.parse(read('package.json'));
    const lines = read('docs/decisions/0006-production-dependencies.md');
    const named = [...lines.matchAll(/^- `([^`]+)`/gm)].map((match) => match[1]);
    assert.deepEqual(named, Object.keys(dependencies));
  });
});
