/** A server for tests: any number of worlds on one port, and the control plane beside them. */

import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { isIPv6 } from 'node:net';
import { createServer } from '../node-http.ts';
import { Problem } from '../problem.ts';
import type { WorldOptions } from '../testing/world.ts';
import { answerOf, bearerOf, checkCaller, isKey, readJson, sendAnswer } from './answer.ts';
import { createForwarder } from './forward.ts';
import { type Asked, describeWorld, ROUTES, type Route } from './routes.ts';
import { visit } from './visit.ts';
import { createWorlds } from './worlds.ts';

const ROOT = '/_test';
/** A container and its host are on private networks. */
const PRIVATE_NETWORKS = '127.0.0.0/8,::1/128,10.0.0.0/8,172.16.0.0/12,192.168.0.0/16,fc00::/7';

export interface TestServerOptions {
  host: string;
  port: number;
  /** What the first world begins with. */
  first: Pick<WorldOptions, 'seed' | 'fixture' | 'now'>;
  log: NonNullable<WorldOptions['log']>;
}

export interface TestServer {
  url: string;
  /** Where the control plane is. */
  control: string;
  key: string;
  /** The world that is there from the start. */
  world: ReturnType<typeof describeWorld>;
  close(): Promise<void>;
}

/** Starts a test server with one world, and resolves once both answer. */
export async function startTestServer({
  host,
  port,
  first,
  log,
}: TestServerOptions): Promise<TestServer> {
  const key = randomBytes(16).toString('hex');
  const worlds = createWorlds({ log, allowedNetworks: PRIVATE_NETWORKS });
  const forwarder = createForwarder();
  const server = createServer((request, response) => {
    const isControl = /^\/_test(?:[/?]|$)/.test(request.url ?? '');
    (isControl ? control(request, response) : forward(request, response)).catch((error) =>
      sendAnswer(response, answerOf(error)),
    );
  });

  async function forward(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const world = await worlds.findFor(request);
    if (world === undefined) throw new Problem('not_found', 'There is no such world.');
    // The control key opens the admin API of every world.
    const isOurs = isKey(bearerOf(request.headers.authorization), key);
    forwarder.forward(world, request, response, isOurs ? `Bearer ${world.adminKey}` : undefined);
  }

  async function control(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = 'GET', headers } = request;
    const { pathname, searchParams: query } = new URL(request.url ?? '/', 'http://localhost');
    const path = pathname.slice(ROOT.length).replace(/\/$/, '');
    if (path === '/health') {
      sendAnswer(response, { status: 200, body: { status: 'ok' } });
      return;
    }
    if (path === '') return visit(request, response, { key, worlds });
    checkCaller(request, key);
    const { route, parts } = findRoute(method, path);
    const body = await readJson(request);
    const asked: Asked = { parts, query, body, origin: `http://${headers.host}` };
    sendAnswer(response, await route.handle(asked, worlds));
  }

  async function close(): Promise<void> {
    server.close();
    server.closeAllConnections();
    forwarder.close();
    await worlds.close();
  }

  try {
    const world = await worlds.create(first);
    server.listen({ host, port });
    await once(server, 'listening');
    const url = originOf(server.address(), host);
    return { url, control: url + ROOT, key, world: describeWorld(world, url), close };
  } catch (error) {
    await worlds.close();
    throw error;
  }
}

function findRoute(method: string, path: string): { route: Route; parts: string[] } {
  const parts = path.split('/').map(decodeURIComponent);
  const found = ROUTES.filter((route) => isLike(route.path.split('/'), parts));
  const route = found.find((one) => one.method === method);
  if (route === undefined) {
    throw new Problem(
      found.length > 0 ? 'method_not_allowed' : 'not_found',
      'The control plane has no such request.',
    );
  }
  const open = route.path
    .split('/')
    .flatMap((part, index) => (part === '*' ? [parts[index] ?? ''] : []));
  return { route, parts: open };
}

function isLike(pattern: readonly string[], parts: readonly string[]): boolean {
  return (
    pattern.length === parts.length &&
    pattern.every((part, index) => part === '*' || part === parts[index])
  );
}

function originOf(address: unknown, host: string): string {
  const port = typeof address === 'object' && address !== null ? Reflect.get(address, 'port') : '';
  // A server that listens on every address answers on this machine's own.
  const name = host === '0.0.0.0' ? '127.0.0.1' : host === '::' ? '::1' : host;
  return `http://${isIPv6(name) ? `[${name}]` : name}:${port}`;
}
