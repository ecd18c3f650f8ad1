/** Whether a server that works for a long time uses more and more. */

import { setTimeout } from 'node:timers/promises';
import { fill } from '../data.ts';
import { loadOn, measure, POST } from '../load.ts';
import { measureOnSchedule } from '../schedule.ts';
import { type Size, sqliteIn } from '../size.ts';
import { startServe, usageOf } from '../subject.ts';
import { figure, median, type Table } from '../table.ts';

/** Of what the server could do. */
const PART = 0.6;
const CONNECTIONS = 24;
const SAMPLE_MS = 5000;

/** GET, lists and POST at once, below capacity, for minutes; memory and open files all the while. */
export async function measureSoak(size: Size): Promise<Table[]> {
  const data = await fill(sqliteIn(size.folder, 'soak'), size.apps);
  const subject = await startServe(data.environment);
  const load = loadOn(size, CONNECTIONS);
  const kinds = [
    load(data.apps),
    load([data.firstPage(50)], { connections: 4 }),
    load(data.apps, { ...POST, connections: 4 }),
  ];
  const capacities = await Promise.all(
    kinds.map((one) => measure(subject, { ...one, seconds: 3 * size.seconds })),
  );

  const samples: { rssBytes: number; files: number }[] = [];
  let isOver = false;
  const sampling = (async () => {
    while (!isOver) {
      samples.push(usageOf(subject.pids()));
      await setTimeout(SAMPLE_MS);
    }
  })();
  const measured = await Promise.all(
    kinds.map((one, index) => {
      const rate = Math.round((capacities[index]?.requestsPerSecond ?? 0) * PART);
      return measureOnSchedule(subject, { ...one, seconds: size.soakMinutes * 60 }, rate);
    }),
  );
  isOver = true;
  await sampling;
  await subject.stop();

  const sum = (of: (one: (typeof measured)[number]) => number) =>
    measured.reduce((total, one) => total + of(one), 0);
  const requests = sum((one) => one.answeredPerSecond);
  const bad = sum((one) => one.errors + one.unanswered) + sum((one) => one.refusedPerSecond);
  const at = (part: number) => {
    const from = Math.floor(samples.length * part);
    const some = samples.slice(from, from + Math.max(1, Math.floor(samples.length / 10)));
    return {
      mebibytes: median(some.map(({ rssBytes }) => rssBytes)) / 2 ** 20,
      files: median(some.map(({ files }) => files)),
    };
  };
  return [
    {
      title: 'A soak',
      columns: ['minute', 'memory, MiB', 'open files'],
      rows: [0, 0.1, 0.25, 0.5, 0.75, 0.9].map((part) => {
        const { mebibytes, files } = at(part);
        return [figure(part * size.soakMinutes), figure(mebibytes), files];
      }),
      note: `${figure(requests)} requests a second for ${size.soakMinutes} minutes: GET, lists of 50 and POST, at ${PART} of capacity; ${figure(requests * size.soakMinutes * 60)} in all, ${bad === 0 ? 'every one answered well' : `${figure(bad)} not answered well`}. Slowest p99: ${figure(Math.max(...measured.map(({ p99Ms }) => p99Ms)))} ms.`,
    },
  ];
}
