/** What is left of a server that is asked for far more than it can do. */

import { fill } from '../data.ts';
import { canLimit, limitCpu } from '../limit.ts';
import { compare, type Load, measure } from '../load.ts';
import { type Size, sqliteIn } from '../size.ts';
import { startServe } from '../subject.ts';
import { figure, type Table } from '../table.ts';

/** Of a core: the load generator must be able to ask for ten times as much. */
const SHARE = 0.25;
/** As many clients as one server needs to be busy all the time. */
const ENOUGH = 32;
const RATE_LIMIT = 100;

/** One server on a part of a core, with as many clients as it can serve, and with many times as many. */
export async function measureOverload(size: Size): Promise<Table[]> {
  if (!canLimit()) return [];
  const data = await fill(sqliteIn(size.folder, 'overload'), size.apps);
  const load: Load = {
    paths: [`${data.list}?PageSize=50`],
    headers: data.headers,
    seconds: 2 * size.seconds,
    connections: ENOUGH,
    allowsRefusals: true,
  };
  const rows = [];
  let capacity = Number.NaN;
  for (const [name, times, settings] of [
    ['enough clients', 1, {}],
    ['ten times as many', 10, {}],
    ['thirty times as many', 30, {}],
    ['ten times, one account', 10, { RATE_LIMIT_PER_SECOND: String(RATE_LIMIT) }],
  ] as const) {
    const subject = await startServe({ ...data.environment, ...settings });
    await measure(subject, { ...load, seconds: size.seconds });
    const release = limitCpu('connect-apps-bench', SHARE, subject.pids());
    const asked = { ...load, connections: times * ENOUGH };
    const one = (await compare([[name, subject, asked]], size.rounds)).get(name);
    await subject.stop();
    release();
    if (one === undefined) continue;
    if (times === 1) capacity = one.requestsPerSecond;
    rows.push([
      name,
      times * ENOUGH,
      figure(one.requestsPerSecond),
      (one.requestsPerSecond / capacity).toFixed(2),
      figure(one.refused / load.seconds),
      one.errors,
      one.p50Ms,
      one.p99Ms,
    ]);
  }
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
      note: `The server is held to ${SHARE} of a core, so that the load generator can overwhelm it. Each client asks again as soon as it has its answer, also after a refusal. In the last row RATE_LIMIT_PER_SECOND is ${RATE_LIMIT}. Medians of ${size.rounds} rounds of ${load.seconds} s.`,
    },
  ];
}
