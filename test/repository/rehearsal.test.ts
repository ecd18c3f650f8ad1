/** A release as .github/workflows/release.yml makes it, up to what it publishes: its lines run in a clone. */

import assert from 'node:assert/strict';
import { execFile, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { after, before, it } from 'node:test';
import { promisify } from 'node:util';
import { parse } from 'yaml';
import { bringNpm } from '../support/npm.ts';

const ROOT = join(import.meta.dirname, '../..');
/** On the file system of the checkout, whose packages it shares. */
const SCRATCH = join(ROOT, '.tmp');
const TAG = 'v99.0.0';

let folder: string;
let clone: string;
let npm: string;
before(async () => {
  mkdirSync(SCRATCH, { recursive: true });
  folder = mkdtempSync(join(SCRATCH, 'rehearsal-'));
  clone = join(folder, 'clone');
  mkdirSync(clone);
  npm = await bringNpm(folder);
});
after(() => rmSync(folder, { recursive: true, force: true }));

/** Runs lines in the clone as GitHub does, and fails with what they print. */
async function run(lines: string): Promise<void> {
  const env = {
    ...Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^npm_/.test(name))),
    PATH: [npm, dirname(process.execPath), process.env.PATH].join(delimiter),
    GITHUB_REF_NAME: TAG,
    GITHUB_SERVER_URL: 'https://github.com',
    GITHUB_REPOSITORY: 'Example/connect-apps',
    GIT_AUTHOR_NAME: 'Tester',
    GIT_AUTHOR_EMAIL: 'tester@example.com',
    GIT_COMMITTER_NAME: 'Tester',
    GIT_COMMITTER_EMAIL: 'tester@example.com',
    // The checkout may belong to somebody else.
    GIT_CONFIG_COUNT: '1',
    GIT_CONFIG_KEY_0: 'safe.directory',
    GIT_CONFIG_VALUE_0: '*',
  };
  await promisify(execFile)('bash', ['-eo', 'pipefail', '-c', lines], { cwd: clone, env });
}

it('packs what the tag names, with its notes and an inventory', async () => {
  await run(`git clone --quiet ${ROOT} . && cp -al ${ROOT}/node_modules . && npm version ${TAG}`);
  const workflow = parse(readFileSync(join(clone, '.github/workflows/release.yml'), 'utf8'));
  const steps: { run?: string }[] = workflow.jobs.package.steps;
  const lines = steps.flatMap((step) => step.run ?? []);
  const published = lines.findIndex((line) => line.startsWith('npm publish'));
  assert.ok(published > 0);
  for (const line of lines.slice(0, published)) if (line !== 'npm ci') await run(line);

  const files = readdirSync(join(clone, 'release'));
  assert.deepEqual(files.toSorted(), ['connect-apps-99.0.0.tgz', 'notes.md', 'sbom.cdx.json']);
  const packed = spawnSync(
    'tar',
    ['xzOf', 'release/connect-apps-99.0.0.tgz', 'package/package.json'],
    {
      cwd: clone,
      encoding: 'utf8',
    },
  );
  const { version, repository } = JSON.parse(packed.stdout);
  assert.equal(version, '99.0.0');
  assert.deepEqual(repository, {
    type: 'git',
    url: 'git+https://github.com/Example/connect-apps.git',
  });
  assert.match(readFileSync(join(clone, 'release/notes.md'), 'utf8'), /^### /m);
  const { components } = JSON.parse(readFileSync(join(clone, 'release/sbom.cdx.json'), 'utf8'));
  const names = components.map(({ name }: { name: string }) => name);
  assert.ok(names.includes('connect-apps') && names.includes('better-sqlite3'));
});
