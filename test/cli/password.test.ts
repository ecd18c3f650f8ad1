/** A password at the command line: typed without echo, twice, or the first line of a pipe. */

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { ended, MAIN, runCommand } from '../support/cli.ts';
import { TERMINAL_OBSTACLE, typeInto } from '../support/terminal.ts';

const SECRET = 'a long enough passwörd';
const ASKED = 'Password: ';
const AGAIN = 'Repeat the password: ';

let folder: string;
let account: string;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'connect-apps-password-'));
  await runCommand(folder, ['migrate']);
  account = JSON.parse((await runCommand(folder, ['accounts', 'create', '--json'])).stdout).sid;
});
after(() => rm(folder, { recursive: true, force: true }));

const create = (email: string) => ['users', 'create', '--email', email, '--account-sid', account];

describe('a password at a terminal', { skip: TERMINAL_OBSTACLE }, () => {
  it('is typed twice and never shown; the terminal has its echo back', async () => {
    const { shown, exitCode, echo } = await typeInto(
      create('ada@example.com'),
      [
        { expect: ASKED, type: `${SECRET}\r` },
        { expect: AGAIN, type: `${SECRET}\r` },
      ],
      { folder },
    );
    assert.equal(exitCode, 0, shown);
    assert.match(shown, /email +ada@example\.com/);
    assert.ok(!shown.includes(SECRET), 'it is not shown');
    assert.equal(echo, true);
  });

  it('is asked for again when the two differ, and can be corrected', async () => {
    const { shown, exitCode } = await typeInto(
      ['users', 'set-password', '--email', 'ada@example.com'],
      [
        { expect: ASKED, type: `${SECRET}\r` },
        { expect: AGAIN, type: 'something else\r' },
        { expect: `do not match. Type both again.\r\n${ASKED}`, type: `${SECRET}xy\x7f\x7f\r` },
        { expect: AGAIN, type: `${SECRET}\r` },
      ],
      { folder },
    );
    assert.equal(exitCode, 0, shown);
    assert.ok(!shown.includes('something else'));
  });

  it('is refused before it is typed again when it is too short', async () => {
    const steps = [{ expect: ASKED, type: 'short\r' }];
    const { shown, exitCode, echo } = await typeInto(create('bob@example.com'), steps, { folder });
    assert.deepEqual([exitCode, echo], [1, true]);
    assert.match(shown, /connect-apps: Password must have at least 12 characters\.\r\n$/);
    assert.ok(!shown.includes(AGAIN));
  });

  for (const [key, type, code] of [
    ['Ctrl-C', '\x03', 130],
    ['Ctrl-D', '\x04', 1],
  ] as const) {
    it(`gives the terminal its echo back on ${key}, and makes no user`, async () => {
      const steps = [
        { expect: ASKED, type: `half a pass${key === 'Ctrl-D' ? '\x15' : ''}${type}` },
      ];
      const { shown, exitCode, echo } = await typeInto(create('eve@example.com'), steps, {
        folder,
      });
      assert.deepEqual([exitCode, echo], [code, true], shown);
      assert.doesNotMatch(shown, /half a pass|^\s+at /m);
      assert.doesNotMatch((await runCommand(folder, ['users', 'list'])).stdout, /eve@/);
    });
  }

  it('is not asked for when the account or the user is unknown', async () => {
    for (const words of [
      ['users', 'set-password', '--email', 'nobody@example.com'],
      ['users', 'create', '--email', 'a@example.com', '--account-sid', `AC${'e'.repeat(32)}`],
    ]) {
      const { shown, exitCode } = await typeInto(words, [], { folder });
      assert.equal(exitCode, 1);
      assert.match(shown, /^connect-apps: No (user|account) [^\n]+\.\r\n$/);
    }
  });
});

describe('a password from a pipe', () => {
  async function withInput(input: Buffer | string, words: readonly string[], isEnded: boolean) {
    const child = spawn(process.execPath, [MAIN, ...words], {
      cwd: folder,
      env: { PATH: process.env.PATH, HOME: folder },
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    let stderr = '';
    child.stderr.on('data', (chunk: Buffer) => {
      stderr += chunk.toString();
    });
    child.stdin.on('error', () => {});
    child.stdin.write(input);
    if (isEnded) child.stdin.end();
    return { exitCode: await ended(child), stderr };
  }

  it('is the first line, also of a pipe that stays open', async () => {
    const made = await withInput(`${SECRET}\r\nmore\n`, create('pipe@example.com'), false);
    assert.deepEqual(made, { exitCode: 0, stderr: '' });
  });

  it('is refused when it is empty or not UTF-8', async () => {
    for (const [input, pattern] of [
      ['\n', /No password\./],
      [Buffer.from('a long enough passw\xf6rd\n', 'latin1'), /must be UTF-8/],
    ] as const) {
      const { exitCode, stderr } = await withInput(input, create('no@example.com'), true);
      assert.equal(exitCode, 1);
      assert.match(stderr, /^connect-apps: [^\n]+\n$/);
      assert.match(stderr, pattern);
    }
    const closed = await runCommand(folder, create('no@example.com'));
    assert.match(closed.stderr, /^connect-apps: No password\.[^\n]+\n$/);
  });

  it('is no flag', async () => {
    const { exitCode, stderr } = await runCommand(folder, [
      ...create('no@example.com'),
      '--password',
      SECRET,
    ]);
    assert.equal(exitCode, 2);
    assert.match(stderr, /^connect-apps: Unknown option '--password'\.\n$/);
  });

  it('is neither taken nor made where nobody signs in with one', async () => {
    const settings = {
      PASSWORD_SIGN_IN: 'false',
      OIDC_ISSUER: 'https://login.example.com',
      OIDC_CLIENT_ID: 'one',
    };
    for (const words of [
      create('no@example.com'),
      ['users', 'set-password', '--email', 'pipe@example.com'],
      ['users', 'reset-link', '--email', 'pipe@example.com'],
    ]) {
      const { exitCode, stderr, stdout } = await runCommand(folder, words, settings);
      assert.deepEqual([exitCode, stdout], [1, ''], words.join(' '));
      assert.match(stderr, /^connect-apps: CONNECT_APPS_PASSWORD_SIGN_IN is false: [^\n]+\n$/);
    }
  });
});
