/** Code that an earlier run has compiled is taken from a folder that nobody else can write to, or not at all. */

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { isRoot } from '../support/postgres.ts';

const NOBODY = 65_534;

describe('the compile cache', () => {
  let folder: string;
  let cache: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'connect-apps-cache-'));
    cache = join(folder, 'home/.cache/connect-apps');
    cpSync(join(import.meta.dirname, '../../bin'), join(folder, 'bin'), { recursive: true });
    mkdirSync(join(folder, 'dist'));
    mkdirSync(join(folder, 'tmp'));
    writeFileSync(join(folder, 'package.json'), '{"type":"module"}');
    // Instead of the commands: it tells where the cache is.
    const told = "import module from 'node:module';\nconsole.log(module.getCompileCacheDir());\n";
    writeFileSync(join(folder, 'dist/main.js'), told);
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  function run(
    command: string,
    environment: Record<string, string> = { HOME: join(folder, 'home') },
  ) {
    const { stdout, stderr, status } = spawnSync(
      process.execPath,
      [join(folder, 'bin/connect-apps.js'), command],
      { env: { TMPDIR: join(folder, 'tmp'), ...environment }, encoding: 'utf8' },
    );
    assert.equal(status, 0, stderr);
    assert.deepEqual(readdirSync(join(folder, 'tmp')), [], 'nothing in the shared folder');
    return stdout.trim();
  }

  function makeCache(mode = 0o700): void {
    mkdirSync(cache, { recursive: true });
    chmodSync(cache, mode);
  }

  it('lies in the cache folder of the user, readable by him alone', () => {
    assert.ok(run('accounts').startsWith(cache));
    assert.equal(statSync(cache).mode & 0o777, 0o700);
    const elsewhere = join(folder, 'elsewhere');
    assert.ok(run('dev', { XDG_CACHE_HOME: elsewhere }).startsWith(elsewhere));
  });

  it('is not used by serve, nor where there is no folder of the user', () => {
    assert.equal(run('serve'), 'undefined');
    assert.equal(run('accounts', { XDG_CACHE_HOME: 'relative' }), 'undefined');
    assert.equal(run('accounts', { HOME: 'relative' }), 'undefined');
  });

  it('is not used when others can write to it or to the folder around it', () => {
    makeCache(0o770);
    assert.equal(run('accounts'), 'undefined');
    chmodSync(cache, 0o700);
    chmodSync(join(cache, '..'), 0o777);
    assert.equal(run('accounts'), 'undefined');
  });

  it('is not used through a symbolic link', () => {
    mkdirSync(join(folder, 'prepared'), { mode: 0o700 });
    mkdirSync(join(cache, '..'), { recursive: true });
    symlinkSync(join(folder, 'prepared'), cache);
    assert.equal(run('accounts'), 'undefined');
  });

  it('is not used when another user made it', {
    skip: !isRoot() && 'only root can give it away',
  }, () => {
    makeCache();
    chownSync(cache, NOBODY, NOBODY);
    assert.equal(run('accounts'), 'undefined');
  });
});
