/**
 * Runs a command as if it had been typed without `exec`: same streams, same signals, same exit code.
 * It does not outlive us, however we end, but for a SIGKILL in the instant in which it begins.
 */

import { spawn } from 'node:child_process';
import { constants } from 'node:os';

const FORWARDED_SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT', 'SIGUSR2'] as const;

/**
 * Runs `command` to its end and returns its exit code: 128 + n when signal n ended it, 127 when there
 * is no such command and 126 when it cannot be run, as a shell does.
 */
export function runCommand(
  command: readonly string[],
  environment: NodeJS.ProcessEnv,
  notice: (line: string) => void,
): Promise<number> {
  const [file = '', ...parameters] = command;
  return new Promise((resolve) => {
    // Before the command begins: it may be running, and be told to stop, while we still spawn it.
    const stopForwarding = forwardSignals((signal) => child.kill(signal));
    const watchdog = startWatchdog();
    const child = spawn(file, parameters, { stdio: 'inherit', env: environment });
    if (child.pid !== undefined) watchdog.watch(child.pid);
    child.once('error', (error: NodeJS.ErrnoException) => {
      stopForwarding();
      watchdog.dismiss();
      const isMissing = error.code === 'ENOENT';
      notice(isMissing ? `${file}: command not found` : `${file}: cannot be run (${error.code})`);
      resolve(isMissing ? 127 : 126);
    });
    child.once('exit', (code, signal) => {
      stopForwarding();
      watchdog.dismiss();
      resolve(code ?? 128 + (signal ? constants.signals[signal] : 0));
    });
  });
}

/** Passes on what we are told to do; returns how to stop that. */
function forwardSignals(pass: (signal: NodeJS.Signals) => void): () => void {
  const forward = (signal: NodeJS.Signals) => {
    if (!isFromKeyboard(signal)) pass(signal);
  };
  for (const signal of FORWARDED_SIGNALS) process.on(signal, forward);
  return () => {
    for (const signal of FORWARDED_SIGNALS) process.off(signal, forward);
  };
}

/** The keys of a terminal reach the command by themselves, and many take a second Ctrl-C for "at once". */
function isFromKeyboard(signal: NodeJS.Signals): boolean {
  const hasTerminal = process.stdin.isTTY || process.stdout.isTTY || process.stderr.isTTY;
  return hasTerminal && (signal === 'SIGINT' || signal === 'SIGQUIT');
}

interface Watchdog {
  watch(pid: number): void;
  dismiss(): void;
}

/**
 * Ends the process that it watches when we are gone without having dismissed it, even by SIGKILL: the
 * end of its standard input is how it learns that. It stands ready before the command begins.
 */
function startWatchdog(): Watchdog {
  const end = 'kill -TERM "$pid"; sleep 5; kill -KILL "$pid"';
  const script = `read -r pid && { read -r _ || { ${end}; } 2>/dev/null; }`;
  const watchdog = spawn('/bin/sh', ['-c', script, 'connect-apps-watchdog'], {
    stdio: ['pipe', 'ignore', 'ignore'],
    // Out of reach of the terminal's Ctrl-C.
    detached: true,
  });
  watchdog.on('error', withoutWatchdog);
  watchdog.stdin?.on('error', withoutWatchdog);
  watchdog.unref();
  return {
    watch: (pid) => watchdog.stdin?.write(`${pid}\n`),
    dismiss: () => watchdog.stdin?.end('dismissed\n'),
  };
}

/** Where there is no /bin/sh, or it was ended, the command simply is not watched. */
function withoutWatchdog(): void {}
