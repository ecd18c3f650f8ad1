/** `node test/ha/up.ts`, which people start to try the group: it leaves nothing behind. */

import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { chmodSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import pg from 'pg';
import { processesIn } from '../support/children.ts';
import { ended } from '../support/cli.ts';
import { until } from '../support/until.ts';
import { GROUP_OBSTACLE } from './group.ts';

const UP = join(import.meta.dirname, 'up.ts');
const START_MS = 120_000;

describe('node test/ha/up.ts', { skip: GROUP_OBSTACLE }, () => {
  /** Starts it with a folder of its own for whatever it makes. */
  function start(t: TestContext) {
    const folder = mkdtempSync(join(tmpdir(), 'connect-apps-up-'));
    // The group works as another user.
    chmodSync(folder, 0o755);
    const child = spawn(process.execPath, [UP], {
      env: { ...process.env, TMPDIR: folder },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let said = '';
    child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
      said += chunk;
    });
    t.after(async () => {
      child.kill('SIGTERM');
      await ended(child);
      rmSync(folder, { recursive: true, force: true });
    });
    return { child, folder, url: () => /^CONNECT_APPS_DATABASE_URL=(\S+)$/m.exec(said)?.[1] };
  }

  async function checkLeavesNothing(child: ChildProcess, folder: string): Promise<void> {
    child.kill('SIGINT');
    assert.equal(await ended(child), 0);
    assert.deepEqual(processesIn(folder), []);
    assert.deepEqual(readdirSync(folder), []);
  }

  it('prints the URL of a database, and leaves nothing behind after Ctrl-C', async (t) => {
    const { child, folder, url } = start(t);
    await until('it prints a URL', () => url() !== undefined, START_MS);
    const client = new pg.Client({ connectionString: url() });
    await client.connect();
    const { rows } = await client.query('select pg_is_in_recovery() as standby');
    assert.deepEqual(rows, [{ standby: false }]);
    await client.end();
    assert.ok(processesIn(folder).length > 8, 'itself, three machines and a proxy');
    await checkLeavesNothing(child, folder);
  });

  it('leaves nothing behind when Ctrl-C comes while it starts', async (t) => {
    const { child, folder } = start(t);
    await until('there are servers', () => processesIn(folder).length > 4, START_MS);
    await checkLeavesNothing(child, folder);
  });
});
