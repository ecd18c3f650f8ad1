/** What the documents say and what the code does are the same lists. */

import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { ERRORS } from '../src/http/error-reply.ts';
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
    const metrics = createMetrics();
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

describe('the arrows', () => {
  const files = readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' }).filter(
    (path) => path.endsWith('.ts'),
  );
  const importsOf = (path: string) =>
    [...read(`src/${path}`).matchAll(/from '(\.[^']+)'/g)].map((match) =>
      join(path, '..', match[1] ?? ''),
    );
  const violations = (isWrong: (from: string, to: string) => boolean) =>
    files.flatMap((from) =>
      importsOf(from)
        .filter((to) => isWrong(from, to))
        .map((to) => `${from} -> ${to}`),
    );
  const isRoom = (path: string) =>
    /^(accounts|authorizations|connect-apps|consent|docs|exec|outgoing|sessions|users|webhooks)\//.test(
      path,
    );

  it('http/, pages/ and storage/ import no room, and storage/ not http/', () => {
    assert.deepEqual(
      violations((from, to) => /^(http|pages|storage)\//.test(from) && isRoom(to)),
      [],
    );
    assert.deepEqual(
      violations((from, to) => from.startsWith('storage/') && to.startsWith('http/')),
      [],
    );
  });

  it('only routes, formats, pages/, docs/ and app.ts import http/', () => {
    const mayImport = /(^http\/|^pages\/|^docs\/|\/(routes|format)\.ts$|^app\.ts$)/;
    assert.deepEqual(
      violations((from, to) => to.startsWith('http/') && !mayImport.test(from)),
      [],
    );
  });

  it('nothing imports the command line but main.ts', () => {
    assert.deepEqual(
      violations((from, to) => to.startsWith('cli/') && !/^(cli\/|main\.ts)/.test(from)),
      [],
    );
  });

  it('no room knows which engine it is on', () => {
    const knowing = files.filter((path) => /\.engine\b/.test(read(`src/${path}`)));
    assert.deepEqual(
      knowing.filter((path) => !/^(storage|cli)\//.test(path)),
      ['app.ts', 'data-folder.ts', 'preflight.ts', 'secret-key.ts'],
    );
    const isEngine = (path: string) => /^storage\/(postgres|sqlite)/.test(path);
    assert.ok(files.some(isEngine));
    assert.deepEqual(
      violations((from, to) => isEngine(to) && !/^(storage\/|cli\/|app\.ts$)/.test(from)),
      [],
    );
  });

  it('only config.ts reads the environment', () => {
    const readers = files.filter((path) => /process\.env\b/.test(read(`src/${path}`)));
    assert.deepEqual(readers, ['config.ts']);
  });
});
