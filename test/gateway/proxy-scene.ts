/** The proxy mode: our server with a platform behind it that a test controls, and clients that write raw bytes. */

import { once } from 'node:events';
import { createServer, type IncomingMessage, type RequestListener, type Server } from 'node:http';
import { connect, type Server as NetServer, type Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import type { TestContext } from 'node:test';
import type { Settings } from '../../src/server/config.ts';
import type { Engine } from '../../src/storage/database.ts';
import { startWorld, type World } from './gateway.ts';

export interface ProxyScene {
  world: World;
  /** The path of the customer's account. */
  root: string;
  port: number;
  /** Sends lines of a head, which gets a Host, and resolves with the whole answer. */
  raw(lines: readonly string[], body?: string | Buffer): Promise<string>;
  /** A connection to our server. */
  open(): Promise<Socket>;
}

/** A platform that answers with what it got, unless a test gives another listener. */
export const echo: RequestListener = async (request, response) => {
  const { method, url, rawHeaders } = request;
  const body = await text(request);
  response.setHeader('Content-Type', 'application/json');
  response.end(JSON.stringify({ method, url, rawHeaders, body }));
};

export interface Echo {
  method: string;
  url: string;
  rawHeaders: string[];
  body: string;
}

export async function startProxy(
  t: TestContext,
  engine: Engine,
  platform: RequestListener | NetServer,
  settings: Settings = {},
): Promise<ProxyScene> {
  const upstream = typeof platform === 'function' ? createServer(platform) : platform;
  const upstreamPort = await listenOn(t, upstream);
  const world = await startWorld(engine, {
    UPSTREAM: `http://127.0.0.1:${upstreamPort}`,
    ...settings,
  });
  t.after(() => world.server.close());
  const port = Number(new URL(world.server.url).port);
  const open = async () => {
    const socket = connect(port, '127.0.0.1');
    t.after(() => socket.destroy());
    await once(socket, 'connect');
    return socket;
  };
  return {
    world,
    root: `/2010-04-01/Accounts/${world.server.customer.accountSid}`,
    port,
    open,
    async raw(lines, body = '') {
      const socket = await open();
      const whole = [...lines, 'Host: api.example.com', 'Connection: close', '', ''];
      socket.write(whole.join('\r\n'), 'latin1');
      socket.write(body);
      return text(socket);
    },
  };
}

/** Listens on a free port until the test ends. */
export async function listenOn(t: TestContext, server: Server | NetServer): Promise<number> {
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => sockets.add(socket));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  const address = server.address();
  return typeof address === 'object' && address ? address.port : 0;
}

/** What the echo got. */
export function echoOf(answer: string): Echo {
  const body: Echo = JSON.parse(bodyOf(answer));
  return body;
}

export function bodyOf(answer: string): string {
  const [head = '', ...rest] = answer.split('\r\n\r\n');
  const body = rest.join('\r\n\r\n');
  return /^transfer-encoding: chunked/im.test(head)
    ? body.replace(/^[0-9a-f]+\r\n|\r\n[0-9a-f]+\r\n(?:\r\n)?/gi, '')
    : body;
}

/** The values of a header that arrived. */
export function valuesOf({ rawHeaders }: Pick<IncomingMessage, 'rawHeaders'>, name: string) {
  return rawHeaders.filter((_, at) => at % 2 === 1 && rawHeaders[at - 1]?.toLowerCase() === name);
}
