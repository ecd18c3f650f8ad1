/**
 * A connection is served one request at a time. Node.js hands over every request of a chunk at once: a
 * thousand fit into 64 kB, and the answers to all of them would be kept for a client that reads none.
 */

import type { IncomingMessage, RequestListener, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { type Connection, type Connections, connectionOf } from './connections.ts';

/** How many requests of a connection may wait for the one before them. */
const MAX_WAITING = 256;
/** How many may wait in all, those with a body counted as many times as `BODY_WEIGHT`. */
const MAX_WAITING_IN_ALL = 20_000;
/** A body that came in tiny chunks can take 4 MB: 64 kB of the wire, each chunk an object. */
const BODY_WEIGHT = 500;

/**
 * Wraps what answers requests, so that a request begins when the answer before it was taken. While
 * requests wait, nothing more is read of their connection; too many of them end it.
 */
export function oneAtATime(connections: Connections, handle: RequestListener): RequestListener {
  let waitingInAll = 0;

  function begin(connection: Connection, request: IncomingMessage, response: ServerResponse): void {
    connection.current = response;
    connection.begunAt = performance.now();
    // The quietest connections stand first.
    if (connections.delete(connection)) connections.add(connection);
    response.on('close', () => beginNext(connection));
    handle(request, response);
  }

  function beginNext(connection: Connection): void {
    connection.current = undefined;
    const { socket, waiting } = connection;
    const next = waiting.shift();
    if (next === undefined) return;
    waitingInAll -= weightOf(next[0]);
    if (socket.destroyed) {
      forget(connection);
      return;
    }
    if (waiting.length === 0) socket.resume();
    begin(connection, ...next);
  }

  function forget({ waiting }: Connection): void {
    for (const [request] of waiting) waitingInAll -= weightOf(request);
    waiting.length = 0;
  }

  return (request, response) => {
    const { socket } = request;
    const connection = connectionOf(socket);
    // It was refused, or takes no more.
    if (connection === undefined || socket.destroyed) return;
    connection.last = response;
    if (connection.current === undefined) return begin(connection, request, response);
    const { waiting } = connection;
    waitingInAll += weightOf(request);
    waiting.push([request, response]);
    if (waiting.length > MAX_WAITING || waitingInAll > MAX_WAITING_IN_ALL) {
      forget(connection);
      socket.destroy();
    } else if (waiting.length === 1) {
      socket.pause();
    }
  };
}

/** Reads nothing of a connection while requests wait on it, whoever lets it go on. */
export function pauseWhileWaiting(server: Server): void {
  server.on('connection', (socket: Socket) => {
    // Node.js resumes a socket for reasons of its own: an answer has left, a body was thrown away.
    socket.on('resume', () => {
      if (connectionOf(socket)?.waiting.length) socket.pause();
    });
  });
}

function weightOf(request: IncomingMessage): number {
  const { headers } = request;
  const hasBody = headers['content-length'] ?? headers['transfer-encoding'];
  return hasBody === undefined ? 1 : BODY_WEIGHT;
}
