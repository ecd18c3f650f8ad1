/**
 * Measures servers side by side: each in a process of its own, loaded in turn, so that a machine that
 * is busy or slow is so for all of them. Figures are compared as ratios, by their medians.
 */

import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import autocannon from 'autocannon';

export interface Subject {
  port: number;
  usage(): Promise<{ cpuMs: number; rssBytes: number }>;
  stop(): Promise<void>;
}

/** Starts a server of bench/servers in a process of its own, and has it answer once. */
export async function startSubject(
  name: string,
  environment: Readonly<Record<string, string>>,
  firstRequest: { path: string; headers: Record<string, string> },
): Promise<Subject> {
  const child = fork(join(import.meta.dirname, 'servers', `${name}.ts`), {
    env: { ...process.env, PORT: '0', HOST: '127.0.0.1', ...environment },
    // The log is written, as it is in production, and thrown away.
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  const [message] = await once(child, 'message');
  const port: number = message.port;
  const reply = await fetch(`http://127.0.0.1:${port}${firstRequest.path}`, {
    headers: firstRequest.headers,
  });
  if (!reply.ok) throw new Error(`${name} answered ${reply.status}: ${await reply.text()}`);
  await reply.arrayBuffer();
  return {
    port,
    usage: () => usageOf(child),
    async stop() {
      child.disconnect();
      await once(child, 'exit');
    },
  };
}

async function usageOf(child: ChildProcess) {
  child.send('usage');
  const [{ cpu, rss }] = await once(child, 'message');
  return { cpuMs: (cpu.user + cpu.system) / 1000, rssBytes: Number(rss) };
}

export interface Load {
  path: string;
  method?: 'GET' | 'POST';
  headers: Record<string, string>;
  body?: string;
  seconds: number;
  connections: number;
}

export interface Measurement {
  requestsPerSecond: number;
  cpuMicrosecondsPerRequest: number;
  p50Ms: number;
  p99Ms: number;
}

/** Loads one subject for a while; every answer must be a 2xx. */
export async function measure(subject: Subject, load: Load): Promise<Measurement> {
  const before = await subject.usage();
  const result = await autocannon({
    url: `http://127.0.0.1:${subject.port}${load.path}`,
    method: load.method ?? 'GET',
    headers: load.headers,
    ...(load.body !== undefined && { body: load.body }),
    connections: load.connections,
    duration: load.seconds,
  });
  const after = await subject.usage();
  const answered = result['2xx'];
  if (result.non2xx + result.errors > 0) {
    throw new Error(`${load.path}: ${result.non2xx} bad answers, ${result.errors} errors`);
  }
  return {
    requestsPerSecond: answered / result.duration,
    cpuMicrosecondsPerRequest: ((after.cpuMs - before.cpuMs) * 1000) / answered,
    p50Ms: result.latency.p50,
    p99Ms: result.latency.p99,
  };
}

/** The middle of several measurements, figure by figure. */
export function medianOf(rounds: readonly Measurement[]): Measurement {
  const middle = (figure: (one: Measurement) => number) =>
    rounds.map(figure).sort((a, b) => a - b)[Math.floor(rounds.length / 2)] ?? Number.NaN;
  return {
    requestsPerSecond: middle((one) => one.requestsPerSecond),
    cpuMicrosecondsPerRequest: middle((one) => one.cpuMicrosecondsPerRequest),
    p50Ms: middle((one) => one.p50Ms),
    p99Ms: middle((one) => one.p99Ms),
  };
}
