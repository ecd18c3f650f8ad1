/** What a decision costs, what a gateway loses by asking for one, and what the proxy mode passes on. */

import { join } from 'node:path';
import { freePort } from '../../test/support/free-port.ts';
import { fill, type Target } from '../data.ts';
import { FRONTS } from '../fronts.ts';
import { countFsyncs } from '../fsyncs.ts';
import { compare, type Entry, type Load, loadOn, type Measurement } from '../load.ts';
import { measureOnSchedule } from '../schedule.ts';
import { type Size, sqliteIn } from '../size.ts';
import { type Subject, startFloor, startServe } from '../subject.ts';
import { figure, type Table } from '../table.ts';

const CONNECTIONS = 32;
/** As platform.md and others measure gateways. */
const CONNECTIONS_OF_GATEWAY = 16;
const TOKEN = 'the-token-of-the-gateway';
const BATCH = 100;
const OF_NODE = ['connection', 'date', 'keep-alive'];
const MESSAGE = JSON.stringify({ sid: `SM${'0'.repeat(32)}`, body: 'x'.repeat(300) });
const PLATFORM = {
  BODY: MESSAGE,
  HEADERS: JSON.stringify({
    'content-type': 'application/json',
    'content-length': String(MESSAGE.length),
  }),
};

/** Measures all three on SQLite. */
export async function measureGateway(size: Size): Promise<Table[]> {
  const data = await fill(sqliteIn(size.folder, 'gateway'), size.apps, size.accounts);
  const [app] = data.apps;
  if (app === undefined) throw new Error('There are no apps');
  const platform = await startFloor('floor', PLATFORM);
  const port = await freePort();
  const server = await startServe({
    ...data.environment,
    GATEWAY_PORT: String(port),
    GATEWAY_TOKEN: TOKEN,
    UPSTREAM: `http://127.0.0.1:${platform.port}`,
  });
  const gateway: Subject = { ...server, port };
  const asked = questionsOf([app]);
  const floor = await startFloor('floor', await answerOf(gateway, asked));
  try {
    return [
      await measureDecisions(size, { server, gateway, floor }, [app], data.appsOfOthers),
      await measureFronts(size, { server, gateway, floor, platform }, app),
    ];
  } finally {
    await Promise.all([server, floor, platform].map((one) => one.stop()));
  }
}

interface Subjects {
  server: Subject;
  gateway: Subject;
  floor: Subject;
}

async function measureDecisions(
  size: Size,
  { server, gateway, floor }: Subjects,
  app: readonly Target[],
  others: readonly Target[],
): Promise<Table> {
  const load = loadOn(size, CONNECTIONS);
  const asked = questionsOf(app);
  const measured = await compare(
    [
      ['a bare server with the same headers', floor, load(asked)],
      ['a decision', gateway, load(asked)],
      ['a decision, accounts in turn', gateway, load(questionsOf(others))],
      ['GET one app', server, load(app)],
      ['AuthZEN, one evaluation', gateway, load(...evaluations(app, 1))],
      ['AuthZEN, a batch of 100', gateway, load(...evaluations(app, BATCH))],
    ],
    size.rounds,
  );
  const of = (name: string) => measured.get(name) ?? failed(name);
  const cpuOf = (name: string) => of(name).cpuMicroseconds;
  const rate = Math.round(of('a decision').requestsPerSecond / 2);
  const half = await measureOnSchedule(gateway, load(asked), rate);
  const { fsyncs } = await countFsyncs(gateway, load(asked));
  const floorCpu = cpuOf('a bare server with the same headers');
  return {
    title: 'Decisions for gateways',
    columns: ['what', 'CPU µs', 'of the bare server, per core', 'requests/s', 'p99 ms'],
    rows: [...measured].map(([name, one]) => [
      name,
      figure(one.cpuMicroseconds),
      (floorCpu / one.cpuMicroseconds).toFixed(2),
      figure(one.requestsPerSecond),
      one.p99Ms,
    ]),
    note: `Of GET one app, per core: ${(cpuOf('GET one app') / cpuOf('a decision')).toFixed(2)} times. A batch of ${BATCH} costs ${figure(cpuOf('AuthZEN, a batch of 100') / cpuOf('AuthZEN, one evaluation'))} evaluations. At ${figure(rate)} decisions a second, half of that, p50 ${figure(half.p50Ms)} ms and p99 ${figure(half.p99Ms)} ms. Syncs of the disk meanwhile: ${fsyncs}. ${CONNECTIONS} connections, medians of ${size.rounds} rounds of ${size.seconds} s.`,
  };
}

