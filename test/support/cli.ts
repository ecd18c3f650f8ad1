/** The command line as a subprocess: arguments in; standard streams and exit code out. */

import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';

const MAIN = join(import.meta.dirname, '../../src/main.ts');

export interface Outcome {
  stdout: string;
  stderr: string;
  exitCode: number | null;
}

/** Starts a command in `folder`, with nothing of the tester's settings in its environment. */
export function startCommand(
  folder: string,
  words: readonly string[],
  environment: Readonly<Record<string, string>> = {},
): ChildProcess {
  return spawn(process.execPath, [MAIN, ...words], {
    cwd: folder,
    env: { PATH: process.env.PATH, HOME: folder, ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

/** Runs a command to its end. */
export async function runCommand(
  folder: string,
  words: readonly string[],
  environment?: Readonly<Record<string, string>>,
): Promise<Outcome> {
  const child = startCommand(folder, words, environment);
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
async function printedBy(child: ChildProcess, pattern: RegExp): Promise<string> {
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
