/** The table of the control plane: what can be done with a world over HTTP. docs/testing.md describes each. */

import { ERRORS } from '../http/errors.ts';
import { parseSpan } from '../testing/clock.ts';
import { explain } from '../testing/journal.ts';
import { nearest } from '../testing/match.ts';
import type { OpenWorld } from '../testing/world.ts';
import type { Answer } from './answer.ts';
import { read } from './read.ts';
import type { Worlds } from './worlds.ts';

/** A request that was let in. */
export interface Asked {
  /** The parts of the path that the pattern leaves open. */
  parts: string[];
  query: URLSearchParams;
  body: Record<string, unknown>;
  /** The origin by which the caller knows this server. */
  origin: string;
}

type Handler = (asked: Asked, worlds: Worlds) => Promise<Answer> | Answer;

export interface Route {
  method: string;
  /** Below `/_test`; `*` stands for one part. */
  path: string;
  handle: Handler;
}

const MAX_WAIT_MS = 60_000;
const DONE: Answer = { status: 204 };

/** A route of one world. */
function ofWorld(
  method: string,
  path: string,
  handle: (world: OpenWorld, asked: Asked, worlds: Worlds) => Promise<Answer> | Answer,
): Route {
  return {
    method,
    path: `/worlds/*${path}`,
    handle: (asked, worlds) => {
      const [id = '', ...parts] = asked.parts;
      const [first] = worlds.list();
      const world = id === 'default' && first ? first : worlds.get(id);
      return handle(world, { ...asked, parts }, worlds);
    },
  };
}

