/** A server that a person started ends with the person's program or terminal; a service does not. */

import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { childrenOf, processesIn, signalIfThere } from '../support/children.ts';
import { MAIN, originOf, runCommand, withPrefix } from '../support/cli.ts';
import { closeTerminalOf, TERMINAL_OBSTACLE } from '../support/terminal.ts';
import { until } from '../support/until.ts';

const SECRET_KEY = 'a secret key that only this test knows';
/** It ends within about a second; a machine with too much to do gets more. */
const PATIENCE_MS = 30_000;
/** Longer than it takes a server that looks for its parent to see that it has gone. */
const SURVIVED_MS = 2500;

describe('a server whose parent is killed', {
  skip: !existsSync('/proc/self/stat') && 'SKIPPED: there is no /proc',
}, () => {
  let folder: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'connect-apps-orphans-'));
    const command = `${process.execPath} ${MAIN}`;
    const scripts = { dev: `true && ${command} dev --port 0` };
    await writeFile(join(folder, 'package.json'), JSON.stringify({ scripts }));
  });
  after(async () => {
    for (const pid of processesIn(folder)) signalIfThere(pid, 'SIGKILL');
    await rm(folder, { recursive: true, force: true });
  });

  function start(command: string, words: readonly string[], settings = {}): ChildProcess {
    return spawn(command, words, {
      cwd: folder,
      env: {
        PATH: `${dirname(process.execPath)}${delimiter}${process.env.PATH}`,
        HOME: folder,
        ...withPrefix(settings),
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
  }

  /** The children of a process, theirs, and so on. */
  function descendantsOf(pid: number): number[] {
    const children = childrenOf(pid);
    return [...children, ...children.flatMap(descendantsOf)];
  }

  const answers = (origin: string) =>
    fetch(`${origin}/healthz`).then(
      () => true,
      () => false,
    );
  const gone = (origin: string) =>
    until('the server is gone', async () => !(await answers(origin)), PATIENCE_MS);

  const dev = `"${process.execPath}" "${MAIN}" dev --port 0`;
  for (const [name, command, words] of [
    ['a shell', 'sh', ['-c', `${dev}; true`]],
    ['npm', 'npm', ['run', '--silent', 'dev']],
    ['npx', 'npx', ['--offline', '-c', `true && ${dev}`]],
  ] as const) {
    it(`ends when ${name} started it`, async () => {
      const child = start(command, words);
      const origin = await originOf(child);
      // The first of the chain only: what stands between must not keep it alive.
      child.kill('SIGKILL');
      await gone(origin);
    });
  }

  it('ends when all of the chain is killed', async () => {
    const child = start('npm', ['run', '--silent', 'dev']);
    const origin = await originOf(child);
    const chain = descendantsOf(child.pid ?? 0).slice(0, -1);
    child.kill('SIGKILL');
    for (const pid of chain) signalIfThere(pid, 'SIGKILL');
    await gone(origin);
  });

  it('stays when it was detached on purpose, or serves', async () => {
    const settings = { SECRET_KEY, DATABASE_URL: `sqlite:${folder}/serve.db` };
    await runCommand(folder, ['migrate'], settings);
    const serve = `"${process.execPath}" "${MAIN}" serve --port 0`;
    const starting = [
      start('sh', ['-c', `setsid ${dev}; true`]),
      start('sh', ['-c', `${serve}; true`], settings),
      start('sh', ['-c', `nohup ${serve}; true`], settings),
    ];
    const origins = await Promise.all(starting.map(originOf));
    const servers = starting.map((child) => descendantsOf(child.pid ?? 0).at(-1) ?? 0);
    for (const child of starting) child.kill('SIGKILL');
    const [, ...services] = servers;
    for (const pid of services) signalIfThere(pid, 'SIGHUP');
    await setTimeout(SURVIVED_MS);
    const stayed = await Promise.all(origins.map(answers));
    for (const pid of servers) signalIfThere(pid, 'SIGTERM');
    assert.deepEqual(stayed, [true, true, true]);
    await Promise.all(origins.map(gone));
  });

  it('ends when its terminal is closed, and serve does, too', {
    skip: TERMINAL_OBSTACLE,
  }, async () => {
    const environment = { SECRET_KEY, DATABASE_URL: `sqlite:${folder}/terminal.db` };
    await runCommand(folder, ['migrate'], environment);
    for (const [words, settings] of [
      [['dev', '--port', '0'], {}],
      [['serve', '--port', '0', '--drain-seconds', '0'], environment],
      [['serve', '--port', '0', '--drain-seconds', '0', '--workers', '2'], environment],
    ] as const) {
      const { pid } = await closeTerminalOf(words, [{ expect: 'listens on', type: '' }], {
        folder,
        environment: settings,
      });
      // Python waited for its end.
      assert.equal(signalIfThere(pid, 0), false, words.join(' '));
    }
  });
});