async function measureFronts(
  size: Size,
  { server, gateway, floor, platform }: Subjects & { platform: Subject },
  app: Target,
): Promise<Table> {
  const load = loadOn(size, CONNECTIONS_OF_GATEWAY)([routeOf(app)]);
  const entries: Entry[] = [['platform alone', platform, load]];
  const started: Subject[] = [];
  for (const [name, start] of FRONTS) {
    for (const [what, decider] of [
      ['plain proxy', undefined],
      ['asks connect-apps', gateway.port],
      ['asks a bare server', floor.port],
    ] as const) {
      const folder = join(size.folder, `${name}-${what.replaceAll(' ', '-')}`);
      const front = await start(folder, { platform: platform.port, decider });
      started.push(front);
      entries.push([`${name}, ${what}`, front, load]);
    }
  }
  entries.push(['proxy mode', server, load]);
  const measured = await compare(entries, size.rounds);
  await Promise.all(started.map((one) => one.stop()));
  const rateOf = (name: string) => measured.get(name)?.requestsPerSecond ?? Number.NaN;
  return {
    title: 'Gateways',
    columns: ['what', 'requests/s', 'of the same as a plain proxy', 'CPU µs of its own', 'p99 ms'],
    rows: [...measured].map(([name, { requestsPerSecond, cpuMicroseconds, p99Ms }]) => {
      const front = name === 'proxy mode' ? 'nginx' : name.split(',')[0];
      const of = requestsPerSecond / rateOf(`${front}, plain proxy`);
      const share = Number.isNaN(of) ? '' : of.toFixed(2);
      return [name, figure(requestsPerSecond), share, figure(cpuMicroseconds), p99Ms];
    }),
    note: `The proxy mode is compared with nginx. ${CONNECTIONS_OF_GATEWAY} connections, one process each, all on the same cores; medians of ${size.rounds} rounds of ${size.seconds} s.`,
  };
}

/** A resource of the platform in the account of a target. */
function routeOf({ path, headers }: Target): Target {
  return { path: path.replace(/ConnectApps.*/, 'Messages.json'), headers };
}

/** Asks as Caddy and Traefik do. */
function questionsOf(targets: readonly Target[]): Target[] {
  return targets.map(routeOf).map(({ path, headers }) => ({
    path: '/connect/v1/decide/forwarded',
    headers: {
      ...headers,
      'x-connect-gateway-token': TOKEN,
      'x-forwarded-method': 'GET',
      'x-forwarded-uri': path,
    },
  }));
}

/** So many of AuthZEN's in one request, of the account of a target. */
function evaluations([app]: readonly Target[], count: number): [Target[], Partial<Load>] {
  const [, accountSid] = /\/Accounts\/(AC[0-9a-f]+)/.exec(app?.path ?? '') ?? [];
  const one = (number: number) => ({
    action: { name: 'GET' },
    resource: { type: 'route', id: `/2010-04-01/Accounts/${accountSid}/Messages/${number}.json` },
  });
  const subject = { type: 'account', id: accountSid };
  const isBatch = count > 1;
  const body = isBatch
    ? { subject, evaluations: Array.from({ length: count }, (_, number) => one(number)) }
    : { subject, ...one(0) };
  const headers = { authorization: `Bearer ${TOKEN}`, 'content-type': 'application/json' };
  return [
    [{ path: `/access/v1/evaluation${isBatch ? 's' : ''}`, headers }],
    { method: 'POST', body: JSON.stringify(body) },
  ];
}

async function answerOf({ port }: Subject, [asked]: readonly Target[]) {
  if (asked === undefined) throw new Error('There is nothing to ask');
  const reply = await fetch(`http://127.0.0.1:${port}${asked.path}`, { headers: asked.headers });
  if (reply.status !== 200) throw new Error(`The decision was ${reply.status}`);
  const headers = [...reply.headers].filter(([name]) => !OF_NODE.includes(name));
  return { BODY: await reply.text(), HEADERS: JSON.stringify(Object.fromEntries(headers)) };
}

function failed(name: string): Measurement {
  throw new Error(`${name} was not measured`);
}
