/**
 * `connect-apps exec`: a command whose requests to Twilio's API reach the local server. This file has the
 * order of things; each step is in its own file.
 */

import type { Clock } from '../clock.ts';
import { type ChildSettings, changesToEnvironment, PROXY_VARIABLE } from './child-environment.ts';
import { findUpstreamProxy } from './connection.ts';
import { findServer, type RunningServer } from './find-server.ts';
import { startForwardProxy } from './forward-proxy.ts';
import { explainLeftBehind, findLeftBehind } from './left-behind.ts';
import { runCommand } from './run-command.ts';
import { exportLines } from './shell.ts';
import { createTally, summarize } from './tally.ts';
import { loadAuthority } from './tls/certificate-authority.ts';
import { writeTrustFiles } from './tls/trust-files.ts';

export interface ExecOptions {
  /** The server that is meant, when it runs. */
  serverUrl: string;
  /** Called when nothing answers there. */
  startThrowAwayServer: () => Promise<RunningServer>;
  /** Where the certificate authority is kept. */
  authorityFolder: string;
  /** The environment that the command would have without `exec`. */
  environment: NodeJS.ProcessEnv;
  /** The account for the command's requests, unless its environment sets one. */
  credentials: ChildSettings['credentials'];
  /** 0 for any free port. */
  proxyPort: number;
  clock: Clock;
  /** Tells the user what went wrong, in one line; never on standard output, which is the command's. */
  notice(line: string): void;
  /** Tells the user what was done, in one line, also on standard error. */
  report(line: string): void;
}

/** Runs `command` to its end and returns its exit code; raises `setting_invalid` when it cannot begin. */
export async function execCommand(
  command: readonly string[],
  options: ExecOptions,
): Promise<number> {
  const { environment, notice, report } = options;
  return withSettings(options, async (changes, summary) => {
    const mark = `${PROXY_VARIABLE}=${changes[PROXY_VARIABLE]}`;
    const outcome = await runCommand(command, { ...environment, ...changes }, mark, notice);
    if (outcome.hasRun) {
      const leftBehind = await findLeftBehind(mark);
      if (leftBehind.length > 0) notice(explainLeftBehind(leftBehind));
      report(summary());
    }
    return outcome.exitCode;
  });
}

/**
 * Gives the settings of a command as lines for a POSIX shell, and serves everything that runs with them until
 * `stopped` settles.
 */
export async function printEnvironment(
  print: (lines: string) => void,
  stopped: Promise<unknown>,
  options: ExecOptions,
): Promise<void> {
  await withSettings(options, async (changes, summary) => {
    print(exportLines(changes));
    await stopped;
    options.report(summary());
  });
}

/** Sets everything up in the order in which it can fail, and removes it at the end. */
async function withSettings<Result>(
  options: ExecOptions,
  use: (changes: NodeJS.ProcessEnv, summary: () => string) => Promise<Result>,
): Promise<Result> {
  const { authorityFolder, environment, credentials, proxyPort, clock, notice, report } = options;
  const cleanUps: (() => unknown)[] = [];
  try {
    const authority = loadAuthority(authorityFolder, clock, notice);
    const server = await findServer(options.serverUrl, options.startThrowAwayServer, report);
    cleanUps.unshift(() => server.close());
    const upstream = findUpstreamProxy(environment);
    const tally = createTally();
    const settings = { serverUrl: server.url, authority, port: proxyPort, upstream, tally, notice };
    const proxy = await startForwardProxy(settings);
    cleanUps.unshift(() => proxy.close());
    const trust = writeTrustFiles(authority.certificate, environment);
    cleanUps.unshift(() => trust.remove());
    const changes = changesToEnvironment(environment, {
      proxyUrl: proxy.url,
      trust,
      credentials,
      server,
    });
    return await use(changes, () => {
      proxy.settle();
      return summarize(tally);
    });
  } finally {
    for (const cleanUp of cleanUps) await cleanUp();
  }
}
