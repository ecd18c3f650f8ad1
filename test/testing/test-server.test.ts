/** `connect-apps test-server` as a process: its ready line, its end, its control plane, and the commands for shells. */

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { after, before, describe, it } from 'node:test';
import { MAIN as COMMAND, ended, runCommand, startCommand } from '../support/cli.ts';
import { blockOf } from '../support/guide.ts';
import { send } from '../support/server.ts';
import { until } from '../support/until.ts';

const MAIN = join(import.meta.dirname, '../../src/main.ts');

interface Ready {
  ready: true;
  url: string;
  control: string;
  key: string;
  pid: number;
  world: {
    id: string;
    connectApp: string;
    developer: { accountSid: string; authToken: string };
    env: Record<string, string>;
  };
}

describe('connect-apps test-server', () => {
  let folder: string;
  let ready: Ready;
  let child: ReturnType<typeof spawn>;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'connect-apps-test-server-'));
    child = startServer(['--keep', '--seed', '5', '--log', 'all']);
    ready = await readyLineOf(child);
    await writeFile(join(folder, 'server.json'), JSON.stringify(ready));
  });
  after(async () => {
    child.kill('SIGTERM');
    await ended(child);
    await rm(folder, { recursive: true, force: true });
  });

  function startServer(flags: readonly string[]) {
    const words = [MAIN, 'test-server', '--json', ...flags];
    return spawn(process.execPath, words, { cwd: folder, stdio: ['pipe', 'pipe', 'pipe'] });
  }

  async function readyLineOf({ stdout }: ReturnType<typeof spawn>): Promise<Ready> {
    assert.ok(stdout);
    for await (const line of createInterface({ input: stdout })) return JSON.parse(line);
    throw new Error('There is no ready line.');
  }

  const ask = (path: string, headers: Record<string, string>, method = 'GET') =>
    send(ready.url, method, `/_test${path}`, { headers });
  const run = (words: string[]) => runCommand(folder, [...words, '--server', 'server.json']);

  it('prints one ready line with a world in it', async () => {
    assert.equal(ready.ready, true);
    const { developer } = ready.world;
    const path = `/2010-04-01/Accounts/${developer.accountSid}.json`;
    assert.equal((await send(ready.url, 'GET', path, { auth: developer })).status, 200);
    assert.equal((await send(ready.url, 'GET', '/_test/health')).status, 200);
  });

  it('lets nobody in without the key, and no web page with it', async () => {
    const authorization = `Bearer ${ready.key}`;
    assert.equal((await ask('/worlds', { authorization })).status, 200);
    assert.equal((await ask('/worlds', {})).status, 401);
    assert.equal((await ask('/worlds', { authorization: `Bearer ${ready.key}0` })).status, 401);
    assert.equal((await ask('/worlds', { authorization, origin: ready.url })).status, 403);
    assert.equal(
      (await ask('/worlds', { authorization, host: 'rebound.example.com' })).status,
      403,
    );
    assert.equal((await ask('/nothing', { authorization })).status, 404);
    assert.equal((await ask('/worlds', { authorization }, 'DELETE')).status, 405);
  });

  it('shows a person what happened, once they have entered the key', async () => {
    const open = (headers: Record<string, string>) => send(ready.url, 'GET', '/_test', { headers });
    assert.match((await open({})).text, /Enter the key/);
    const post = (form: Record<string, string>, headers: Record<string, string>) =>
      send(ready.url, 'POST', '/_test', { form, headers: { origin: ready.url, ...headers } });
    assert.equal((await post({ key: 'wrong' }, {})).status, 401);
    assert.equal((await post({ key: ready.key }, { origin: 'http://evil.example' })).status, 403);
    const entered = await post({ key: ready.key }, {});
    const [cookie = ''] = (entered.headers['set-cookie'] ?? '').split(';');
    assert.equal(entered.status, 303);
    const { developer, id } = ready.world;
    await send(ready.url, 'GET', `/2010-04-01/Accounts/${developer.accountSid}/No`, {
      auth: developer,
    });
    const { text } = await open({ cookie });
    assert.match(text, new RegExp(`World <code>${id}`));
    assert.match(text, /This server has no such URL|There is no such resource/);
    assert.equal((await post({ world: id, advance: '5m' }, { cookie })).status, 303);
    assert.equal((await post({ world: id, advance: '5m' }, {})).status, 403);
  });

  it('says what came instead of a request that did not, and takes null for what is absent', async () => {
    const headers = { authorization: `Bearer ${ready.key}` };
    const body = '{"seed":null,"now":null,"fixture":null}';
    const made = await fetch(`${ready.control}/worlds`, { method: 'POST', headers, body });
    const { id } = (await made.json()) as { id: string };
    const reply = await fetch(`${ready.control}/worlds/${id}/requests?status=403&wait=1ms`, {
      headers,
    });
    assert.equal(reply.status, 408);
    assert.deepEqual(await reply.json(), {
      code: 20408,
      message: 'Expected 1 requests with status 403, and there were 0. No request came.',
      status: 408,
      requests: [],
      nearest: [],
    });
    await fetch(`${ready.control}/worlds/${id}`, { method: 'DELETE', headers, body: 'null' });
  });

  it('answers what it cannot read with a sentence', async () => {
    const headers = { authorization: `Bearer ${ready.key}` };
    for (const [path, body] of [
      ['/worlds/default/clock', '{"advance":"soon"}'],
      ['/worlds/default/faults', '{"match":{"method":5}}'],
      ['/worlds/default/fixture', '{"accounts":5}'],
      ['/worlds', '{"seed":"x"}'],
      ['/worlds', 'nonsense'],
    ] as const) {
      const method = path.endsWith('fixture') ? 'PUT' : 'POST';
      const reply = await fetch(ready.control + path, { method, headers, body });
      assert.equal(reply.status, 400, path);
      assert.match(((await reply.json()) as { message: string }).message, /\.$/);
    }
  });

  it('is driven from a shell', async () => {
    const json = async (words: string[]) => {
      const { stdout, stderr, exitCode } = await run([...words, '--json']);
      assert.equal(exitCode, 0, stderr);
      return stdout === '' ? undefined : JSON.parse(stdout);
    };
    const { id, developer } = await json(['world', 'new', '--seed', '7', '--now', '2026-01-01']);
    assert.equal((await json(['world', 'list'])).length, 2);
    assert.equal((await json(['snapshot', 'save', 'here', '--world', id])).name, 'here');
    const turned = await json(['clock', 'advance', '5m', '--world', id]);
    assert.deepEqual(turned, { now: '2026-01-01T00:05:00.000Z', done: [] });
    await json(['fail', '--method', 'GET', '--retry-after', '2', '--times', '1', '--world', id]);
    const path = `/2010-04-01/Accounts/${developer.accountSid}.json`;
    assert.equal((await send(ready.url, 'GET', path, { auth: developer })).status, 429);
    const { stdout } = await run(['requests', '--world', id]);
    assert.match(stdout, /GET .* 429 .*A fault was set for it/);
    const following = startCommand(folder, [
      ...['requests', '--follow', '--world', id, '--server', 'server.json'],
    ]);
    let printed = '';
    following.stdout?.on('data', (text) => {
      printed += text;
    });
    await until('it prints the first', () => printed.includes(' 429 '));
    await send(ready.url, 'GET', path, { auth: developer });
    await until('it prints the next', () => printed.includes(' 200'));
    following.kill();
    await ended(following);
    await run(['snapshot', 'load', 'here', '--world', id]);
    assert.equal((await json(['requests', '--world', id])).length, 0);
    assert.equal((await run(['world', 'drop', id])).exitCode, 0);
    const gone = await run(['clock', 'freeze', '--world', id]);
    assert.equal(gone.exitCode, 1);
    assert.match(gone.stderr, /There is no world/);
    const missing = await runCommand(folder, ['world', 'list', '--server', 'nothing.json']);
    assert.match(missing.stderr, /nothing\.json has no ready line/);
  });

  it('is driven by the lines of docs/testing.md, pasted at once', async () => {
    const [start = '', ...others] = blockOf('sh test-server', 'testing.md').trim().split('\n');
    const lines = others.filter((line) => !line.includes('--follow'));
    assert.equal(lines.length, 4);
    const alias = `alias connect-apps='"${process.execPath}" "${COMMAND}"'`;
    const script = [alias, 'set -e', start, ...lines].join('\n');
    const place = await mkdtemp(join(folder, 'shell-'));
    const shell = spawn('sh', ['-c', script], { cwd: place, stdio: ['ignore', 'pipe', 'pipe'] });
    const printed = text(shell.stdout);
    const said = text(shell.stderr);
    const [exitCode] = await once(shell, 'exit');
    const { pid } = JSON.parse(await readFile(join(place, 'server.json'), 'utf8'));
    process.kill(pid);
    assert.equal(exitCode, 0, await said);
    assert.match(await printed, /^id +[0-9a-f]{12}$/m);
  });

  it('has the admin API of each world, for the key of its environment and for the control key', async () => {
    const authorization = `Bearer ${ready.key}`;
    const made = await fetch(`${ready.control}/worlds`, {
      method: 'POST',
      headers: { authorization },
      body: '{"seed":9}',
    });
    const other = (await made.json()) as Ready['world'];
    const mine = ready.world.developer.accountSid;
    const theirs = other.developer.accountSid;
    const sidsOf = async (words: readonly string[], environment: Record<string, string>) => {
      const { stdout, stderr, exitCode } = await runCommand(folder, words, environment);
      assert.equal(exitCode, 0, stderr);
      return (JSON.parse(stdout) as { sid: string }[]).map(({ sid }) => sid);
    };
    const list = ['accounts', 'list', '--json'];
    const [ofMine, ofTheirs] = [await sidsOf(list, ready.world.env), await sidsOf(list, other.env)];
    assert.ok(ofMine.includes(mine) && !ofMine.includes(theirs));
    assert.ok(ofTheirs.includes(theirs) && !ofTheirs.includes(mine));

    // What exec runs acts on the same world.
    const inside = ['exec', '--quiet', '--url', ready.url, '--', process.execPath, COMMAND];
    assert.deepEqual(await sidsOf([...inside, ...list], other.env), ofTheirs);

    const admin = (key: string, world?: string) =>
      send(ready.url, 'GET', `/admin/v1/accounts/${theirs}`, {
        headers: {
          authorization: `Bearer ${key}`,
          ...(world !== undefined && { 'connect-apps-world': world }),
        },
      });
    assert.equal((await admin(ready.key, other.id)).status, 200);
    assert.equal((await admin(ready.key)).status, 404, 'of the first world');
    const key = ready.world.env.CONNECT_APPS_ADMIN_KEY ?? '';
    assert.equal((await admin(key)).status, 404);
    assert.equal((await admin(key, other.id)).status, 401, 'each key opens one world');
    assert.equal((await admin(`${ready.key}0`)).status, 401);
    await run(['world', 'drop', other.id]);
  });

  it('begins with a fixture, and ends with its standard input', async () => {
    const headers = { authorization: `Bearer ${ready.key}` };
    const fixture = await (
      await fetch(`${ready.control}/worlds/default/fixture`, { headers })
    ).text();
    await writeFile(join(folder, 'fixture.json'), fixture);
    const other = startServer(['--fixture', 'fixture.json']);
    const { world } = await readyLineOf(other);
    assert.deepEqual(world.developer, ready.world.developer);
    other.stdin?.end();
    assert.equal(await ended(other), 0);
  });

  it('ends when the process that started it is killed', async () => {
    const starter = spawn(
      process.execPath,
      [
        '-e',
        `const { spawn } = require('node:child_process');
         const child = spawn(process.execPath, ${JSON.stringify([MAIN, 'test-server', '--json'])}, { stdio: ['pipe', 'inherit', 'inherit'] });
         setInterval(() => child.pid, 1000);`,
      ],
      { cwd: folder, stdio: ['ignore', 'pipe', 'inherit'] },
    );
    const { pid } = await readyLineOf(starter);
    starter.kill('SIGKILL');
    await until('the server is gone', () => !isThere(pid));
  });
});

function isThere(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
