/** What GitHub reads: a mistake in it is otherwise found when a release is under way. */

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { parse } from 'yaml';

const ROOT = join(import.meta.dirname, '../..');
const TARGET = join(import.meta.dirname, 'target');
const LINTER = join(TARGET, 'actionlint');
const canBeThere = process.env.CI === 'true' && !existsSync(join(TARGET, 'left-out.txt'));
const skip =
  existsSync(LINTER) || canBeThere
    ? false
    : `${LINTER} is not there: run test/repository/install.sh, with Go 1.21 or newer`;

const read = (path: string) => readFileSync(join(ROOT, path), 'utf8');
const WORKFLOWS = globSync('.github/workflows/*.yml', { cwd: ROOT });

describe('the workflows', () => {
  it('pass actionlint', { skip }, () => {
    const { stdout, stderr } = spawnSync(LINTER, WORKFLOWS, { cwd: ROOT, encoding: 'utf8' });
    assert.equal(stdout + stderr, '');
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

describe('the forms of issues', () => {
  for (const path of globSync('.github/ISSUE_TEMPLATE/*.yml', { cwd: ROOT })) {
    if (path.endsWith('config.yml')) continue;
    it(`${path} has what GitHub asks for`, () => {
      const { name, description, body } = parse(read(path));
      assert.ok(name && description);
      const inputs: { type: string; id: string; attributes: { label: string } }[] = body.filter(
        ({ type }: { type: string }) => type !== 'markdown',
      );
      assert.ok(inputs.length > 0);
      assert.equal(new Set(inputs.map(({ id }) => id)).size, inputs.length);
      for (const { type, attributes } of inputs) {
        assert.match(type, /^(?:input|textarea|dropdown|checkboxes)$/);
        assert.ok(attributes.label);
      }
    });
  }
});

it('the update service is told of folders that there are', () => {
  for (const { directory, directories = [directory] } of parse(read('.github/dependabot.yml'))
    .updates) {
    for (const folder of directories) assert.ok(existsSync(join(ROOT, folder)), folder);
  }
});
