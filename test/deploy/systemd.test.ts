/** The unit of deploy/systemd, as systemd itself reads and rates it. */

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { promisify } from 'node:util';

const run = promisify(execFile);
const UNIT = join(import.meta.dirname, '../../deploy/systemd/connect-apps.service');
const LACK =
  existsSync('/usr/bin/systemd-analyze') || process.env.CI === 'true'
    ? undefined
    : 'SKIPPED: There is no systemd-analyze here: apt-get install systemd';

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
