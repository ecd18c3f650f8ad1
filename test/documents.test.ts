/** What the documents say and what the code does are the same lists. */

import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { ERRORS } from '../src/http/errors.ts';
import { createMetrics } from '../src/observability/metrics.ts';
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

  it('docs/operating.md watches metrics and lines of the log that there are', async () => {
    const guide = read('docs/operating.md');
    const metrics = createMetrics({
      version: '1',
      readState: async () => ({ oldestDueCallbackMs: 0, failedCallbacks: 0, purgedAt: 1 }),
      ofProcess: true,
    });
    metrics.observeRequest('/', 'GET', 200, 1);
    metrics.observeQuery(1);
    const exposed = await metrics.text();
    const named = [...guide.matchAll(/\b(?:connect_apps|nodejs|process)_\w+(?=[{ [])/g)].map(
      ([name]) => name,
    );
    assert.ok(named.length >= 4);
    for (const name of named) assert.ok(exposed.includes(name), `there is no ${name}`);
    const sources = readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' })
      .filter((path) => path.endsWith('.ts'))
      .map((path) => read(`src/${path}`))
      .join();
    const lines = [...guide.matchAll(/the log: `([^`]+)`/g)].map((match) => match[1] ?? '');
    assert.ok(lines.length >= 3);
    for (const line of lines) assert.ok(sources.includes(line), `no line says ${line}`);
  });

  it('docs/decisions has a line for each production dependency', () => {
    const { dependencies } = JSON.parse(read('package.json'));
    const lines = read('docs/decisions/0006-production-dependencies.md');
    const named = [...lines.matchAll(/^- `([^`]+)`/gm)].map((match) => match[1]);
    assert.deepEqual(named, Object.keys(dependencies));
  });
});
