/** What is left of a server that is asked for far more than it can do. */

import { fill } from '../data.ts';
import { canLimit, limitCpu } from '../limit.ts';
import { compare, type Entry, inTurn, loadOn, measure } from '../load.ts';
import { measureOnSchedule } from '../schedule.ts';
import { type Size, sqliteIn } from '../size.ts';
import { startServe } from '../subject.ts';
import { figure, type Table } from '../table.ts';

/** Of a core: the load generator must be able to ask for ten times as much. */
const SHARE = 0.25;
/** As many clients as one server needs to be busy all the time. */
const ENOUGH = 32;
const TIMES = 10;
const RATE_LIMIT = 100;
const USUAL = 'enough clients';
/** So many requests of a proxy can be under way that those beyond capacity never wait for a connection. */
const PROXY_CONNECTIONS = 256;
const PROXY = { 'x-forwarded-for': '192.0.2.1' };

/**
 * One server on a part of a core: with as many clients as it can serve, with many times as many, who
 * wait as they are told, and behind a proxy that passes on whatever comes, on a schedule.
 */
export async function measureOverload(size: Size): Promise<Table[]> {
  if (!canLimit()) throw new Error('The overload needs control groups, and the right to make them');
  const data = await fill(sqliteIn(size.folder, 'overload'), size.apps);
  const seconds = 3 * size.seconds;
  const load = loadOn({ ...size, seconds }, ENOUGH);
  const list = load([data.firstPage(50)], { allowsRefusals: true });
  const subject = await startServe(data.environment);
  const strict = await startServe({
    ...data.environment,
    RATE_LIMIT_PER_SECOND: String(RATE_LIMIT),
  });
  for (const one of [subject, strict]) await measure(one, { ...list, seconds: size.seconds });
  const release = limitCpu('connect-apps-bench', SHARE, [...subject.pids(), ...strict.pids()]);
  const many = { ...list, connections: TIMES * ENOUGH };
  const entries: Entry[] = [
    [USUAL, subject, list],
    ['ten times as many', subject, many],
    ['thirty times as many', subject, { ...list, connections: 3 * TIMES * ENOUGH }],
    ['ten times as many, of one account', strict, many],
  ];
  const measured = await compare(entries, size.rounds);

  const heavy = load([data.firstPage(1000)], { connections: 8, allowsRefusals: true });
  const capacities = await compare(
    [
      ['lists of 50', subject, list],
      ['lists of 1,000', subject, heavy],
    ],
    size.rounds,
  );
  const capacityOf = (name: string) => capacities.get(name)?.requestsPerSecond ?? Number.NaN;
  const proxied = { connections: PROXY_CONNECTIONS, headers: PROXY };
  const kinds = [
    ['lists of 1,000', { ...heavy, ...proxied }],
    ['lists of 50', { ...list, ...proxied }],
  ] as const;
  const scheduled = await inTurn(
    kinds.map(([name, one]) => [
      name,
      () => measureOnSchedule(subject, one, Math.round(TIMES * capacityOf(name))),
    ]),
    size.rounds,
  );
  await Promise.all([subject.stop(), strict.stop()]);
  release();

  const capacity = measured.get(USUAL)?.requestsPerSecond ?? Number.NaN;
  const rows = entries.flatMap(([name, , { connections }]) => {
    const one = measured.get(name);
    if (one === undefined) return [];
    const { requestsPerSecond: answered, refused, errors, p50Ms, p99Ms } = one;
    const part = (answered / capacity).toFixed(2);
    const refusedPerSecond = figure(refused / seconds);
    return [[name, connections, figure(answered), part, refusedPerSecond, errors, p50Ms, p99Ms]];
  });
  return [
    {
      title: 'Overload by clients that wait',
      columns: [
        'who asks for lists of 50',
        'clients',
        'answered/s',
        'of capacity',
        'refused/s',
        'errors',
        'p50 ms',
        'p99 ms',
      ],
      rows,
      note: `The server is held to ${SHARE} of a core, so that the load generator can overwhelm it. Each client asks again as soon as it has its answer, also after a refusal. In the last row RATE_LIMIT_PER_SECOND is ${RATE_LIMIT}. Medians of ${size.rounds} rounds of ${seconds} s.`,
    },
    {
      title: 'Overload on a schedule',
      columns: [
        'ten times capacity, through a proxy',
        'asked/s',
        'answered/s',
        'of capacity',
        'refused/s',
        'no answer',
        'p50 ms',
        'p99 ms',
        'p99 of a refusal, ms',
      ],
      rows: [...scheduled].map(([name, one]) => [
        name,
        figure(TIMES * capacityOf(name)),
        figure(one.answeredPerSecond),
        (one.answeredPerSecond / capacityOf(name)).toFixed(2),
        figure(one.refusedPerSecond),
        one.unanswered + one.errors,
        figure(one.p50Ms),
        figure(one.p99Ms),
        figure(one.refusedP99Ms),
      ]),
      note: `Requests begin when they are due, whatever became of earlier ones, over ${PROXY_CONNECTIONS} connections with X-Forwarded-For. Times count from then. Medians of ${size.rounds} rounds of ${seconds} s.`,
    },
  ];
}
