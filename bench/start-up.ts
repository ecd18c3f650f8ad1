/** How long `connect-apps dev` takes from its start to its first answer, as it is built and shipped. */

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const EXECUTABLE = join(import.meta.dirname, '../bin/connect-apps.js');

/** Starts it `times` times in one folder, after a first time that makes it, and returns each in ms. */
export async function measureStartUps(times: number): Promise<number[]> {
  const folder = await mkdtemp(join(tmpdir(), 'connect-apps-start-'));
  try {
    await startUp(folder);
    const all: number[] = [];
    for (let round = 0; round < times; round += 1) all.push(await startUp(folder));
    return all.sort((a, b) => a - b);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function startUp(folder: string): Promise<number> {
  const begun = performance.now();
  const child = spawn(process.execPath, [EXECUTABLE, 'dev', '--port', '0'], {
    cwd: folder,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let printed = '';
  let origin: string | undefined;
  // Read to the end: a stream that is left earlier closes under the server that writes to it.
  child.stdout.on('data', (chunk) => {
    printed += chunk;
    [, origin] = /listens on (http:\S+)/.exec(printed) ?? [];
  });
  while (origin === undefined) await once(child.stdout, 'data');
  await (await fetch(`${origin}/healthz`)).text();
  const durationMs = performance.now() - begun;
  child.kill();
  await once(child, 'exit');
  return durationMs;
}
