/** Measurements as the tables of docs/performance.md. */

import { type Measurement, medianOf } from './harness.ts';

const COLUMNS = [
  'what',
  'requests/s',
  'of the floor',
  'CPU µs a request',
  'CPU of the floor',
  'p50 ms',
  'p99 ms',
];

/** One row for each name, with the medians of its rounds; the first is what the others are compared to. */
export function tableOf(rounds: ReadonlyMap<string, readonly Measurement[]>): string {
  const medians = [...rounds].map(([name, all]) => ({ name, ...medianOf(all) }));
  const rows = medians.map((one) => [
    one.name,
    one.requestsPerSecond.toFixed(0),
    (one.requestsPerSecond / (medians[0]?.requestsPerSecond ?? Number.NaN)).toFixed(2),
    one.cpuMicrosecondsPerRequest.toFixed(0),
    (one.cpuMicrosecondsPerRequest / (medians[0]?.cpuMicrosecondsPerRequest ?? Number.NaN)).toFixed(
      2,
    ),
    String(one.p50Ms),
    String(one.p99Ms),
  ]);
  const lines = [COLUMNS, COLUMNS.map(() => '---'), ...rows];
  return lines.map((cells) => `| ${cells.join(' | ')} |\n`).join('');
}

/** Bytes as whole MiB. */
export function mebibytes(bytes: number): string {
  return `${(bytes / 2 ** 20).toFixed(0)} MiB`;
}
