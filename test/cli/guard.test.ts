/** The guard of the executable: an old Node.js gets a sentence, before anything else is loaded. */

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { it } from 'node:test';

const EXECUTABLE = join(import.meta.dirname, '../../bin/connect-apps.js');

/** A Node.js of this machine that is too old; the one that npm brings is not. */
function findOldNode(): string | undefined {
  const folders = [...(process.env.PATH ?? '').split(delimiter), '/usr/bin', '/usr/local/bin'];
  return folders
    .map((folder) => join(folder, 'node'))
    .filter((path) => existsSync(path))
    .find((path) => {
      const { stdout } = spawnSync(path, ['--version'], { encoding: 'utf8' });
      const [, major = '99', minor = '0'] = /^v(\d+)\.(\d+)/.exec(stdout ?? '') ?? [];
      return Number(major) < 22 || (Number(major) === 22 && Number(minor) < 18);
    });
}

const oldNode = findOldNode();

it('says which Node.js it needs, and exits with 1', {
  skip: oldNode === undefined && 'every Node.js of this machine is new enough',
}, () => {
  const { status, stdout, stderr } = spawnSync(oldNode ?? '', [EXECUTABLE, 'dev'], {
    encoding: 'utf8',
  });
  assert.equal(status, 1);
  assert.equal(stdout, '');
  assert.match(
    stderr,
    /^connect-apps needs Node\.js 22\.18 or newer, but this is \d+\.\d+\.\d+\. [^\n]+\n$/,
  );
});
