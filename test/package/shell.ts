/** The shell of a stranger: one Node.js with its npm, and none of the programs that compile. */

import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, symlink } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';

/** All that a command finds, besides Node.js. */
const PROGRAMS = ['sh', 'env', 'curl', 'openssl'];
const run = promisify(execFile);

/** What a failed test leaves behind ends with the file. */
const started = new Set<ChildProcess>();
process.once('exit', () => {
  for (const { pid } of started) if (pid !== undefined) process.kill(-pid, 'SIGKILL');
});

export interface Shell {
  place: string;
  /** Runs lines to their end, and returns what they print. */
  run(lines: string): Promise<string>;
  /** Starts lines, as a group of processes of its own. */
  start(lines: string): ChildProcess;
  /** Presses Ctrl+C, and resolves when the whole group has ended, as it does when nothing holds its output. */
  stop(child: ChildProcess): Promise<void>;
}

/** Opens a shell in `place` with this Node.js, and the folder of its npm. */
export async function createShell(place: string, node: string, npm: string): Promise<Shell> {
  const programs = join(place, '.programs');
  await mkdir(programs);
  await symlink(node, join(programs, 'node'));
  for (const name of PROGRAMS) await symlink(findProgram(name), join(programs, name));
  const env = {
    // How this machine reaches its registry, but nothing of the npm that runs the tests, nor of their settings.
    ...Object.fromEntries(
      Object.entries(process.env).filter(
        ([name]) => !/^(?:npm_|CONNECT_APPS_|NODE_(?!EXTRA_CA))/.test(name),
      ),
    ),
    PATH: programs + delimiter + npm,
    XDG_CACHE_HOME: join(npm, 'cache'),
  };
  return {
    place,
    async run(lines) {
      const { stdout } = await run('/bin/sh', ['-ec', lines], { cwd: place, env });
      return stdout;
    },
    start(lines) {
      const options = { cwd: place, env, detached: true, stdio: 'pipe' } as const;
      const child = spawn('/bin/sh', ['-ec', lines], options);
      started.add(child);
      child.once('close', () => started.delete(child));
      return child;
    },
    async stop(child) {
      const closed = once(child, 'close');
      if (child.pid !== undefined) process.kill(-child.pid, 'SIGINT');
      await closed;
    },
  };
}

function findProgram(name: string): string {
  const folders = (process.env.PATH ?? '').split(delimiter);
  const found = folders.map((folder) => join(folder, name)).find((path) => existsSync(path));
  if (found === undefined) throw new Error(`apt-get install ${name}`);
  return found;
}
