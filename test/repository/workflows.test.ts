/** What GitHub reads: a mistake in it is otherwise found when a release is under way. */

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { parse } from 'yaml';
import { DEFAULT_URL } from '../../src/cli/exec.ts';
import { blockOf } from '../support/guide.ts';
import { obstacleWithout } from '../support/obstacle.ts';

const ROOT = join(import.meta.dirname, '../..');
const LINTER = join(import.meta.dirname, 'target/actionlint');
const skip = obstacleWithout(LINTER, 'bash test/repository/install.sh');

const read = (path: string) => readFileSync(join(ROOT, path), 'utf8');
const WORKFLOWS = globSync('.github/workflows/*.yml', { cwd: ROOT });

describe('the workflows', () => {
  /** What the linter prints about files, or about a text. */
  function lint(words: readonly string[], input = ''): string {
    const { error, stdout, stderr } = spawnSync(LINTER, words, {
      cwd: ROOT,
      input,
      encoding: 'utf8',
    });
    if (error) throw error;
    return stdout + stderr;
  }

  it('pass actionlint, as does the one of docs/ci.md', { skip }, () => {
    assert.equal(lint(WORKFLOWS), '');
    const guide = blockOf('yaml github', 'ci.md');
    assert.equal(lint(['-'], guide), '');
    assert.match(lint(['-'], guide.replace('steps:', 'step:')), /unexpected key "step"/);
  });

  it('use actions of others by the commit alone, which nobody can move', () => {
    const uses = WORKFLOWS.flatMap((path) => [...read(path).matchAll(/uses: (.+)$/gm)]);
    assert.ok(uses.length > 5);
    for (const [, action = ''] of uses) {
      assert.match(action, /^(?:\.\/|[\w/-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$)/);
    }
  });

  it('may only read, unless a job says otherwise', () => {
    for (const path of WORKFLOWS) {
      assert.deepEqual(parse(read(path)).permissions, { contents: 'read' }, path);
    }
  });
});

it('no form of an issue has two answers of one name', () => {
  for (const path of globSync('.github/ISSUE_TEMPLATE/{bug,feature}.yml', { cwd: ROOT })) {
    const ids = [...read(path).matchAll(/^ +id: (.+)$/gm)].map(([, id]) => id);
    assert.ok(ids.length > 1);
    assert.equal(new Set(ids).size, ids.length, path);
  }
});

it('the dev container has the Node.js of .nvmrc, the port of dev, and packages that CI installs', () => {
  const { image, forwardPorts, onCreateCommand } = JSON.parse(
    read('.devcontainer/devcontainer.json'),
  );
  assert.ok(image.includes(`:${read('.nvmrc').trim()}-`));
  assert.deepEqual(forwardPorts, [Number(new URL(DEFAULT_URL).port)]);
  const [, packages = ''] =
    /apt-get install -y --no-install-recommends (.+)$/.exec(onCreateCommand) ?? [];
  assert.ok(packages);
  for (const name of packages.split(' '))
    assert.match(read('.ci/run'), new RegExp(`missing\\+=\\([^)]*\\b${name}\\b`));
});

it('the update service is told of folders that there are', () => {
  for (const { directory, directories = [directory] } of parse(read('.github/dependabot.yml'))
    .updates) {
    for (const folder of directories) assert.ok(existsSync(join(ROOT, folder)), folder);
  }
});
