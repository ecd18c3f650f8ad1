/** The processes that a process has started. */

import { spawnSync } from 'node:child_process';

/** Returns their ids; none when there is no such process. */
export function childrenOf(pid: number): number[] {
  const { stdout } = spawnSync('ps', ['-o', 'pid=', '--ppid', String(pid)], { encoding: 'utf8' });
  return stdout.split(/\s+/).filter(Boolean).map(Number);
}