export const ROUTES: readonly Route[] = [
  {
    method: 'POST',
    path: '/worlds',
    async handle({ body, origin }, worlds) {
      const world = await worlds.create(read.worldOptions(body));
      return { status: 201, body: describeWorld(world, origin) };
    },
  },
  {
    method: 'GET',
    path: '/worlds',
    handle: ({ origin }, worlds) => ({
      status: 200,
      body: { worlds: worlds.list().map((world) => describeWorld(world, origin)) },
    }),
  },
  ofWorld('GET', '', (world, { origin }) => ({ status: 200, body: describeWorld(world, origin) })),
  ofWorld('DELETE', '', async ({ id }, _, worlds) => {
    await worlds.drop(id);
    return DONE;
  }),
  ofWorld('POST', '/reset', async (world, { body }) => {
    await world.reset(read.text(body, 'to'));
    return DONE;
  }),
  ofWorld('POST', '/snapshots', async (world, { body }) => {
    return { status: 201, body: { name: await world.snapshot(read.text(body, 'name')) } };
  }),
  ofWorld('POST', '/snapshots/*/load', async (world, { parts: [name] }) => {
    await world.reset(name);
    return DONE;
  }),
  ofWorld('GET', '/fixture', async (world) => ({ status: 200, body: await world.export() })),
  ofWorld('PUT', '/fixture', async (world, { body }, worlds) => {
    const fixture = read.fixture(body);
    await worlds.checkUnshared(fixture, world);
    await world.reset('empty');
    await world.import(fixture);
    return DONE;
  }),
  ofWorld('PATCH', '/fixture', async (world, { body }, worlds) => {
    const fixture = read.fixture(body);
    await worlds.checkUnshared(fixture, world);
    await world.import(fixture);
    return DONE;
  }),
  ofWorld('GET', '/requests', async ({ requests }, { query }) => {
    const filter = read.filter(Object.fromEntries(query));
    const times = Number(query.get('times') ?? 1);
    const after = query.get('after');
    const isNew = ({ id }: { id: string }) => !seenUntil(requests.all(), after).has(id);
    if (!query.has('wait')) {
      return { status: 200, body: { requests: requests.all(filter).filter(isNew) } };
    }
    const seen = requests.all(filter).filter((one) => !isNew(one)).length;
    const found = await requests.gather(filter, seen + times, waitOf(query));
    const fresh = found.filter(isNew);
    if (fresh.length >= times) return { status: 200, body: { requests: fresh } };
    const { code, status } = ERRORS.request_too_slow;
    const message = explain(requests.all(), filter, `${times}`, fresh.length);
    const near = nearest(requests.all(), filter);
    return { status, body: { code, message, status, requests: fresh, nearest: near } };
  }),
  ofWorld('DELETE', '/requests', ({ requests }) => {
    requests.clear();
    return DONE;
  }),
  ofWorld('GET', '/clock', ({ clock }) => ({ status: 200, body: { now: clock.now() } })),
  ofWorld('POST', '/clock', async ({ clock }, { body }) => {
    if (body.freeze === true) clock.freeze();
    if (body.run === true) clock.run();
    const by = read.span(body, 'advance');
    const to = read.text(body, 'to');
    const turned = by === undefined ? to && (await clock.set(to)) : await clock.advance(by);
    return { status: 200, body: turned || { now: clock.now(), done: [] } };
  }),
  ofWorld('POST', '/faults', ({ faults }, { body }) => {
    const how = { ...read.failure(body.how), ...read.failure({ times: body.times }) };
    return { status: 201, body: { id: faults.add(read.filter(body.match), how) } };
  }),
  ofWorld('GET', '/faults', ({ faults }) => ({ status: 200, body: { faults: faults.list() } })),
  ofWorld('DELETE', '/faults', ({ faults }) => {
    faults.clear();
    return DONE;
  }),
  ofWorld('DELETE', '/faults/*', ({ faults }, { parts: [id] }) => {
    faults.remove(Number(id));
    return DONE;
  }),
  ofWorld('GET', '/inbox', async ({ inbox }, { query }) => {
    const after = Number(query.get('after') ?? 0);
    const wait = query.has('wait') ? waitOf(query) : 0;
    return { status: 200, body: { callbacks: await inbox.after(after, wait) } };
  }),
  ofWorld('PUT', '/inbox/replies', ({ inbox }, { body }) => {
    inbox.answer(...read.replies(body));
    return DONE;
  }),
  ofWorld('POST', '/apps', async (world, { body }) => ({
    status: 201,
    body: await world.createApp(read.appProperties(body)),
  })),
  ofWorld('POST', '/accounts', async (world, { body }) => ({
    status: 201,
    body: await world.createAccount(read.accountOptions(body)),
  })),
  ofWorld('POST', '/authorizations', async (world, { body }) => {
    const sid = read.text(body, 'connectAppSid') ?? world.connectApp.sid;
    const customer = world.customerOf(sid, read.text(body, 'accountSid'));
    const { accountSid, ...answer } = await customer.allow(read.answering(body));
    return { status: 201, body: { ...answer, subaccountSid: accountSid } };
  }),
  ofWorld('POST', '/authorizations/*/deny', async (world, { parts: [sid = ''], body }) => {
    const customer = world.customerOf(sid, read.text(body, 'accountSid'));
    return { status: 200, body: await customer.deny(read.answering(body)) };
  }),
  ofWorld('POST', '/authorizations/*/revoke', async (world, { parts: [sid = ''], body }) => {
    await world.customerOf(sid, read.text(body, 'accountSid')).revoke();
    return DONE;
  }),
  ofWorld('POST', '/sessions', async (world, { body }) => {
    const customer = world.customerOf(world.connectApp.sid, read.text(body, 'accountSid'));
    return { status: 201, body: { cookie: await customer.cookie() } };
  }),
];

/** A world as its clients know it: at the address by which they reach this server. */
export function describeWorld(world: OpenWorld, origin: string) {
  const { id, developer, customer, connectApp, env } = world;
  return {
    id,
    url: origin,
    developer,
    customer,
    connectApp: connectApp.sid,
    inbox: world.inbox.url,
    env: { ...env, CONNECT_APPS_URL: origin },
  };
}

function waitOf(query: URLSearchParams): number {
  return Math.min(parseSpan(query.get('wait') || '2s'), MAX_WAIT_MS);
}

/** The requests up to the one with this ID. */
function seenUntil(requests: readonly { id: string }[], after: string | null): Set<string> {
  const last = requests.findIndex(({ id }) => id === after);
  return new Set(requests.slice(0, last + 1).map(({ id }) => id));
}
