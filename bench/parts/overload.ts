/** What is left of a server that is asked for ten times what it can do. */

import { setTimeout } from 'node:timers/promises';
import { fill } from '../data.ts';
import { canLimit, limitCpu } from '../limit.ts';
import { type Load, measure } from '../load.ts';
import { type Size, sqliteIn } from '../size.ts';
import { startServe } from '../subject.ts';
import { figure, type Table } from '../table.ts';

/** Of a core: the load generator must be able to ask for ten times as much. */
const SHARE = 0.25;
const CONNECTIONS = 32;
const MORE_CONNECTIONS = 500;

/** One server on a part of a core, at its capacity and far beyond it. */
export async function measureOverload(size: Size): Promise<Table[]> {
  if (!canLimit()) return [];
  const data = await fill(sqliteIn(size.folder, 'overload'), size.apps);
  const subject = await startServe(data.environment);
  await setTimeout(1000);
  const release = limitCpu('connect-apps-bench', SHARE, subject.pids());
  const load: Load = {
    paths: [`${data.list}?PageSize=50`],
    headers: data.headers,
    // Long beside the time that a request waits: what is under way at the end is not counted.
    seconds: 8 * size.seconds,
    connections: CONNECTIONS,
    allowsRefusals: true,
  };
  await measure(subject, load);
  const { requestsPerSecond: capacity } = await measure(subject, load);
  const rows = [];
  for (const times of [1, 2, 5, 10]) {
    const one = await measure(subject, {
      ...load,
      rate: Math.round(times * capacity),
      connections: MORE_CONNECTIONS,
    });
    rows.push([
      `${times} times`,
      figure(times * capacity),
      figure(one.requestsPerSecond),
      (one.requestsPerSecond / capacity).toFixed(2),
      figure(one.refused / load.seconds),
      one.errors,
      one.p50Ms,
      one.p99Ms,
    ]);
  }
  await subject.stop();
  release();
  return [
    {
      title: 'Overload',
      columns: [
        'load',
        'asked/s',
        'answered/s',
        'of capacity',
        'refused/s',
        'errors',
        'p50 ms',
        'p99 ms',
      ],
      rows,
      note: `The server is held to ${SHARE} of a core, where it can answer ${figure(capacity)} lists of 50 a second; ${MORE_CONNECTIONS} connections, each of which asks on schedule unless it still waits for an answer.`,
    },
  ];
}
