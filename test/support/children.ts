/** The processes that tests have started. */

import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

/** Returns the ids of those that a process has started; none when there is no such process. */
export function childrenOf(pid: number): number[] {
  const { stdout } = spawnSync('ps', ['-o', 'pid=', '--ppid', String(pid)], { encoding: 'utf8' });
  return stdout.split(/\s+/).filter(Boolean).map(Number);
}

/** Sends a signal; 0 only asks. Returns whether there is such a process: some end by themselves. */
export function signalIfThere(pid: number, signal: NodeJS.Signals | 0): boolean {
  try {
    return process.kill(pid, signal);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error;
    return false;
  }
}

/**
 * Returns the ids of those that have a folder in their environment, and so in that of whatever they
 * start, or that work in a part of it.
 */
export function processesIn(folder: string): number[] {
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  return pids
    .filter((pid) => {
      try {
        const isThere = readlinkSync(`/proc/${pid}/cwd`).startsWith(`${folder}/`);
        return isThere || readFileSync(`/proc/${pid}/environ`, 'utf8').includes(folder);
      } catch {
        // It has ended in the meantime, or is none of ours.
        return false;
      }
    })
    .map(Number);
}
