/** The files that GitHub, GitLab and Compose read, in the repository and in the guides, held to their schemas. */

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { globSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { parse } from 'yaml';
import { blockOf } from '../support/guide.ts';
import { obstacleWithout } from '../support/obstacle.ts';

const ROOT = join(import.meta.dirname, '../..');
const CHECKER = join(import.meta.dirname, '.venv/bin/check-jsonschema');
const skip = obstacleWithout(CHECKER, 'bash test/repository/install.sh');

/** What each schema is for: files of the repository, and blocks of the guides. */
const FILES = {
  'github-workflows': ['.github/workflows/*.yml'],
  'github-actions': ['action.yml'],
  'github-issue-forms': ['.github/ISSUE_TEMPLATE/{bug,feature}.yml'],
  'github-issue-config': ['.github/ISSUE_TEMPLATE/config.yml'],
  dependabot: ['.github/dependabot.yml'],
  'compose-spec': ['compose.yaml', 'deploy/compose/*.yaml'],
} as const;
const STEPS = JSON.stringify(parse(blockOf('yaml action', 'testing.md')).steps);
const BLOCKS = {
  'the workflow of docs/ci.md': ['github-workflows', blockOf('yaml github', 'ci.md')],
  'the steps of docs/testing.md': [
    'github-workflows',
    `{"on": "push", "jobs": {"test": {"runs-on": "ubuntu-24.04", "steps": ${STEPS}}}}`,
  ],
  'the job of docs/ci.md': ['gitlab-ci', blockOf('yaml gitlab', 'ci.md')],
  'the services of docs/ci.md': ['compose-spec', blockOf('yaml compose', 'ci.md')],
  'the service of docs/containers.md': ['compose-spec', blockOf('yaml app', 'containers.md')],
} as const;

/** What a schema has against files, or against a text; nothing when it takes them. */
function faultsOf(schema: string, words: readonly string[], input = ''): string {
  const all = ['--builtin-schema', `vendor.${schema}`, '--default-filetype', 'yaml', ...words];
  const { error, status, stdout, stderr } = spawnSync(CHECKER, all, {
    cwd: ROOT,
    input,
    encoding: 'utf8',
  });
  if (error) throw error;
  return status === 0 ? '' : stdout + stderr;
}

describe('the schema', { skip }, () => {
  for (const [schema, patterns] of Object.entries(FILES)) {
    it(`${schema} takes ${patterns.join(' and ')}`, () => {
      const files = patterns.flatMap((pattern) => globSync(pattern, { cwd: ROOT }));
      assert.ok(files.length >= patterns.length);
      assert.equal(faultsOf(schema, files), '');
      assert.match(faultsOf(schema, ['-'], 'no: [such, file]'), /Schema validation errors/);
    });
  }

  for (const [what, [schema, text]] of Object.entries(BLOCKS)) {
    it(`${schema} takes ${what}`, () => {
      assert.equal(faultsOf(schema, ['-'], text), '');
    });
  }
});
