/** Commands on a real terminal: a pseudo-terminal that Python opens. */

import { spawn, spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { MAIN, withPrefix } from './cli.ts';

const PROGRAM = join(import.meta.dirname, 'terminal.py');

/** Why tests of terminals are skipped here, for node:test; in CI they are not, they fail. */
export const TERMINAL_OBSTACLE =
  process.env.CI !== 'true' && spawnSync('python3', ['--version']).error !== undefined
    ? 'SKIPPED: there is no python3'
    : undefined;

export interface Step {
  /** What is waited for. */
  expect: string;
  /** What is typed then. */
  type: string;
}

export interface Shown {
  /** All that the terminal showed. */
  shown: string;
  exitCode: number;
  /** Whether the terminal echoes what is typed, after the end of the command. */
  echo: boolean;
}

interface Terminal {
  folder: string;
  /** Settings may be named without their prefix. */
  environment?: Readonly<Record<string, string>>;
}

/** Runs a command of connect-apps on a terminal to its end. */
export async function typeInto(
  words: readonly string[],
  steps: readonly Step[],
  terminal: Terminal,
): Promise<Shown> {
  return JSON.parse(await run({ words, steps, hangUp: false }, terminal));
}

/** Runs one until the steps are done, closes the terminal, and waits for its end. */
export async function closeTerminalOf(
  words: readonly string[],
  steps: readonly Step[],
  terminal: Terminal,
): Promise<{ shown: string; pid: number }> {
  return JSON.parse(await run({ words, steps, hangUp: true }, terminal));
}

async function run(
  { words, steps, hangUp }: { words: readonly string[]; steps: readonly Step[]; hangUp: boolean },
  { folder, environment = {} }: Terminal,
): Promise<string> {
  const command = [process.execPath, MAIN, ...words];
  const child = spawn('python3', [PROGRAM, JSON.stringify({ command, steps, hangUp })], {
    cwd: folder,
    env: {
      PATH: process.env.PATH,
      HOME: folder,
      TERM: 'xterm-256color',
      ...withPrefix(environment),
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let [stdout, stderr] = ['', ''];
  child.stdout.on('data', (chunk: Buffer) => {
    stdout += chunk.toString();
  });
  child.stderr.on('data', (chunk: Buffer) => {
    stderr += chunk.toString();
  });
  const code = await new Promise((resolve) => child.once('close', resolve));
  if (code !== 0) throw new Error(`The terminal failed: ${stderr}`);
  return stdout;
}
