/** GET and POST on PostgreSQL, beside what the bare driver does for the same look-ups. */

import { openCluster } from '../../test/support/postgres.ts';
import { fill } from '../data.ts';
import { compare, loadOn, postOf } from '../load.ts';
import type { Size } from '../size.ts';
import { startFloor, startServe } from '../subject.ts';
import { figure, type Table } from '../table.ts';

const CONNECTIONS = 32;

/** One server on one PostgreSQL of the same machine. */
export async function measurePostgres(size: Size): Promise<Table[]> {
  const cluster = await openCluster({ settings: { fsync: 'on' } });
  const data = await fill(await cluster.createDatabase(), size.apps);
  const [app = ''] = data.apps;
  const subject = await startServe(data.environment);
  const bare = await startFloor('bare-pg', data.environment);
  const load = loadOn(data, size, CONNECTIONS);
  const alone = { connections: 1 };
  const measured = await compare(
    [
      ['bare `pg` in bare `node:http`, one query', bare, load(data.apps)],
      ['GET one app, authenticated', subject, load(data.apps)],
      ['list of 50, first page', subject, load([`${data.list}?PageSize=50`])],
      ['list of 50, last page', subject, load([data.lastPage])],
      ['POST, durable commit, many apps', subject, load(data.apps, postOf(data))],
      ['bare `pg`, one client', bare, load([app], alone)],
      ['GET one app, one client', subject, load([app], alone)],
    ],
    size.rounds,
  );
  await Promise.all([subject.stop(), bare.stop()]);
  const rateOf = (name: string) => measured.get(name)?.requestsPerSecond ?? Number.NaN;
  const floorOf = (name: string) =>
    name.endsWith('one client')
      ? 'bare `pg`, one client'
      : 'bare `pg` in bare `node:http`, one query';
  return [
    {
      title: 'On PostgreSQL',
      columns: ['what', 'requests/s', 'of the bare driver', 'CPU µs a request', 'p50 ms', 'p99 ms'],
      rows: [...measured].map(([name, one]) => [
        name,
        figure(one.requestsPerSecond),
        (one.requestsPerSecond / rateOf(floorOf(name))).toFixed(2),
        figure(one.cpuMicroseconds),
        one.p50Ms,
        one.p99Ms,
      ]),
      note: 'PostgreSQL shares the two cores with the server and the load. The bare driver does both look-ups, of the account and of its app, in one query with a name.',
    },
  ];
}
