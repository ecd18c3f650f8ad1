/** A project with vitest and jest, installed as its author would: both run the same tests of a world. */

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { cp, mkdtemp, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { promisify } from 'node:util';

const run = promisify(execFile);
const ROOT = join(import.meta.dirname, '../..');

describe('a world in other runners', () => {
  let folder: string;
  let obstacle: string | undefined;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'connect-apps-runners-'));
    await cp(join(import.meta.dirname, 'runners'), folder, { recursive: true });
    const words = ['install', '--no-audit', '--no-fund', '--ignore-scripts'];
    await run('npm', words, { cwd: folder }).catch((error: Error) => {
      if (process.env.CI === 'true') throw error;
      obstacle = 'vitest and jest could not be installed';
    });
    if (obstacle !== undefined) return;
    await symlink(ROOT, join(folder, 'node_modules/connect-apps'));
  });
  after(() => rm(folder, { recursive: true, force: true }));

  async function outputOf(words: readonly string[]): Promise<string> {
    // Without what a test runner of Node.js tells its children.
    const { NODE_TEST_CONTEXT: _, ...env } = process.env;
    const { stdout, stderr } = await run(process.execPath, words, { cwd: folder, env });
    return stdout + stderr;
  }

  it('vitest', async (t) => {
    if (obstacle !== undefined) return t.skip(obstacle);
    const output = await outputOf(['node_modules/vitest/vitest.mjs', 'run', '--globals']);
    assert.match(output, /2 passed/);
  });

  it('jest', async (t) => {
    if (obstacle !== undefined) return t.skip(obstacle);
    const words = ['--experimental-vm-modules', 'node_modules/jest/bin/jest.js'];
    assert.match(await outputOf(words), /Tests: +2 passed/);
  });
});
