/** The unit of deploy/systemd, as systemd itself reads and rates it. */

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { promisify } from 'node:util';
import { obstacleWithout } from '../support/obstacle.ts';

const run = promisify(execFile);
const UNIT = join(import.meta.dirname, '../../deploy/systemd/connect-apps.service');
const LACK = obstacleWithout('/usr/bin/systemd-analyze', 'apt-get install systemd');

describe('deploy/systemd', { skip: LACK }, () => {
  it('is rated 1.5 or better', async () => {
    const words = ['security', '--offline=true', '--threshold=15', UNIT];
    const { stdout } = await run('systemd-analyze', words);
    assert.match(stdout, /Overall exposure level for connect-apps.service: 1\.[0-5] OK/);
  });

  it('has no line that systemd does not know', async () => {
    const verified = run('systemd-analyze', ['verify', UNIT]);
    const { stderr } = await verified.catch((error: { stderr: string }) => error);
    // The package is not installed where the unit expects it.
    const faults = stderr.split('\n').filter((line) => !/^$|is not executable/.test(line));
    assert.deepEqual(faults, []);
  });
});
