/** Load on one server, from this process, by clients that wait for their answers. */

import autocannon from 'autocannon';
import type { Target } from './data.ts';
import type { Size } from './size.ts';
import { type Subject, usageOf } from './subject.ts';

export interface Load {
  /** What is asked for; several are shared out among the connections, in a random order. */
  targets: readonly Target[];
  method?: 'GET' | 'POST';
  /** Headers for every request, in addition to those of its target. */
  headers?: Readonly<Record<string, string>>;
  body?: string;
  seconds: number;
  connections: number;
  /** Whether responses other than 2xx are counted instead of failing the benchmark. */
  allowsRefusals?: boolean;
}

export interface Measurement {
  requestsPerSecond: number;
  cpuMicroseconds: number;
  p50Ms: number;
  p99Ms: number;
  refused: number;
  errors: number;
}

/** Returns what makes loads of so many connections: GET of these targets, unless `more` says otherwise. */
export function loadOn(
  { seconds }: Size,
  connections: number,
): (targets: readonly Target[], more?: Partial<Load>) => Load {
  return (targets, more = {}) => ({ targets, seconds, connections, ...more });
}

/** A change of one property. */
export const POST: Pick<Load, 'method' | 'headers' | 'body'> = {
  method: 'POST',
  headers: { 'content-type': 'application/x-www-form-urlencoded' },
  body: 'Description=new',
};

/** Loads one subject for a while. */
export async function measure(subject: Subject, load: Load): Promise<Measurement> {
  const pids = subject.pids();
  const before = usageOf(pids);
  const request = ({ path, headers }: Target) => ({
    method: load.method ?? ('GET' as const),
    path,
    headers: { ...headers, ...load.headers },
    ...(load.body !== undefined && { body: load.body }),
  });
  const shares = share(load.targets, load.connections);
  let clients = 0;
  const result = await autocannon({
    url: `http://127.0.0.1:${subject.port}`,
    connections: load.connections,
    duration: load.seconds,
    setupClient: (client) => {
      client.setRequests((shares[clients % shares.length] ?? load.targets).map(request));
      clients += 1;
    },
  });
  const cpuMs = usageOf(pids).cpuMs - before.cpuMs;
  if (!load.allowsRefusals && result.non2xx + result.errors > 0) {
    const [first] = load.targets;
    throw new Error(`${first?.path}: ${result.non2xx} bad answers, ${result.errors} errors`);
  }
  return {
    requestsPerSecond: result['2xx'] / result.duration,
    cpuMicroseconds: (cpuMs * 1000) / result['2xx'],
    p50Ms: result.latency.p50,
    p99Ms: result.latency.p99,
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
  return inTurn(
    entries.map(([name, subject, load]) => [name, () => measure(subject, load)]),
    rounds,
  );
}

/** Takes several measurements in turn, several rounds; returns the median of each figure, by name. */
export async function inTurn<Figures extends { [Name in keyof Figures]: number }>(
  entries: readonly (readonly [name: string, measure: () => Promise<Figures>])[],
  rounds: number,
): Promise<Map<string, Figures>> {
  const all = new Map<string, Figures[]>();
  for (let round = 0; round < rounds; round += 1) {
    for (const [name, take] of entries) all.set(name, [...(all.get(name) ?? []), await take()]);
  }
  return new Map([...all].map(([name, measured]) => [name, medianOf(measured)]));
}

/** The median of each figure by itself. */
function medianOf<Figures extends { [Name in keyof Figures]: number }>(
  all: readonly Figures[],
): Figures {
  const [first] = all;
  if (first === undefined) throw new Error('Nothing was measured');
  const medians = { ...first };
  for (const name in medians) medians[name] = pick(all, name);
  return medians;
}

function pick<Figures extends { [Name in keyof Figures]: number }, Name extends keyof Figures>(
  all: readonly Figures[],
  name: Name,
): Figures[Name] {
  const sorted = all.map((one) => one[name]).sort((a, b) => a - b);
  const middle = sorted[Math.floor(sorted.length / 2)];
  if (middle === undefined) throw new Error('Nothing was measured');
  return middle;
}

/** Shares out targets among connections; each has all of them when there are too few. */
function share(targets: readonly Target[], connections: number): Target[][] {
  if (targets.length < connections) return [[...targets]];
  const shuffled = targets
    .map((item) => ({ item, at: Math.random() }))
    .sort((a, b) => a.at - b.at)
    .map(({ item }) => item);
  return Array.from({ length: connections }, (_, client) =>
    shuffled.filter((_target, index) => index % connections === client),
  );
}
