/**
 * `exec --print-env` for a shell that continues: the proxy runs in a separate process until the shell ends.
 */

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout } from 'node:timers/promises';

const LOOK_EVERY_MS = 500;

/**
 * Starts this command line again with `words`, apart from our terminal, and resolves with the lines that it
 * sends once it serves; with undefined when it ends before, having said why on standard error.
 */
export async function startInBackground(words: readonly string[]): Promise<string | undefined> {
  const [, program = ''] = process.argv;
  const parameters = [...process.execArgv, program, ...words];
  const child = spawn(process.execPath, parameters, {
    detached: true,
    // It must not inherit our standard output: the shell reads that to its end before it continues.
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  const lines = await Promise.race([
    once(child, 'message').then(([message]) => String(message)),
    once(child, 'exit').then(() => undefined),
  ]);
  if (child.connected) child.disconnect();
  child.unref();
  return lines;
}

/** Sends the lines to the process that started this one, which then ends. */
export function sendToStarter(lines: string): void {
  process.send?.(lines);
}

/** Resolves when the process `pid` has ended. */
export async function untilEnded(pid: number): Promise<void> {
  while (isRunning(pid)) await setTimeout(LOOK_EVERY_MS);
}

/** One of another user's runs, too. */
function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}
