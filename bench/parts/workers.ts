/** What a second worker brings. */

import { setTimeout } from 'node:timers/promises';
import { fill } from '../data.ts';
import { canLimit, limitCpu } from '../limit.ts';
import { type Load, loadOn, measure, POST } from '../load.ts';
import { type Size, sqliteIn } from '../size.ts';
import { startServe } from '../subject.ts';
import { figure, median, type Table } from '../table.ts';

/** Of a core for each worker: two of them and the load generator fit on two cores. */
const SHARE = 0.4;
const CONNECTIONS = 64;

/** One and two workers, each on its own share of a core, with the rest for the load generator. */
export async function measureWorkers(size: Size): Promise<Table[]> {
  if (!canLimit())
    throw new Error('Workers are measured with control groups, and the right to make them');
  const data = await fill(sqliteIn(size.folder, 'workers'), size.apps);
  const load = loadOn(size, CONNECTIONS);
  const kinds: [string, Load][] = [
    ['GET one app', load(data.apps)],
    ['list of 50', load([data.firstPage(50)])],
    ['POST, durable commit', load(data.apps, POST)],
  ];
  const rates = new Map<string, { one: number[]; two: number[] }>();
  for (let round = 0; round < size.rounds; round += 1) {
    for (const count of [1, 2]) {
      const subject = await startServe({ ...data.environment, WORKERS: String(count) });
      await setTimeout(1500);
      const limits = subject
        .pids()
        .map((pid, index) => limitCpu(`connect-apps-bench-${index}`, SHARE, [pid]));
      for (const [name, one] of kinds) {
        const measured = rates.get(name) ?? { one: [], two: [] };
        const { requestsPerSecond } = await measure(subject, one);
        (count === 1 ? measured.one : measured.two).push(requestsPerSecond);
        rates.set(name, measured);
      }
      await subject.stop();
      for (const release of limits) release();
    }
  }
  return [
    {
      title: 'A second worker',
      columns: ['what', 'one worker, requests/s', 'two workers', 'times'],
      rows: [...rates].map(([name, { one, two }]) => [
        name,
        figure(median(one)),
        figure(median(two)),
        (median(two) / median(one)).toFixed(2),
      ]),
      note: `Each worker is held to ${SHARE} of a core by a control group, so that two of them and the load generator fit on two cores; SQLite, ${CONNECTIONS} connections, medians of ${size.rounds} rounds of ${size.seconds} s.`,
    },
  ];
}
