import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { chmodSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { constants } from 'node:os';
import { dirname, join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { makeSelfSigned } from './self-signed.ts';
import {
  createEchoServer,
  execParameters,
  hasProgram,
  isAlive,
  listen,
  run,
  runExec,
  startEchoServer,
  temporaryFolder,
  waitFor,
} from './support.ts';

test('standard streams and parameters pass through as they are', async (t) => {
  const script = 'cat; printf "%s\\n" "$@" >&2';
  const { code, stdout, stderr } = await runExec(t, ['sh', '-c', script, 'sh', 'a b', '--', '-x'], {
    input: 'from standard input',
  });
  assert.equal(code, 0);
  assert.equal(stdout, 'from standard input');
  assert.match(stderr, /^No server answers at .* with demo data\.\na b\n--\n-x\nWARNING: .*\n$/);
});

test('the exit code is the one of the command', async (t) => {
  assert.equal((await runExec(t, ['sh', '-c', 'exit 42'])).code, 42);
  assert.equal((await runExec(t, ['sh', '-c', 'kill -KILL $$'])).code, 128 + 9);
});

test('a command that does not exist is 127, one that cannot be run is 126, each in one line', async (t) => {
  const serverUrl = await startEchoServer(t);
  const missing = await runExec(t, ['no-such-command-anywhere'], { serverUrl });
  assert.deepEqual(
    [missing.code, missing.stderr],
    [127, 'no-such-command-anywhere: command not found\n'],
  );
  const file = join(temporaryFolder(t), 'text');
  writeFileSync(file, 'not a program');
  chmodSync(file, 0o644);
  const unfit = await runExec(t, [file], { serverUrl });
  assert.deepEqual([unfit.code, unfit.stderr], [126, `${file}: cannot be run (EACCES)\n`]);
});

/** Starts a command under exec, and waits until `prepare` is done and it has told its process id. */
async function startCommand(t: TestContext, prepare: string, script: string) {
  const whole = `${prepare}; echo $$; ${script}`;
  const exec = spawn(process.execPath, execParameters(temporaryFolder(t), ['sh', '-c', whole]));
  t.after(() => exec.kill('SIGKILL'));
  const [line] = await once(exec.stdout, 'data');
  return { exec, pid: Number(line) };
}

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  test(`${signal} is passed on, and the command decides what becomes of it`, async (t) => {
    const trap = `trap 'exit 7' ${signal.slice(3)}`;
    const { exec } = await startCommand(t, trap, 'while :; do sleep 0.05; done');
    exec.kill(signal);
    const [code] = await once(exec, 'exit');
    assert.equal(code, 7);
  });
}

test('a command that a signal ends gives the exit code of a shell', async (t) => {
  const { exec } = await startCommand(t, ':', 'exec sleep 60');
  exec.kill('SIGTERM');
  const [code] = await once(exec, 'exit');
  assert.equal(code, 128 + constants.signals.SIGTERM);
});

test('a command does not outlive an exec that was killed', async (t) => {
  const { exec, pid } = await startCommand(t, ':', 'exec sleep 60');
  assert.ok(await isAlive(pid));
  exec.kill('SIGKILL');
  await waitFor(async () => !(await isAlive(pid)));
});

test('the processes of a command do not outlive an exec that was killed, those in a session of their own neither', async (t) => {
  if (!existsSync('/proc/self/environ')) return t.skip('this system has no /proc');
  const script = 'setsid sleep 61 & setsid sh -c "trap : TERM; sleep 62; sleep 63" & wait';
  const { exec, pid } = await startCommand(t, ':', script);
  const mark = await markOf(pid);
  await waitFor(async () => (await listMarked(mark)).length >= 4);
  exec.kill('SIGKILL');
  await waitFor(async () => (await listMarked(mark)).length === 0, 20_000);
});

test('a command does not outlive an exec that was killed as it began', async (t) => {
  if (!existsSync('/proc/self/environ')) return t.skip('this system has no /proc');
  for (let round = 0; round < 3; round += 1) {
    const token = `TEST_TOKEN=${randomUUID()}`;
    const env = { ...process.env, TEST_TOKEN: token.slice('TEST_TOKEN='.length) };
    const command = ['sleep', '60'];
    const exec = spawn(process.execPath, execParameters(temporaryFolder(t), command), { env });
    const isCommand = async () => (await listMarked(token)).some(([, name]) => name === 'sleep');
    await waitFor(isCommand);
    exec.kill('SIGKILL');
    await waitFor(async () => !(await isCommand()), 20_000);
  }
});

/** The variable by which exec knows the processes of its command, as process `pid` has it. */
async function markOf(pid: number): Promise<string> {
  const variables = readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0');
  return variables.find((one) => one.startsWith('_CONNECT_APPS_PROXY=')) ?? 'no mark';
}

/** The processes whose environment has a variable, with their names. */
async function listMarked(variable: string): Promise<[pid: string, name: string][]> {
  const { stdout } = await run('/bin/sh', [
    '-c',
    'grep -lszxF -e "$1" /proc/[0-9]*/environ | cut -d / -f 3 | xargs -r ps -o pid=,comm= -p',
    'sh',
    variable,
  ]);
  return stdout.split('\n').flatMap((line) => {
    const [pid, name] = line.trim().split(/\s+/);
    return pid && name ? [[pid, name] satisfies [string, string]] : [];
  });
}

test('a command that ignores SIGTERM does not outlive it either', async (t) => {
  const { exec, pid } = await startCommand(t, `trap '' TERM`, 'while :; do sleep 0.1; done');
  exec.kill('SIGKILL');
  await waitFor(async () => !(await isAlive(pid)), 20_000);
});

test('the server that runs is used, and one that is unwell is not replaced', async (t) => {
  if (!(await hasProgram('curl'))) return t.skip('this machine has no curl');
  const seen: (string | undefined)[] = [];
  const echo = createEchoServer();
  echo.prependListener('request', (request, response) => {
    seen.push(request.url);
    response.statusCode = 503;
  });
  const serverUrl = `http://127.0.0.1:${await listen(t, echo)}`;
  const { stderr } = await runExec(t, ['curl', '-sS', 'https://api.twilio.com/x'], { serverUrl });
  assert.equal(stderr, '1 request reached the local server.\n');
  assert.deepEqual(seen, ['/healthz', '/x']);
});

test('a server that is slow to answer is not replaced either', async (t) => {
  const slow = createServer((_, response) => {
    setTimeout(() => response.end('late'), 1500);
  });
  const serverUrl = `http://127.0.0.1:${await listen(t, slow)}`;
  const { stderr } = await runExec(t, ['true'], { serverUrl });
  assert.doesNotMatch(stderr, /started a temporary one/);
});

test('a proxy port that is taken is one sentence that says what to do', async (t) => {
  const serverUrl = await startEchoServer(t);
  const env = { ...process.env, TEST_PROXY_PORT: new URL(serverUrl).port };
  const { code, stdout, stderr } = await runExec(t, ['echo', 'ran'], { env, serverUrl });
  assert.deepEqual([code, stdout], [1, '']);
  assert.match(stderr, /^The exec proxy cannot listen on .*EADDRINUSE.* --proxy-port.*\n$/);
});

test('a folder for the authority that cannot be written is one sentence, and nothing is run', async (t) => {
  const file = join(temporaryFolder(t), 'a-file');
  writeFileSync(file, '');
  const parameters = execParameters(join(file, 'data'), ['echo', 'ran']);
  const { code, stdout, stderr } = await run(process.execPath, parameters);
  assert.deepEqual([code, stdout], [1, '']);
  assert.match(stderr, /^exec cannot keep its certificate authority in .*\n$/);
});

test('nothing of a run stays behind but the authority', async (t) => {
  const { stdout } = await runExec(t, ['sh', '-c', 'ls "$SSL_CERT_FILE"; echo "$HTTPS_PROXY"']);
  const [bundle = '', proxyUrl = ''] = stdout.split('\n');
  assert.ok(bundle.endsWith('.pem') && !existsSync(dirname(bundle)));
  await assert.rejects(fetch(proxyUrl));
});

test('the end says how many requests came, and names the hosts of those that were stopped', async (t) => {
  if (!(await hasProgram('curl'))) return t.skip('this machine has no curl');
  const api = 'https://api.twilio.com';
  const script = `curl -s ${api}/1 ${api}/2 ${api}/3 https://verify.twilio.com/v2 http://verify.twilio.com/ \
    http://api.twilio.com/4 https://video.twilio.com >/dev/null; exit 3`;
  const serverUrl = await startEchoServer(t);
  const { code, stdout, stderr } = await runExec(t, ['sh', '-c', script], { serverUrl });
  assert.deepEqual([code, stdout], [3, '']);
  assert.equal(
    stderr,
    '4 requests reached the local server. 3 requests were stopped: verify.twilio.com (2), video.twilio.com (1).\n',
  );
});

test('a command that sends nothing is told so loudly, and what to check', async (t) => {
  const serverUrl = await startEchoServer(t);
  const { code, stderr } = await runExec(t, ['true'], { serverUrl });
  assert.equal(code, 0);
  assert.match(
    stderr,
    /^WARNING: NO REQUEST REACHED THE LOCAL SERVER\..* real Twilio.*NODE_OPTIONS.*\n$/,
  );
});

test('a command that does not trust the certificate is told which versions do', async (t) => {
  if (!(await hasProgram('curl'))) return t.skip('this machine has no curl');
  const own = join(temporaryFolder(t), 'own.pem');
  writeFileSync(own, makeSelfSigned('localhost').cert);
  const command = ['curl', '-sS', '--cacert', own, 'https://api.twilio.com/'];
  const serverUrl = await startEchoServer(t);
  const { stderr } = await runExec(t, command, { serverUrl });
  assert.match(
    stderr,
    /rejected exec's certificate.* Python 7\.9\.3, Ruby 5\.20 or PHP 5\.42.* base URL/,
  );
  assert.match(
    stderr,
    /NO REQUEST REACHED THE LOCAL SERVER\. 1 request was stopped: api\.twilio\.com/,
  );
});

test('a connection that ends without a request counts as mistrust when nothing else came', async (t) => {
  if (!(await hasProgram('openssl'))) return t.skip('this machine has no openssl');
  const script =
    'openssl s_client -connect api.twilio.com:443 -proxy "$(echo $HTTPS_PROXY | cut -c 8-)" </dev/null';
  const serverUrl = await startEchoServer(t);
  const { stderr } = await runExec(t, ['sh', '-c', script], { serverUrl });
  assert.match(stderr, /ended without a request: the command does not trust exec's certificate/);
});

test('processes that the command leaves running are named: what they have ends with exec', async (t) => {
  const script = 'sleep 30 >/dev/null & echo $!';
  const { stdout, stderr } = await runExec(t, ['sh', '-c', `(${script}) </dev/null 2>/dev/null`], {
    serverUrl: await startEchoServer(t),
  });
  t.after(() => process.kill(Number(stdout), 'SIGKILL'));
  assert.match(stderr, new RegExp(`left processes running: sleep \\(${stdout.trim()}\\)`));
});

test('the settings can be printed for a shell, and serve until they are no longer wanted', async (t) => {
  if (!(await hasProgram('curl'))) return t.skip('this machine has no curl');
  const lines = join(temporaryFolder(t), 'settings.sh');
  const exec = spawn(process.execPath, execParameters(temporaryFolder(t), []));
  t.after(() => exec.kill('SIGKILL'));
  const [text] = await once(exec.stdout, 'data');
  writeFileSync(lines, text);
  assert.match(readFileSync(lines, 'utf8'), /^(export [A-Za-z_]+='[^']*'\n|unset [A-Z_]+\n)+$/);
  const script = `. ${lines}; curl -sS https://api.twilio.com/from-a-shell`;
  const { stdout } = await run('/bin/sh', ['-c', script]);
  assert.equal(JSON.parse(stdout).url, '/from-a-shell');
  exec.kill('SIGTERM');
  assert.deepEqual(await once(exec, 'exit'), [0, null]);
});
