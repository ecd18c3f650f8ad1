/** What is left of a server that is asked for far more than it can do. */

import { fill } from '../data.ts';
import { canLimit, limitCpu } from '../limit.ts';
import { compare, type Entry, type Load, measure } from '../load.ts';
import { type Size, sqliteIn } from '../size.ts';
import { startServe } from '../subject.ts';
import { figure, type Table } from '../table.ts';

/** Of a core: the load generator must be able to ask for ten times as much. */
const SHARE = 0.25;
/** As many clients as one server needs to be busy all the time. */
const ENOUGH = 32;
const RATE_LIMIT = 100;
const USUAL = 'enough clients';

/** One server on a part of a core, with as many clients as it can serve, and with many times as many. */
export async function measureOverload(size: Size): Promise<Table[]> {
  if (!canLimit()) return [];
  const data = await fill(sqliteIn(size.folder, 'overload'), size.apps);
  const load: Load = {
    paths: [`${data.list}?PageSize=50`],
    headers: data.headers,
    seconds: 3 * size.seconds,
    connections: ENOUGH,
    allowsRefusals: true,
  };
  const subject = await startServe(data.environment);
  const strict = await startServe({
    ...data.environment,
    RATE_LIMIT_PER_SECOND: String(RATE_LIMIT),
  });
  for (const one of [subject, strict]) await measure(one, { ...load, seconds: size.seconds });
  const release = limitCpu('connect-apps-bench', SHARE, [...subject.pids(), ...strict.pids()]);
  const { requestsPerSecond } = await measure(subject, load);
  const times = (factor: number) => ({ ...load, connections: factor * ENOUGH });
  const onSchedule = { ...times(10), rate: Math.round(10 * requestsPerSecond) };
  const entries: Entry[] = [
    [USUAL, subject, load],
    ['ten times as many', subject, times(10)],
    ['thirty times as many', subject, times(30)],
    ['ten times as many, on a schedule', subject, onSchedule],
    ['ten times as many, of one account', strict, times(10)],
  ];
  const measured = await compare(entries, size.rounds);
  await Promise.all([subject.stop(), strict.stop()]);
  release();

  const capacity = measured.get(USUAL)?.requestsPerSecond ?? Number.NaN;
  const rows = entries.flatMap(([name, , { connections }]) => {
    const one = measured.get(name);
    if (one === undefined) return [];
    const { requestsPerSecond: answered, refused, errors, p50Ms, p99Ms } = one;
    const part = (answered / capacity).toFixed(2);
    const refusedPerSecond = figure(refused / load.seconds);
    return [[name, connections, figure(answered), part, refusedPerSecond, errors, p50Ms, p99Ms]];
  });
  return [
    {
      title: 'Overload',
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
      note: `The server is held to ${SHARE} of a core, so that the load generator can overwhelm it. Each client asks again as soon as it has its answer, also after a refusal; on a schedule they ask ten times as often as the server can answer. In the last row RATE_LIMIT_PER_SECOND is ${RATE_LIMIT}. Medians of ${size.rounds} rounds of ${load.seconds} s.`,
    },
  ];
}
