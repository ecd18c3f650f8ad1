/** The servers that are measured, each in its own processes, and the resources they use. */

import { type ChildProcess, fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { childrenOf } from '../test/support/children.ts';
import { withPrefix } from '../test/support/cli.ts';
import { freePort } from '../test/support/free-port.ts';

const EXECUTABLE = join(import.meta.dirname, '../bin/connect-apps.js');
const START_TIMEOUT_MS = 30_000;
/** USER_HZ of Linux: what /proc counts processor time in. */
const TICKS_PER_SECOND = 100;
const PAGE_BYTES = 4096;

export interface Subject {
  port: number;
  /** Processes that answer; of `serve --workers` all workers. */
  pids(): number[];
  stop(): Promise<void>;
}

export type Environment = Readonly<Record<string, string>>;

/** Starts a server of bench/servers. */
export async function startFloor(
  name: string,
  environment: Environment,
  words: readonly string[] = [],
): Promise<Subject> {
  const { child, port } = await startChild(name, environment, words);
  return subjectOf(child, port);
}

/** Starts a process of bench/servers that answers on two ports: the processor time of each is that of both. */
export async function startTwins(
  name: string,
  environment: Environment,
  words: readonly string[],
): Promise<[Subject, Subject]> {
  const { child, port, twinPort } = await startChild(name, environment, words);
  return [subjectOf(child, port), subjectOf(child, twinPort)];
}

async function startChild(
  name: string,
  environment: Environment,
  words: readonly string[],
): Promise<{ child: ChildProcess; port: number; twinPort: number }> {
  const child = fork(join(import.meta.dirname, 'servers', `${name}.ts`), [...words], {
    env: { ...process.env, ...withPrefix(environment) },
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  const [{ port, twinPort }] = await once(child, 'message');
  return { child, port, twinPort };
}

/** Starts `connect-apps serve` as it is built and shipped; its log is written and thrown away. */
export async function startServe(environment: Environment): Promise<Subject> {
  const port = await freePort();
  return startProgram([process.execPath, EXECUTABLE, 'serve', '--port', String(port)], port, {
    RATE_LIMIT_PER_SECOND: '0',
    DRAIN_SECONDS: '0',
    ...environment,
  });
}

/** Starts a server on a given port, and waits until it answers. */
export async function startProgram(
  [program = '', ...words]: readonly string[],
  port: number,
  environment: Environment = {},
): Promise<Subject> {
  const child = spawn(program, words, {
    env: { ...process.env, ...withPrefix(environment) },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const deadline = performance.now() + START_TIMEOUT_MS;
  for (;;) {
    const reply = await fetch(`http://127.0.0.1:${port}/healthz`).catch(() => undefined);
    await reply?.arrayBuffer();
    if (reply !== undefined) return subjectOf(child, port);
    if (child.exitCode !== null || performance.now() > deadline) {
      throw new Error(`${program} ${words.join(' ')} did not start`);
    }
    await setTimeout(100);
  }
}

function subjectOf(child: ChildProcess, port: number): Subject {
  return {
    port,
    pids() {
      const workers = childrenOf(child.pid ?? 0);
      return workers.length > 0 ? workers : [child.pid ?? 0];
    },
    async stop() {
      child.kill();
      if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
    },
  };
}

/** What processes have used so far (proc(5)). */
export function usageOf(pids: readonly number[]): {
  cpuMs: number;
  rssBytes: number;
  files: number;
} {
  let [ticks, pages, files] = [0, 0, 0];
  for (const pid of pids) {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
    ticks += Number(fields[11]) + Number(fields[12]);
    pages += Number(fields[21]);
    files += readdirSync(`/proc/${pid}/fd`).length;
  }
  return {
    cpuMs: (ticks * 1000) / TICKS_PER_SECOND,
    rssBytes: pages * PAGE_BYTES,
    files,
  };
}
