/** The command line as a subprocess: arguments in; standard streams and exit code out. */

import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { after } from 'node:test';
import { SETTING_NAMES } from '../../src/server/config.ts';
import { PREFIX } from '../../src/server/setting.ts';

/** The program that `process.execPath` runs as `connect-apps`. */
export const MAIN = join(import.meta.dirname, 'command.js');

export interface Outcome {
  stdout: string;
  stderr: string;
  exitCode: number | null;
}

/**
 * Starts a command in `folder`, with nothing of the tester's settings in its environment. Settings may be
 * named without their prefix.
 */
export function startCommand(
  folder: string,
  words: readonly string[],
  environment: Readonly<Record<string, string>> = {},
): ChildProcess {
  return startWith(folder, words, withPrefix(environment));
}

/** The same with an environment that is passed on as it is, such as that of another program. */
export function startWith(
  folder: string,
  words: readonly string[],
  environment: Readonly<Record<string, string>>,
): ChildProcess {
  const child = spawn(process.execPath, [MAIN, ...words], {
    cwd: folder,
    env: { PATH: process.env.PATH, HOME: folder, ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  running.add(child);
  child.once('exit', () => running.delete(child));
  return child;
}

/** What a failed test, or a failed `before`, leaves behind must not outlive the file, nor keep it from its end. */
const running = new Set<ChildProcess>();
if (process.env.NODE_TEST_CONTEXT !== undefined) {
  after(() => {
    for (const child of running) child.kill('SIGKILL');
  });
}

/** Names settings as the environment has them; every other name stays as it is. */
export function withPrefix(environment: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(environment).map(([name, value]) => [
      SETTING_NAMES.includes(name) ? PREFIX + name : name,
      value,
    ]),
  );
}

/** Runs a command to its end. */
export async function runCommand(
  folder: string,
  words: readonly string[],
  environment?: Readonly<Record<string, string>>,
): Promise<Outcome> {
  return outcomeOf(startCommand(folder, words, environment));
}

/** Resolves with what a command printed, and its exit code, when it has ended. */
export async function outcomeOf(child: ChildProcess): Promise<Outcome> {
  const exited = new Promise<number | null>((resolve) => child.once('close', resolve));
  const [stdout, stderr] = await Promise.all([read(child.stdout), read(child.stderr)]);
  return { stdout, stderr, exitCode: await exited };
}

/** Resolves with the origin that a server prints once it listens; rejects when it ends before. */
export async function originOf(child: ChildProcess): Promise<string> {
  return printedBy(child, /listens on (http:\/\/[\d.]+:\d+)/);
}

/** Resolves with where a server says that its metrics are; rejects when it ends before. */
export async function metricsUrlOf(child: ChildProcess): Promise<string> {
  return printedBy(child, /Metrics are on (http:\/\/[\d.]+:\d+\/metrics)/);
}

/** Resolves with the group of `pattern` in what a server prints. */
export async function printedBy(child: ChildProcess, pattern: RegExp): Promise<string> {
  return new Promise((resolve, reject) => {
    let printed = '';
    child.stdout?.on('data', (chunk: Buffer) => {
      printed += chunk.toString();
      const [, found] = pattern.exec(printed) ?? [];
      if (found) resolve(found);
    });
    child.stderr?.on('data', (chunk: Buffer) => {
      printed += chunk.toString();
    });
    child.once('exit', () => reject(new Error(`It ended before it listened: ${printed}`)));
  });
}

/** Resolves with the exit code, or the signal that ended the process. */
export async function ended(child: ChildProcess): Promise<number | string | null> {
  if (child.exitCode !== null || child.signalCode !== null) {
    return child.exitCode ?? child.signalCode;
  }
  return new Promise((resolve) => child.once('exit', (code, signal) => resolve(code ?? signal)));
}

async function read(stream: ChildProcess['stdout']): Promise<string> {
  return stream ? text(stream) : '';
}
