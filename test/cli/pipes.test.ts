/** Output that nobody reads, reads slowly, or has room for: never a stack trace. */

import assert from 'node:assert/strict';
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { after, before, describe, it } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { ended, MAIN, originOf, startCommand, withPrefix } from '../support/cli.ts';
import { openContext, TEST_SECRET_KEY, type TestContext } from '../support/context.ts';
import { freePort } from '../support/free-port.ts';
import { startServe } from '../support/serve.ts';
import { until } from '../support/until.ts';

const ACCOUNTS = 1500;
const NO_FULL_DISK = !existsSync('/dev/full') && 'SKIPPED: there is no /dev/full';

let test: TestContext;
let settings: Record<string, string>;
let folder: string;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'connect-apps-pipes-'));
  test = await openContext('sqlite');
  await Promise.all(Array.from({ length: ACCOUNTS }, () => test.createAccount()));
  settings = { DATABASE_URL: test.databaseUrl, SECRET_KEY: TEST_SECRET_KEY };
});
after(async () => {
  await test?.close();
  await rm(folder, { recursive: true, force: true });
});

it('ends without a word, as other tools do, when nobody reads what it prints', async () => {
  for (const words of [
    ['--help'],
    ['accounts', 'list', '--json'],
    ['accounts', 'create'],
    ['migrate'],
    ['doctor'],
    ['dev', '--port', '0'],
  ]) {
    const child = startCommand(folder, words, settings);
    child.stdout?.destroy();
    const [code, stderr] = await Promise.all([ended(child), child.stderr && text(child.stderr)]);
    assert.deepEqual([code, stderr], [141, ''], words.join(' '));
  }
});

it('ends without a word when nobody reads its errors', async () => {
  const child = startCommand(folder, ['frobnicate'], settings);
  child.stderr?.destroy();
  assert.equal(await ended(child), 141);
});

it('ends dev without a word when the reader of its log has gone', async () => {
  const child = startCommand(folder, ['dev', '--port', '0'], settings);
  const stderr = child.stderr && text(child.stderr);
  const origin = await originOf(child);
  child.stdout?.destroy();
  // Its line of the log is the first that cannot be written.
  await fetch(`${origin}/healthz`).catch(() => {});
  assert.deepEqual([await ended(child), await stderr], [141, '']);
});

describe('serve', () => {
  /** Whether it answers after lines of its log have failed, and how it stops. */
  async function outcomeOf(child: ChildProcess, origin: string) {
    const stderr = child.stderr && text(child.stderr);
    const answers = () => fetch(`${origin}/healthz`).then(({ status }) => status);
    const first = await answers();
    // Lines are written after 200 ms at the latest.
    await setTimeout(600);
    const second = await answers();
    child.kill('SIGTERM');
    return [first, second, await ended(child), await stderr];
  }

  it('goes on when the reader of its log has gone', async (t) => {
    const own = await openContext('sqlite');
    t.after(() => own.close());
    const { child, url } = await startServe(own.databaseUrl);
    child.stdout?.destroy();
    assert.deepEqual(await outcomeOf(child, url), [200, 200, 0, '']);
  });

  it('goes on when there is no room for its log', { skip: NO_FULL_DISK }, async (t) => {
    const own = await openContext('sqlite');
    t.after(() => own.close());
    const port = await freePort();
    const command = `exec "$0" "$1" serve --port ${port} --drain-seconds 0 > /dev/full`;
    const child = spawn('sh', ['-c', command, process.execPath, MAIN], {
      cwd: folder,
      env: {
        PATH: process.env.PATH,
        HOME: folder,
        ...withPrefix({ ...settings, DATABASE_URL: own.databaseUrl }),
      },
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    t.after(() => child.kill('SIGKILL'));
    const origin = `http://127.0.0.1:${port}`;
    await until('it answers', () => fetch(origin).then(Boolean, () => false));
    assert.deepEqual(await outcomeOf(child, origin), [200, 200, 0, '']);
  });
});

it('prints everything to a reader that is slow', async () => {
  const child = startCommand(folder, ['accounts', 'list', '--json'], settings);
  await setTimeout(1500);
  const printed = JSON.parse(child.stdout ? await text(child.stdout) : '');
  assert.ok(printed.length >= ACCOUNTS);
  assert.equal(await ended(child), 0);
});

it('says in one sentence that its output cannot be written', {
  skip: NO_FULL_DISK,
}, () => {
  const command = '"$0" "$1" accounts list > /dev/full';
  const { status, stderr } = spawnSync('sh', ['-c', command, process.execPath, MAIN], {
    cwd: folder,
    env: { PATH: process.env.PATH, HOME: folder, ...withPrefix(settings) },
    encoding: 'utf8',
  });
  assert.equal(status, 1);
  assert.match(stderr, /^connect-apps: Cannot write to standard output: [^\n]+\n$/);
});

it('works with its three streams closed', () => {
  const command = '"$0" "$1" accounts list <&- >&- 2>&-';
  const { status } = spawnSync('sh', ['-c', command, process.execPath, MAIN], {
    cwd: folder,
    env: { PATH: process.env.PATH, HOME: folder, ...withPrefix(settings) },
  });
  assert.equal(status, 0);
});
