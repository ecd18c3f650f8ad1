/** Other servers for tests, installed for the run: what they take to start and to go back. */

import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { figure } from './table.ts';

interface Measured {
  startMs: number;
  /** Undefined for a server that keeps nothing. */
  resetMs: number | undefined;
}

/** emulate of npm, 0.12: the name's newest version is another program. */
const EMULATE = `
const { createEmulator } = await import('emulate');
async function start(port) {
  const begun = performance.now();
  const emulator = await createEmulator({ service: 'github', port });
  await fetch(emulator.url);
  return { emulator, startMs: performance.now() - begun };
}
await start(43101);
const { emulator, startMs } = await start(43102);
const begun = performance.now();
await emulator.reset();
console.log(JSON.stringify({ startMs, resetMs: performance.now() - begun }));
process.exit();
`;

/** A row for each server; one that cannot be had here says so. */
export async function rivalRows(folder: string): Promise<string[][]> {
  return [
    await row('emulate 0.12.2, in process', () => measureEmulate(join(folder, 'emulate'))),
    await row('stripe-mock 0.197, a process', () => measureStripeMock(join(folder, 'go'))),
    await row('moto 5.1, a process', () => measureMoto(join(folder, 'moto'))),
  ];
}

async function row(name: string, measure: () => Promise<Measured>): Promise<string[]> {
  try {
    const { startMs, resetMs } = await measure();
    return [
      name,
      `${figure(startMs)} ms`,
      resetMs === undefined ? 'keeps nothing' : `${figure(resetMs)} ms`,
    ];
  } catch {
    return [name, 'could not be installed here', '–'];
  }
}

async function measureEmulate(folder: string): Promise<Measured> {
  mkdirSync(folder);
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }');
  writeFileSync(join(folder, 'measure.js'), EMULATE);
  const run = (program: string, words: string[]) =>
    execFileSync(program, words, {
      cwd: folder,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    });
  run('npm', ['install', '--ignore-scripts', 'emulate@0.12.2']);
  return JSON.parse(run(process.execPath, ['measure.js']));
}

async function measureStripeMock(folder: string): Promise<Measured> {
  const environment = { ...process.env, GOBIN: folder };
  const module = 'github.com/stripe/stripe-mock@v0.197.0';
  execFileSync('go', ['install', module], { env: environment, stdio: 'ignore' });
  const words = ['-http-port', '43111'];
  return measureProcess(join(folder, 'stripe-mock'), words, 'http://127.0.0.1:43111/');
}

async function measureMoto(folder: string): Promise<Measured> {
  execFileSync('python3', ['-m', 'venv', folder], { stdio: 'ignore' });
  const pip = join(folder, 'bin/pip');
  execFileSync(pip, ['install', '--quiet', 'moto[server]==5.1.22'], { stdio: 'ignore' });
  const url = 'http://127.0.0.1:43112/moto-api/';
  return measureProcess(join(folder, 'bin/moto_server'), ['-p', '43112'], url, `${url}reset`);
}

async function measureProcess(
  program: string,
  words: readonly string[],
  url: string,
  resetUrl?: string,
): Promise<Measured> {
  const begun = performance.now();
  const child = spawn(program, words, { stdio: 'ignore' });
  while (!(await answers(url))) {
    // Until it does.
  }
  const startMs = performance.now() - begun;
  const before = performance.now();
  if (resetUrl !== undefined) await fetch(resetUrl, { method: 'POST' });
  const resetMs = performance.now() - before;
  child.kill();
  await once(child, 'exit');
  return { startMs, resetMs: resetUrl === undefined ? undefined : resetMs };
}

function answers(url: string): Promise<boolean> {
  return fetch(url).then(
    () => true,
    () => false,
  );
}
