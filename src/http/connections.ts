/** The connections of a server: what each is doing, how many are allowed, and how they end. */

import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { FastifyInstance } from 'fastify';

/** The time that requests in progress get when the server closes. */
const FINISH_MS = 10_000;
/** A new connection also gets this long: its request may be on its way. */
const LOOK_MS = 50;

export interface Connection {
  readonly socket: Socket;
  /** The answer to its newest request, whether or not work on it has begun. */
  last: ServerResponse | undefined;
  /** The answer that is being made or sent. */
  current: ServerResponse | undefined;
  /** Requests that arrived after the current one. */
  readonly waiting: (readonly [IncomingMessage, ServerResponse])[];
  /** How much of the current answer was handed to Node.js and not yet to the system. */
  unreadBytes: number;
  /** When the current or last request began, or else the connection, by `performance.now()`. */
  begunAt: number;
  /** What its last request is: one of ours, one for a platform behind us, or the one that made it a WebSocket. */
  use: 'own' | 'passed on' | 'upgraded';
  /** Whether nothing more is read of it for now. */
  isPaused: boolean;
  /** Called when the current response has been read, or the connection has closed. */
  whenTaken: (() => void) | undefined;
}

/** All connections of a server. */
export type Connections = Set<Connection>;

const bySocket = new WeakMap<object, Connection>();

/** The connection of a socket that `trackConnections` has seen. */
export function connectionOf(socket: object): Connection | undefined {
  return bySocket.get(socket);
}

/** The answer to the newest request of a connection. */
export function lastResponseOf(socket: object): ServerResponse | undefined {
  return bySocket.get(socket)?.last;
}

/**
 * Keeps track of a server's connections. A connection beyond `max` replaces the one that has been idle
 * longest; if all are busy, `refuse` is called with it instead.
 */
export function trackConnections(
  server: Server,
  max: number,
  refuse: (socket: Socket) => void,
): Connections {
  const connections: Connections = new Set();
  server.on('connection', (socket: Socket) => {
    if (connections.size >= max && !endQuietest(connections)) return refuse(socket);
    const connection: Connection = {
      socket,
      last: undefined,
      current: undefined,
      waiting: [],
      unreadBytes: 0,
      begunAt: performance.now(),
      use: 'own',
      isPaused: false,
      whenTaken: undefined,
    };
    bySocket.set(socket, connection);
    connections.add(connection);
    socket.once('close', () => connections.delete(connection));
  });
  return connections;
}

function endQuietest(connections: Connections): boolean {
  let quietest: Connection | undefined;
  for (const connection of connections) {
    if (isBusy(connection)) continue;
    if (quietest === undefined || connection.begunAt < quietest.begunAt) quietest = connection;
  }
  if (quietest === undefined) return false;
  connections.delete(quietest);
  quietest.socket.destroy();
  return true;
}

/**
 * When the server closes, ends every connection without a request in progress: no request sent, half a head,
 * or already answered. After ten seconds it ends the others, too. Node.js itself ends only those that wait
 * for another request just then, and would wait for the rest forever.
 */
export function endConnectionsOnClose(server: FastifyInstance, connections: Connections): void {
  server.addHook('preClose', (done) => {
    // It has no connections, and will not emit 'close'.
    if (!server.server.listening) return done();
    const looking = setInterval(() => {
      for (const connection of connections) {
        if (!isBusy(connection)) connection.socket.destroySoon();
      }
    }, LOOK_MS);
    // Not closeAllConnections(): it misses connections whose request could not be parsed.
    const limit = setTimeout(() => {
      for (const { socket } of connections) socket.destroy();
    }, FINISH_MS);
    server.server.once('close', () => {
      clearInterval(looking);
      clearTimeout(limit);
    });
    done();
  });
}

/** A client that was refused early may still send its body, and read the response only then. */
function isBusy({ last, use }: Connection): boolean {
  if (use === 'upgraded') return true;
  return last !== undefined && !(last.req.complete && last.writableFinished);
}
