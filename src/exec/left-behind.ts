/** The processes that a command leaves running when it ends: they still have the settings of an exec that is gone. */

import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout } from 'node:timers/promises';

export interface LeftBehind {
  pid: string;
  name: string;
}

/** How long a process may take to end after the command that it belongs to. */
const GRACE_MS = 300;

/** Finds the processes whose environment has `variable`; none on a system without /proc. */
export async function findLeftBehind(variable: string): Promise<LeftBehind[]> {
  if (listMarked(variable).length === 0) return [];
  await setTimeout(GRACE_MS);
  return listMarked(variable);
}

/** Describes what happens to them. */
export function explainLeftBehind(processes: readonly LeftBehind[]): string {
  const names = processes.map(({ pid, name }) => `${name} (${pid})`).join(', ');
  return (
    `The command left processes running: ${names}. They still use the exec proxy, which has stopped, so their ` +
    'requests will fail. Stop them, and start each one with exec.'
  );
}

function listMarked(variable: string): LeftBehind[] {
  const pids = readDirectory('/proc').filter((name) => /^\d+$/.test(name));
  return pids.flatMap((pid) => {
    const isMarked = readProcFile(`/proc/${pid}/environ`).split('\0').includes(variable);
    return isMarked ? [{ pid, name: readProcFile(`/proc/${pid}/comm`).trim() }] : [];
  });
}

function readDirectory(path: string): string[] {
  try {
    return readdirSync(path);
  } catch {
    return [];
  }
}

/** Empty for a process that has ended, and for those of other users. */
function readProcFile(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
