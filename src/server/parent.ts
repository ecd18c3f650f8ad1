/**
 * Detects that the process that started this one has ended, so that a server does not outlive the program
 * that a person closed. docs/decisions/0027 lists the servers that do this.
 */

import { readFileSync } from 'node:fs';

const CHECK_MS = 500;
const SHELLS = ['sh', 'dash', 'ash', 'bash', 'zsh'];

/**
 * Resolves when the process that started this one has ended, or the npm or npx behind it. Never resolves for
 * a process that was detached on purpose: a session leader (`setsid`, a supervisor, the first process of a
 * container), or that has no parent but the system's first process.
 */
export function whenParentIsGone(): Promise<void> {
  const parent = process.ppid;
  const own = readProcess(process.pid);
  if (parent <= 1 || own?.session === process.pid) return new Promise(() => {});
  // npm and npx start a shell, which outlives them.
  const shell = readProcess(parent);
  const isNpmShell =
    shell !== undefined &&
    SHELLS.includes(shell.name) &&
    readProcess(shell.parent)?.name.startsWith('npm') === true;
  return new Promise((resolve) => {
    const timer = setInterval(() => {
      const isLost = isNpmShell && readProcess(parent)?.parent !== shell.parent;
      if (process.ppid === parent && !isLost) return;
      clearInterval(timer);
      resolve();
    }, CHECK_MS);
    timer.unref();
  });
}

interface ProcessInfo {
  name: string;
  parent: number;
  session: number;
}

/**
 * What Linux reports about a process (proc_pid_stat(5)); undefined without /proc, or if there is no such
 * process.
 */
function readProcess(pid: number): ProcessInfo | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The name is in parentheses, and can contain any character.
    const [, name = '', rest = ''] = /^\d+ \((.*)\) (.*)$/s.exec(stat) ?? [];
    const [, parent, , session] = rest.split(' ').map(Number);
    return { name, parent: parent ?? 0, session: session ?? 0 };
  } catch {
    return undefined;
  }
}
