/** `npm version`, and what the release workflow asks before it publishes. */

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { PLACES } from '../../scripts/release.ts';

const ROOT = join(import.meta.dirname, '../..');
const read = (path: string) => readFileSync(path, 'utf8');
const { scripts, version: ownVersion } = JSON.parse(read(join(ROOT, 'package.json')));

describe('npm version', () => {
  let home: string;
  let folder: string;
  before(() => {
    home = mkdtempSync(join(tmpdir(), 'connect-apps-release-'));
    folder = join(home, 'checkout');
    mkdirSync(folder);
    const { preversion, version } = scripts;
    const own = {
      name: 'x',
      version: ownVersion,
      type: 'module',
      scripts: { preversion, version },
    };
    writeFileSync(join(folder, 'package.json'), JSON.stringify(own));
    writeFileSync(
      join(folder, 'CHANGELOG.md'),
      '# Changelog\n\n## Unreleased\n\n- More.\n\n## 0.0.1 (2020-01-01)\n\n- All.\n',
    );
    for (const path of ['scripts/release.ts', ...Object.keys(PLACES)]) {
      cpSync(join(ROOT, path), join(folder, path));
    }
    const git = ['init --quiet', 'add .', 'commit --quiet --message first'];
    for (const words of git) assert.equal(run('git', ...words.split(' ')).status, 0);
  });
  after(() => rmSync(home, { recursive: true, force: true }));

  function run(program: string, ...words: string[]) {
    const author = { NAME: 'Tester', EMAIL: 'tester@example.com' };
    const env = {
      PATH: `${dirname(process.execPath)}${delimiter}${process.env.PATH}`,
      HOME: home,
      ...Object.fromEntries(
        Object.entries(author).flatMap(([name, value]) => [
          [`GIT_AUTHOR_${name}`, value],
          [`GIT_COMMITTER_${name}`, value],
        ]),
      ),
    };
    return spawnSync(program, words, { cwd: folder, env, encoding: 'utf8' });
  }
  const release = (...words: string[]) => run(process.execPath, 'scripts/release.ts', ...words);

  it('tags a commit in which what was unreleased has the version', () => {
    const { status, stderr } = run('npm', 'version', '7.8.9');
    assert.equal(status, 0, stderr);
    assert.equal(run('git', 'tag').stdout, 'v7.8.9\n');
    assert.equal(run('git', 'status', '--porcelain').stdout, '');
    const today = /\d{4}-\d\d-\d\d/;
    assert.equal(
      read(join(folder, 'CHANGELOG.md')).replace(today, 'TODAY'),
      '# Changelog\n\n## Unreleased\n\n## 7.8.9 (TODAY)\n\n- More.\n\n## 0.0.1 (2020-01-01)\n\n- All.\n',
    );
  });

  it('writes the version wherever else it stands', () => {
    for (const [path, pattern] of Object.entries(PLACES)) {
      const found = read(join(folder, path)).match(pattern) ?? [];
      assert.deepEqual([...new Set(found)], ['7.8.9'], path);
      const now = read(join(ROOT, path)).match(pattern) ?? [];
      assert.deepEqual([...new Set(now)], [ownVersion], path);
    }
  });

  it('makes what the workflow accepts, with its section as the notes', () => {
    assert.equal(release('check', 'v7.8.9').status, 0);
    assert.equal(release('notes').stdout, '- More.\n');
  });

  it('makes what the workflow refuses under any other tag', () => {
    const { status, stderr } = release('check', 'v7.9.0');
    assert.equal(status, 1);
    assert.equal(stderr, 'The tag is v7.9.0, but package.json has version 7.8.9.\n');
  });

  it('refuses when there is nothing to release', () => {
    const { status, stderr } = run('npm', 'version', 'patch');
    assert.notEqual(status, 0);
    assert.match(stderr, /CHANGELOG\.md has nothing unreleased\./);
    assert.equal(run('git', 'tag').stdout, 'v7.8.9\n');
  });
});
