/** Whether requests cost more when there is more in the database. */

import { statSync } from 'node:fs';
import { sql } from 'kysely';
import { createConfig } from '../../src/server/config.ts';
import { openDatabase } from '../../src/server/context.ts';
import type { Engine } from '../../src/storage/database.ts';
import { openCluster } from '../../test/support/postgres.ts';
import { type Data, fill, type Target } from '../data.ts';
import { compare, type Entry, type Load, loadOn, POST } from '../load.ts';
import { type Size, sqliteIn } from '../size.ts';
import { type Subject, startServe } from '../subject.ts';
import { figure, type Table } from '../table.ts';

const CONNECTIONS = 32;

/** The same requests on databases of several sizes, side by side, on both engines. */
export async function measureGrowth(size: Size): Promise<Table[]> {
  return [await measureEngine('sqlite', size), await measureEngine('postgres', size)];
}

async function measureEngine(engine: Engine, size: Size): Promise<Table> {
  const subjects: { count: number; data: Data; subject: Subject; bytes: number }[] = [];
  for (const count of size.growth) {
    const data = await fill(await urlOf(engine, size, count), count);
    const subject = await startServe(data.environment);
    subjects.push({ count, data, subject, bytes: await bytesOf(engine, data) });
  }
  // Requests that would wait 250 ms for a slow disk are refused; report that and continue.
  const load = (targets: readonly Target[], more?: Partial<Load>) =>
    loadOn(size, CONNECTIONS)(targets, { allowsRefusals: true, ...more });
  const kinds: [string, (data: Data) => Load][] = [
    ['GET, apps at random', (data) => load(data.apps)],
    ['list of 50, first page', (data) => load([data.firstPage(50)])],
    ['list of 50, last page', (data) => load([data.lastPage])],
    ['POST, apps at random', (data) => load(data.apps, POST)],
  ];
  const entries: Entry[] = kinds.flatMap(([kind, loadOf]) =>
    subjects.map(({ count, data, subject }): Entry => [`${kind} ${count}`, subject, loadOf(data)]),
  );
  const measured = await compare(entries, size.rounds);
  await Promise.all(subjects.map(({ subject }) => subject.stop()));

  const rateOf = (kind: string, count: number) =>
    measured.get(`${kind} ${count}`)?.requestsPerSecond ?? Number.NaN;
  const refused = [...measured.values()].reduce((sum, one) => sum + one.refused, 0);
  const [smallest = 0] = size.growth;
  return {
    title: `Growth on ${engine === 'sqlite' ? 'SQLite' : 'PostgreSQL'}`,
    columns: [
      'requests/s with',
      ...size.growth.map((count) => `${figure(count)} apps`),
      'most to least',
    ],
    rows: [
      ...kinds.map(([kind]) => [
        kind,
        ...size.growth.map((count) => figure(rateOf(kind, count))),
        (
          rateOf(kind, smallest) / Math.min(...size.growth.map((count) => rateOf(kind, count)))
        ).toFixed(2),
      ]),
      ['bytes an app', ...subjects.map(({ bytes, count }) => figure(bytes / count)), ''],
    ],
    note: `"Most to least" is the smallest database's rate through the lowest. Medians of ${size.rounds} rounds of ${size.seconds} s, in which ${refused} requests were refused.`,
  };
}

async function urlOf(engine: Engine, size: Size, count: number): Promise<string> {
  return engine === 'sqlite'
    ? sqliteIn(size.folder, `growth-${count}`)
    : (await openCluster({ settings: { fsync: 'on' } })).createDatabase();
}

async function bytesOf(engine: Engine, { environment }: Data): Promise<number> {
  if (engine === 'sqlite') return statSync(environment.DATABASE_URL.replace('sqlite:', '')).size;
  const database = openDatabase(createConfig(environment, 'production'));
  const { rows } = await sql<{
    bytes: number;
  }>`select pg_database_size(current_database()) as bytes`.execute(database.query);
  await database.close();
  return rows[0]?.bytes ?? Number.NaN;
}
