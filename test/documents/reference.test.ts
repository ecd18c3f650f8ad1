/** Pages that repeat what is said elsewhere say the same: references, questions by error text, the tutorial. */

import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { commandsPage, settingsPage } from '../../scripts/write-reference.ts';
import { ERRORS } from '../../src/http/errors.ts';
import { blocksOf, ROOT, readPage } from './pages.ts';

const HOW = 'run node scripts/write-reference.ts';
const textOf = (pattern: string) =>
  globSync(pattern, { cwd: ROOT, exclude: (path) => path.includes('node_modules') })
    .map((path) => readFileSync(join(ROOT, path), 'utf8'))
    .join('\n');

describe('the references', () => {
  it('docs/commands.md is made of the command line', () => {
    assert.ok(readPage('docs/commands.md') === commandsPage(), HOW);
  });

  it('docs/settings.md is made of .env.example', () => {
    assert.ok(readPage('docs/settings.md') === settingsPage(), HOW);
  });

  it('docs/errors.md has every code with its statuses', () => {
    const documented = new Map<string, Set<string>>();
    const rows = readPage('docs/errors.md').matchAll(/^\| ([\d, ]+?) +\| ([\d, ]+?) +\|/gm);
    for (const [, codes = '', statuses = ''] of rows)
      for (const code of codes.split(', ')) documented.set(code, new Set(statuses.split(', ')));
    const real = new Map<string, Set<string>>();
    for (const { code, status } of Object.values(ERRORS))
      real.set(`${code}`, (real.get(`${code}`) ?? new Set()).add(`${status}`));
    const sorted = (codes: Map<string, Set<string>>) =>
      [...codes].map(([code, statuses]) => `${code}: ${[...statuses].sort()}`).sort();
    assert.deepEqual(sorted(documented), sorted(real));
  });
});

it('docs/faq.md quotes errors that there are', () => {
  const sources = textOf('{src,examples}/**/*.{ts,js,py,php}').replace(/'\s*\+\s*'/g, '');
  const quoted = [...readPage('docs/faq.md').matchAll(/^### (.+)$/gm)].map(([, text = '']) => text);
  assert.ok(quoted.length > 15);
  for (const text of quoted)
    if (text !== 'My callback never arrives') assert.ok(sources.includes(text), text);
});

it('docs/tutorial.md shows code of the examples', () => {
  const examples = textOf('examples/{express,flask,php}/*.{js,py,php}');
  const shown = blocksOf('docs/tutorial.md').filter(({ language }) => language !== 'sh');
  assert.equal(shown.length, 9);
  for (const { place, text } of shown)
    assert.ok(examples.includes(text), `${place} is in no example`);
});

it('docs/tutorial.md has the commands of the examples', () => {
  const page = readPage('docs/tutorial.md');
  for (const example of ['express', 'flask', 'php'])
    for (const { place, text } of blocksOf(`examples/${example}/README.md`))
      assert.ok(
        text.split('\n').every((line) => page.includes(line)),
        `${place} differs`,
      );
});

it('docs/security.md names tests that there are', () => {
  const tests = globSync('test/**/*.test.ts', { cwd: ROOT });
  const rows = readPage('docs/security.md').matchAll(/^\| .+ \| .+ \| (.+?) +\|$/gm);
  const named = [...rows].flatMap(([, cell = '']) => {
    let folder = '';
    return [...cell.matchAll(/`([\w/-]+)`/g)].map(([, name = '']) => {
      if (name.includes('/')) folder = name.slice(0, name.indexOf('/') + 1);
      return name.includes('/') ? name : folder + name;
    });
  });
  assert.ok(named.length > 30);
  for (const name of named)
    assert.ok(
      tests.some((test) => test.startsWith(`test/${name}`)),
      `there is no test/${name}`,
    );
});
