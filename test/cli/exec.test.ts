/** The command line of `exec`; what it does is in test/exec/. */

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { text } from 'node:stream/consumers';
import { type TestContext, test } from 'node:test';
import { isAlive } from '../exec/support.ts';
import { signalIfThere } from '../support/children.ts';
import { MAIN, outcomeOf, runCommand, startWith, withPrefix } from '../support/cli.ts';
import { until } from '../support/until.ts';

const NOBODY = 'http://127.0.0.1:9';

/** A home with a `connect-apps` on the PATH, as after an installation. */
function makeHome(t: TestContext) {
  const home = mkdtempSync(join(tmpdir(), 'connect-apps-'));
  t.after(() => rmSync(home, { recursive: true, force: true }));
  mkdirSync(join(home, 'bin'));
  const program = join(home, 'bin/connect-apps');
  writeFileSync(program, `#!/bin/sh\nexec '${process.execPath}' '${MAIN}' "$@"\n`);
  chmodSync(program, 0o755);
  return { home, PATH: `${home}/bin:${dirname(process.execPath)}:${process.env.PATH}` };
}

async function runShell(t: TestContext, shell: string, script: string) {
  const { home, PATH } = makeHome(t);
  const child = spawn(shell, ['-c', script], {
    cwd: home,
    env: { HOME: home, PATH },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const code = new Promise<number | null>((resolve) => child.once('exit', resolve));
  const [stdout, stderr] = [text(child.stdout), text(child.stderr)];
  return { code: await code, stdout: await stdout, stderr: await stderr };
}

test('the example of the help for a shell works word for word, and ends with the shell', async (t) => {
  const { home } = makeHome(t);
  const { stdout: help } = await runCommand(home, ['exec', '--help']);
  const example = /^ {2}\$ (eval .*)$/m.exec(help)?.[1] ?? '';
  const script = `${example}
    curl -sS -o /dev/null -w '%{http_code}\\n' -u "$TWILIO_ACCOUNT_SID:$TWILIO_AUTH_TOKEN" \\
      https://api.twilio.com/2010-04-01/Accounts.json
    echo "$HTTPS_PROXY $SSL_CERT_FILE"`;
  const { code, stdout, stderr } = await runShell(t, '/bin/sh', script);
  const [status, rest = ''] = stdout.split('\n');
  const [proxyUrl = '', bundle = ''] = rest.split(' ');
  assert.deepEqual([code, status], [0, '200'], stderr);
  await until('its files are gone', () => !existsSync(dirname(bundle)));
  await assert.rejects(fetch(proxyUrl));
});

test('a shell that cannot have the settings stops at the example', async (t) => {
  const script = `set -e; eval "$(connect-apps exec --print-env --shell $$ --proxy-port 99999)"; echo went on`;
  const { code, stdout, stderr } = await runShell(t, '/bin/sh', script);
  assert.deepEqual([code, stdout], [1, '']);
  assert.match(stderr, /--proxy-port must be a whole number/);
});

test('the server ends with a shell that is killed', async (t) => {
  const { home, PATH } = makeHome(t);
  const script = `eval "$(connect-apps exec --print-env --shell $$)"; echo "$SSL_CERT_FILE"; sleep 60`;
  const shell = spawn('/bin/sh', ['-c', script], {
    cwd: home,
    env: { HOME: home, PATH },
    stdio: ['ignore', 'pipe', 'ignore'],
    detached: true,
  });
  const { pid } = shell;
  assert.ok(pid !== undefined);
  t.after(() => signalIfThere(-pid, 'SIGKILL'));
  const bundle = await new Promise<string>((resolve) =>
    shell.stdout.once('data', (chunk) => resolve(String(chunk).trim())),
  );
  assert.ok(existsSync(bundle) && (await isAlive(pid)));
  process.kill(-pid, 'SIGKILL');
  await until('its files are gone', () => !existsSync(dirname(bundle)));
});

test('nothing of the environment or of .env stops exec, and .env does not reach the command', async (t) => {
  const { home } = makeHome(t);
  writeFileSync(
    join(home, '.env'),
    'SECRET_KEY=of-the-program\nCONNECT_APPS_DATABASE_URL=sqlite:todos.db\nX=1\n',
  );
  const names = {
    PORT: 'abc',
    HOST: 'nowhere.invalid',
    DATABASE_URL: 'mysql://x',
    LOG_LEVEL: 'loud',
    SECRET_KEY: 'short',
    RATE_LIMIT_PER_SECOND: 'x',
    PUBLIC_URL: 'x',
    WORKERS: 'many',
  };
  const theirs = { ...names, ...withPrefix(names) };
  const script =
    'env; curl -sS -u "$TWILIO_ACCOUNT_SID:$TWILIO_AUTH_TOKEN" https://api.twilio.com/2010-04-01/Accounts.json >&2';
  const words = ['exec', '--url', NOBODY, '--', 'sh', '-c', script];
  const { exitCode, stdout, stderr } = await outcomeOf(startWith(home, words, theirs));
  assert.equal(exitCode, 0, stderr);
  assert.match(stderr, /"accounts":\[/);
  const seen = new Map(stdout.split('\n').map((line) => [line.split('=')[0], line]));
  for (const [name, value] of Object.entries(theirs)) {
    assert.equal(seen.get(name), `${name}=${value}`);
  }
  assert.ok(
    !seen.has('X') && !existsSync(join(home, 'todos.db')) && !existsSync(join(home, 'data')),
  );
  assert.ok(existsSync(join(home, '.local/share/connect-apps/exec-authority.pem')));
});

test('--quiet says nothing of the requests', async (t) => {
  const { home } = makeHome(t);
  const outcome = await runCommand(home, ['exec', '--quiet', '--url', NOBODY, '--', 'true']);
  assert.deepEqual(outcome, { stdout: '', stderr: '', exitCode: 0 });
});

test('without a home, exec says what to set', async (t) => {
  const { home } = makeHome(t);
  const words = ['exec', '--', 'echo', 'ran'];
  const { exitCode, stdout, stderr } = await runCommand(home, words, { HOME: '' });
  assert.deepEqual([exitCode, stdout], [1, '']);
  assert.match(
    stderr,
    /needs a folder for its certificate authority\. Set HOME, or set XDG_DATA_HOME/,
  );
});

test('--shell without --print-env, and one that is no process id, are errors', async (t) => {
  const { home } = makeHome(t);
  assert.equal((await runCommand(home, ['exec', '--shell', '1', '--', 'true'])).exitCode, 2);
  const wrong = await runCommand(home, ['exec', '--print-env', '--shell', 'me']);
  assert.deepEqual([wrong.exitCode, wrong.stdout], [1, 'false\n']);
});
