/** What each connection is busy with, and how connections end when the server closes. */

import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { FastifyInstance } from 'fastify';

/** What requests under way get when the server closes. */
const FINISH_MS = 10_000;
/** Also what a connection that is just made gets: its request may be on its way. */
const LOOK_MS = 50;

const lastResponses = new WeakMap<object, ServerResponse>();

/** Remembers which answer a connection is busy with. */
export function rememberResponse(socket: object, response: ServerResponse): void {
  lastResponses.set(socket, response);
}

/** The last answer that a connection was or is busy with. */
export function lastResponseOf(socket: object): ServerResponse | undefined {
  return lastResponses.get(socket);
}

/**
 * When the server closes, ends every connection that has no request under way: one that has sent none,
 * or half a head, or has its answer. After ten seconds it ends the others, too. Node.js itself ends
 * only those that wait for another request just then, and would wait for the rest for ever.
 */
export function endConnectionsOnClose(server: FastifyInstance): void {
  const connections = new Set<Socket>();
  server.server.on('connection', (socket: Socket) => {
    connections.add(socket);
    socket.once('close', () => connections.delete(socket));
  });
  server.addHook('preClose', (done) => {
    const looking = setInterval(() => {
      for (const socket of connections) if (!isBusy(socket)) socket.destroySoon();
    }, LOOK_MS);
    // Not closeAllConnections(): it knows none whose request could not be parsed.
    const limit = setTimeout(() => {
      for (const socket of connections) socket.destroy();
    }, FINISH_MS);
    server.server.once('close', () => {
      clearInterval(looking);
      clearTimeout(limit);
    });
    done();
  });
}

/** Whoever was refused early may still send its body, and reads its answer only then. */
function isBusy(socket: Socket): boolean {
  const last = lastResponseOf(socket);
  return last !== undefined && !(last.req.complete && last.writableFinished);
}
