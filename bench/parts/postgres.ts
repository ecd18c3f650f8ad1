/** GET and POST on PostgreSQL, compared with the bare driver for the same lookups. */

import { openCluster } from '../../test/support/postgres.ts';
import { fill } from '../data.ts';
import { compare, loadOn, POST } from '../load.ts';
import type { Size } from '../size.ts';
import { startFloor, startServe } from '../subject.ts';
import { figure, type Table } from '../table.ts';

const CONNECTIONS = 32;
const BARE = 'bare `pg` in bare `node:http`, one query';
const BARE_OTHERS = 'bare `pg`, accounts in turn';
const BARE_ALONE = 'bare `pg`, one client';

/** One server on one PostgreSQL of the same machine. */
export async function measurePostgres(size: Size): Promise<Table[]> {
  const cluster = await openCluster({ settings: { fsync: 'on' } });
  const data = await fill(await cluster.createDatabase(), size.apps, size.accounts);
  const app = data.apps.slice(0, 1);
  const subject = await startServe(data.environment);
  const bare = await startFloor('bare-pg', data.environment);
  const load = loadOn(size, CONNECTIONS);
  const alone = { connections: 1 };
  const measured = await compare(
    [
      [BARE, bare, load(data.apps)],
      ['GET one app, authenticated', subject, load(data.apps)],
      [BARE_OTHERS, bare, load(data.appsOfOthers)],
      ['GET one app, accounts in turn', subject, load(data.appsOfOthers)],
      [BARE_ALONE, bare, load(app, alone)],
      ['GET one app, one client', subject, load(app, alone)],
      ['list of 50, first page', subject, load([data.firstPage(50)])],
      ['list of 50, last page', subject, load([data.lastPage])],
      ['POST, durable commit, many apps', subject, load(data.apps, POST)],
    ],
    size.rounds,
  );
  await Promise.all([subject.stop(), bare.stop()]);
  const floors: Readonly<Record<string, string>> = {
    'GET one app, authenticated': BARE,
    'GET one app, accounts in turn': BARE_OTHERS,
    'GET one app, one client': BARE_ALONE,
  };
  const ratioOf = (name: string, rate: number) => {
    const floor = measured.get(floors[name] ?? '')?.requestsPerSecond;
    return floor === undefined ? '' : (rate / floor).toFixed(2);
  };
  return [
    {
      title: 'On PostgreSQL',
      columns: ['what', 'requests/s', 'of the bare driver', 'CPU µs a request', 'p50 ms', 'p99 ms'],
      rows: [...measured].map(([name, one]) => [
        name,
        figure(one.requestsPerSecond),
        ratioOf(name, one.requestsPerSecond),
        figure(one.cpuMicroseconds),
        one.p50Ms,
        one.p99Ms,
      ]),
      note: `PostgreSQL shares the two cores with the server and the load. The bare driver does both look-ups, of the account and of its app, in one query with a name, and proves nothing. "Accounts in turn" are ${figure(size.accounts)}.`,
    },
  ];
}
