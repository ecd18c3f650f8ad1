/**
 * Runs a command as if it had been typed without `exec`: same streams, same signals, same exit code.
 * It does not outlive us, however we end.
 */

import { spawn } from 'node:child_process';
import { constants } from 'node:os';

const FORWARDED_SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT', 'SIGUSR2'] as const;

export interface CommandOutcome {
  /**
   * 128 + n when signal n ended it, 127 if the command does not exist and 126 if it cannot be run, as in a
   * shell.
   */
  exitCode: number;
  /** False when it did not begin. */
  hasRun: boolean;
}

/**
 * Runs `command` to its end. `mark` is a variable of `environment` (`NAME=value`) by which its processes can
 * be distinguished from all others.
 */
export function runCommand(
  command: readonly string[],
  environment: NodeJS.ProcessEnv,
  mark: string,
  notice: (line: string) => void,
): Promise<CommandOutcome> {
  const [file = '', ...parameters] = command;
  return new Promise((resolve) => {
    // Before the command begins: it may already run and receive a signal while spawn() returns.
    const stopForwarding = forwardSignals((signal) => child.kill(signal));
    const watchdog = startWatchdog(mark);
    const child = spawn(file, parameters, { stdio: 'inherit', env: environment });
    if (child.pid !== undefined) watchdog.watch(child.pid);
    child.once('error', (error: NodeJS.ErrnoException) => {
      stopForwarding();
      watchdog.dismiss();
      const isMissing = error.code === 'ENOENT';
      notice(isMissing ? `${file}: command not found` : `${file}: cannot be run (${error.code})`);
      resolve({ exitCode: isMissing ? 127 : 126, hasRun: false });
    });
    child.once('exit', (code, signal) => {
      stopForwarding();
      watchdog.dismiss();
      const exitCode = code ?? 128 + (signal ? constants.signals[signal] : 0);
      resolve({ exitCode, hasRun: true });
    });
  });
}

/** Passes our signals on; returns the function that stops doing so. */
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
 * Ends the process that it watches, and all that have our mark, when we are gone without having dismissed it,
 * even by SIGKILL: the end of its standard input is how it learns that. It stands ready before the command
 * begins; if we exit before we can pass on the process id, the mark finds it.
 */
function startWatchdog(mark: string): Watchdog {
  const script = `
    read -r pid && read -r _ && exit
    [ -n "$pid" ] || sleep 1
    marked() { grep -lszxF -e "$1" /proc/[0-9]*/environ | cut -d / -f 3; }
    kill -TERM $pid $(marked "$1"); sleep 5; kill -KILL $pid $(marked "$1")`;
  const watchdog = spawn('/bin/sh', ['-c', script, 'connect-apps-watchdog', mark], {
    stdio: ['pipe', 'ignore', 'ignore'],
    // Out of reach of the terminal's Ctrl-C.
    detached: true,
  });
  watchdog.on('error', withoutWatchdog);
  watchdog.stdin?.on('error', withoutWatchdog);
  watchdog.unref();
  return {
    watch: (pid) => watchdog.stdin?.write(`${pid}\n`),
    // Twice, for it may still wait for the process id.
    dismiss: () => watchdog.stdin?.end('dismissed\ndismissed\n'),
  };
}

/** Where there is no /bin/sh, or it was ended, the command simply is not watched. */
function withoutWatchdog(): void {}
