/** Load on one server, from this process, and what came of it. */

import autocannon from 'autocannon';
import type { Data } from './data.ts';
import type { Size } from './size.ts';
import { type Subject, usageOf } from './subject.ts';
import { median } from './table.ts';

export interface Load {
  /** Several paths are asked in an order of its own by each connection. */
  paths: readonly string[];
  method?: 'GET' | 'POST';
  headers: Readonly<Record<string, string>>;
  body?: string;
  seconds: number;
  connections: number;
  /** Requests a second in all; as many as are answered when absent. */
  rate?: number;
  /** Whether answers that are no 2xx are counted instead of failing the benchmark. */
  allowsRefusals?: boolean;
}

export interface Measurement {
  requestsPerSecond: number;
  cpuMicroseconds: number;
  p50Ms: number;
  p99Ms: number;
  p999Ms: number;
  refused: number;
  errors: number;
}

/** Returns what makes loads on some data: GET of these paths, unless `more` says otherwise. */
export function loadOn(
  { headers }: Data,
  { seconds }: Size,
  connections: number,
): (paths: readonly string[], more?: Partial<Load>) => Load {
  return (paths, more = {}) => ({ paths, headers, seconds, connections, ...more });
}

/** A change of one property. */
export function postOf({ headers }: Data): Pick<Load, 'method' | 'headers' | 'body'> {
  return {
    method: 'POST',
    headers: { ...headers, 'content-type': 'application/x-www-form-urlencoded' },
    body: 'Description=new',
  };
}

/** Loads one subject for a while. */
export async function measure(subject: Subject, load: Load): Promise<Measurement> {
  const pids = subject.pids();
  const before = usageOf(pids);
  const request = (path: string) => ({
    method: load.method ?? ('GET' as const),
    path,
    headers: { ...load.headers },
    ...(load.body !== undefined && { body: load.body }),
  });
  const [first = '/'] = load.paths;
  const result = await autocannon({
    url: `http://127.0.0.1:${subject.port}`,
    requests: [request(first)],
    connections: load.connections,
    duration: load.seconds,
    ...(load.rate !== undefined && { overallRate: load.rate }),
    ...(load.paths.length > 1 && {
      setupClient: (client) => client.setRequests(shuffled(load.paths).map(request)),
    }),
  });
  const cpuMs = usageOf(pids).cpuMs - before.cpuMs;
  if (!load.allowsRefusals && result.non2xx + result.errors > 0) {
    throw new Error(`${first}: ${result.non2xx} bad answers, ${result.errors} errors`);
  }
  return {
    requestsPerSecond: result['2xx'] / result.duration,
    cpuMicroseconds: (cpuMs * 1000) / result['2xx'],
    p50Ms: result.latency.p50,
    p99Ms: result.latency.p99,
    p999Ms: result.latency.p99_9,
    refused: result.non2xx,
    errors: result.errors,
  };
}

/** Something to measure, by name. */
export type Entry = readonly [name: string, subject: Subject, load: Load];

/**
 * Measures all entries in turn, several rounds, so that a machine that is busy or slow is so for all of
 * them; returns the median of each figure, by name.
 */
export async function compare(
  entries: readonly Entry[],
  rounds: number,
): Promise<Map<string, Measurement>> {
  const all = new Map<string, Measurement[]>();
  for (let round = 0; round < rounds; round += 1) {
    for (const [name, subject, load] of entries) {
      all.set(name, [...(all.get(name) ?? []), await measure(subject, load)]);
    }
  }
  return new Map([...all].map(([name, measured]) => [name, medianOf(measured)]));
}

function medianOf(all: readonly Measurement[]): Measurement {
  const middle = (of: (one: Measurement) => number) => median(all.map(of));
  return {
    requestsPerSecond: middle((one) => one.requestsPerSecond),
    cpuMicroseconds: middle((one) => one.cpuMicroseconds),
    p50Ms: middle((one) => one.p50Ms),
    p99Ms: middle((one) => one.p99Ms),
    p999Ms: middle((one) => one.p999Ms),
    refused: middle((one) => one.refused),
    errors: middle((one) => one.errors),
  };
}

function shuffled<T>(items: readonly T[]): T[] {
  return items
    .map((item) => ({ item, at: Math.random() }))
    .sort((a, b) => a.at - b.at)
    .map(({ item }) => item);
}
