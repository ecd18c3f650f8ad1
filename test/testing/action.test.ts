/** The GitHub Action, run as a runner does: inputs and files in its environment, and its two scripts. */

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, it } from 'node:test';
import { promisify } from 'node:util';
import { parse } from 'yaml';
import { MAIN } from '../support/cli.ts';
import { send } from '../support/server.ts';
import { until } from '../support/until.ts';

const run = promisify(execFile);
const ROOT = join(import.meta.dirname, '../..');
const FILES = ['GITHUB_ENV', 'GITHUB_OUTPUT', 'GITHUB_STATE', 'GITHUB_STEP_SUMMARY'] as const;

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'connect-apps-action-'));
  for (const name of FILES) await writeFile(join(folder, name), '');
});
afterEach(() => rm(folder, { recursive: true, force: true }));

async function step(name: 'main' | 'post', more: Record<string, string>) {
  const { runs } = parse(await readFile(join(ROOT, 'action.yml'), 'utf8'));
  assert.equal(runs.using, 'node24');
  const env = {
    PATH: process.env.PATH,
    HOME: folder,
    RUNNER_TEMP: folder,
    ...Object.fromEntries(FILES.map((file) => [file, join(folder, file)])),
    ...more,
  };
  return run(process.execPath, [join(ROOT, runs[name])], { cwd: folder, env });
}

/** The values that a step wrote to one of its files. */
async function valuesOf(file: (typeof FILES)[number]): Promise<Record<string, string>> {
  const lines = (await readFile(join(folder, file), 'utf8')).split('\n').filter(Boolean);
  return Object.fromEntries(
    lines.map((line) => [line.replace(/=.*/, ''), line.replace(/.*?=/, '')]),
  );
}

it('starts a server that the next steps use, and reports what it refused', async () => {
  await step('main', { INPUT_COMMAND: `${process.execPath} ${MAIN}`, INPUT_SEED: '3' });
  const { url = '', control = '', key = '', server = '' } = await valuesOf('GITHUB_OUTPUT');
  const environment = await valuesOf('GITHUB_ENV');
  assert.equal(environment.CONNECT_APPS_URL, url);
  assert.equal(JSON.parse(await readFile(server, 'utf8')).key, key);
  const accountSid = environment.TWILIO_ACCOUNT_SID ?? '';
  const authToken = environment.TWILIO_AUTH_TOKEN ?? '';
  const path = `/2010-04-01/Accounts/${accountSid}`;
  assert.equal(
    (await send(url, 'GET', `${path}.json`, { auth: { accountSid, authToken } })).status,
    200,
  );
  await send(url, 'GET', `${path}/<b>&.json`, { auth: { accountSid, authToken: 'wrong' } });
  // Also of a world that is gone by then.
  const authorization = { authorization: `Bearer ${key}` };
  const made = await fetch(`${control}/worlds`, { method: 'POST', headers: authorization });
  const other = (await made.json()) as { id: string };
  await send(url, 'GET', '/gone', { headers: { 'connect-apps-world': other.id } });
  await fetch(`${control}/worlds/${other.id}`, { method: 'DELETE', headers: authorization });

  const state = await valuesOf('GITHUB_STATE');
  await step('post', { STATE_pid: state.pid ?? '', STATE_log: state.log ?? '' });
  const summary = await readFile(join(folder, 'GITHUB_STEP_SUMMARY'), 'utf8');
  assert.match(summary, /^### Requests that connect-apps refused: 2\n\n<pre>\n/);
  assert.match(summary, /\n[\d:]{8} &lt;- GET \S+ by AC\w{32} {2}40\d \d{5} \w.*\./);
  assert.match(summary, /&lt;- GET \/gone {2}404 20404 This server has no such URL\./);
  assert.doesNotMatch(summary, /<b>/);
  await until('the server has ended', () =>
    fetch(url).then(
      () => false,
      () => true,
    ),
  );
});

it('says why a server did not start, and then has nothing to report', async () => {
  const words = { INPUT_COMMAND: `${process.execPath} ${MAIN}`, INPUT_FIXTURE: 'missing.yaml' };
  await assert.rejects(step('main', words), {
    stdout: /^::error::The test server did not start\. .*missing\.yaml/,
  });
  await assert.rejects(step('main', { INPUT_COMMAND: 'no-such-command' }), { stdout: /ENOENT/ });
  await step('post', {});
  assert.equal(await readFile(join(folder, 'GITHUB_STEP_SUMMARY'), 'utf8'), '');
});
