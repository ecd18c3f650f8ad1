/** Whether a server that works for a long time uses more and more. */

import { setTimeout } from 'node:timers/promises';
import { fill } from '../data.ts';
import { type Load, measure, postOf } from '../load.ts';
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
  const kinds: Load[] = [
    { paths: data.apps, headers: data.headers, seconds: 0, connections: CONNECTIONS },
    { paths: [`${data.list}?PageSize=50`], headers: data.headers, seconds: 0, connections: 4 },
    { paths: data.apps, ...postOf(data), seconds: 0, connections: 4 },
  ];
  const together = (seconds: number, rates?: readonly number[]) =>
    Promise.all(
      kinds.map((load, index) => {
        const rate = rates?.[index];
        return measure(subject, { ...load, seconds, ...(rate !== undefined && { rate }) });
      }),
    );
  const capacity = (await together(3 * size.seconds)).map((one) => one.requestsPerSecond);
  const rates = capacity.map((one) => Math.max(1, Math.round(one * PART)));

  const samples: { rssBytes: number; files: number }[] = [];
  let isOver = false;
  const sampling = (async () => {
    while (!isOver) {
      samples.push(usageOf(subject.pids()));
      await setTimeout(SAMPLE_MS);
    }
  })();
  const measured = await together(size.soakMinutes * 60, rates);
  isOver = true;
  await sampling;
  await subject.stop();

  const requests = measured.reduce((sum, one) => sum + one.requestsPerSecond, 0);
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
      note: `${figure(requests)} requests a second for ${size.soakMinutes} minutes: GET, lists of 50 and POST, at ${PART} of capacity; ${figure(requests * size.soakMinutes * 60)} in all, every one answered well.`,
    },
  ];
}
