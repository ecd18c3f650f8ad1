/** What requests cost on the embedded database, compared with the floor and the rivals. */

import { fill } from '../data.ts';
import { countFsyncs } from '../fsyncs.ts';
import { compare, inTurn, loadOn, POST } from '../load.ts';
import { startPrism } from '../prism.ts';
import { measureOnSchedule } from '../schedule.ts';
import { type Size, sqliteIn } from '../size.ts';
import { startFloor, startServe, usageOf } from '../subject.ts';
import { figure, type Table } from '../table.ts';

const CONNECTIONS = 32;

const OF_NODE = ['connection', 'date', 'keep-alive'];

/** What makes the floor answer as this. */
async function sameBytes(reply: Response): Promise<{ BODY: string; HEADERS: string }> {
  const headers = [...reply.headers].filter(([name]) => !OF_NODE.includes(name));
  return { BODY: await reply.text(), HEADERS: JSON.stringify(Object.fromEntries(headers)) };
}

/** GET, lists and POST at full load, GET and POST at half of it, and commits a sync. */
export async function measureRequests(size: Size): Promise<Table[]> {
  const data = await fill(sqliteIn(size.folder, 'requests'), size.apps, size.accounts);
  const [first] = data.apps;
  if (first === undefined) throw new Error('There are no apps');
  const app = [first];
  const subject = await startServe(data.environment);
  const reply = await fetch(`http://127.0.0.1:${subject.port}${first.path}`, {
    headers: first.headers,
  });
  const floor = await startFloor('floor', await sameBytes(reply));
  const plain = await startFloor('plain-fastify', data.environment);
  const prism = await startPrism(subject.port, size.folder);
  const load = loadOn(size, CONNECTIONS);
  const alone = { connections: 1 };
  const measured = await compare(
    [
      ['floor', floor, load(app)],
      ['GET one app, authenticated', subject, load(app)],
      ['GET one app, many of one account', subject, load(data.apps)],
      ['GET one app, accounts in turn', subject, load(data.appsOfOthers)],
      ['the same, plain Fastify + Kysely', plain, load(app)],
      ['the same, Prism (any token, any SID)', prism, load(app)],
      ['list of 50, first page', subject, load([data.firstPage(50)])],
      ['list of 50, last page', subject, load([data.lastPage])],
      ['list of 1,000 (4 connections)', subject, load([data.firstPage(1000)], { connections: 4 })],
      ['POST, durable commit', subject, load(app, POST)],
      ['floor, one client', floor, load(app, alone)],
      ['GET one app, one client', subject, load(app, alone)],
      ['POST, one client', subject, load(app, { ...POST, ...alone })],
    ],
    size.rounds,
  );
  const rateOf = (name: string) => measured.get(name)?.requestsPerSecond ?? Number.NaN;
  const memory = usageOf(subject.pids()).rssBytes;

  const halfOf = (name: string) => Math.round(rateOf(name) / 2);
  const halves = await inTurn(
    (
      [
        ['GET one app, authenticated', load(app)],
        ['POST, durable commit', load(app, POST)],
      ] as const
    ).map(([name, one]) => [name, () => measureOnSchedule(subject, one, halfOf(name))]),
    size.rounds,
  );
  const syncs = [];
  for (const connections of [1, 32, 128]) {
    const { writes, fsyncs } = await countFsyncs(subject, load(app, { ...POST, connections }));
    syncs.push([connections, figure(writes), figure(fsyncs), figure(writes / fsyncs)]);
  }
  await Promise.all([subject, floor, plain, prism].map((one) => one.stop()));

  return [
    {
      title: 'Requests',
      columns: ['what', 'requests/s', 'of the floor', 'CPU µs a request', 'p50 ms', 'p99 ms'],
      rows: [...measured].map(([name, one]) => [
        name,
        figure(one.requestsPerSecond),
        (
          one.requestsPerSecond /
          rateOf(name.endsWith('one client') ? 'floor, one client' : 'floor')
        ).toFixed(2),
        figure(one.cpuMicroseconds),
        one.p50Ms,
        one.p99Ms,
      ]),
      note: `${figure(size.apps)} apps, ${CONNECTIONS} connections, medians of ${size.rounds} rounds of ${size.seconds} s. GET is ${figure(rateOf('GET one app, authenticated') / rateOf('the same, Prism (any token, any SID)'))} times Prism. Memory of the server at the end: ${figure(memory / 2 ** 20)} MiB.`,
    },
    {
      title: 'At half of that',
      columns: ['what', 'requests/s', 'p50 ms', 'p99 ms', 'p99.9 ms'],
      rows: [...halves].map(([name, { p50Ms, p99Ms, p999Ms }]) => [
        name,
        figure(halfOf(name)),
        ...[p50Ms, p99Ms, p999Ms].map(figure),
      ]),
      note: `Begun on a schedule, evenly spread, over ${CONNECTIONS} connections; times count from when a request was due. Medians of ${size.rounds} rounds of ${size.seconds} s.`,
    },
    {
      title: 'Commits that share a sync',
      columns: ['writers', 'writes', 'syncs of the disk', 'writes a sync'],
      rows: syncs,
      note: 'Counted with strace, which slows the server down: the ratio counts.',
    },
  ];
}
