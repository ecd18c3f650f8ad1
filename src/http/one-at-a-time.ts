/**
 * A connection is served one request at a time, and all connections a few in a turn of the event loop.
 * Node.js hands over every request of a chunk at once: a thousand fit into 64 kB, and the answers to all
 * of them would be kept for a client that reads none. And it accepts one connection a turn: in turns
 * that serve hundreds of requests, new clients would wait for seconds.
 */

import type { IncomingMessage, RequestListener, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { type Connection, connectionOf } from './connections.ts';

/** How many requests of a connection may wait for the one before them. */
const MAX_WAITING = 256;
/** How many may wait in all, those with a body counted as many times as `BODY_WEIGHT`. */
const MAX_WAITING_IN_ALL = 20_000;
/** What has come of a body can take twice 64 kB, a hundred times what a head takes. */
const BODY_WEIGHT = 100;
/** How many requests begin in one turn of the event loop. */
const BEGUN_IN_A_TURN = 32;
/** Wait for the end of a turn only if this many have begun. */
const FEW = 8;

export interface RequestQueue {
  /** Answers a request when it is its turn. */
  handle: RequestListener;
  /** How many connections have a request that waits for a turn of the event loop. */
  readyCount(): number;
}

/**
 * Wraps what answers requests, so that a request begins when the answer before it was taken. While
 * requests wait, nothing more is read of their connection; too many of them end it.
 */
export function oneAtATime(answer: RequestListener): RequestQueue {
  let waitingInAll = 0;
  let begunInTurn = 0;
  /** Connections whose next request may begin. */
  let ready: Connection[] = [];

  function begin(connection: Connection, request: IncomingMessage, response: ServerResponse): void {
    begunInTurn += 1;
    if (begunInTurn === FEW) setImmediate(beginTurn);
    connection.current = response;
    connection.begunAt = performance.now();
    connection.whenTaken ??= () => {
      connection.current = undefined;
      connection.unreadBytes = 0;
      if (connection.waiting.length > 0) makeReady(connection);
    };
    response.on('close', connection.whenTaken);
    answer(request, response);
  }

  function makeReady(connection: Connection): void {
    ready.push(connection);
    // In another turn, also while few have begun in this one.
    if (begunInTurn >= FEW) return;
    begunInTurn = FEW;
    setImmediate(beginTurn);
  }

  function beginTurn(): void {
    begunInTurn = 0;
    const now = ready.slice(0, BEGUN_IN_A_TURN);
    ready = ready.slice(BEGUN_IN_A_TURN);
    for (const connection of now) beginNext(connection);
    if (ready.length > 0 && begunInTurn < FEW) {
      begunInTurn = FEW;
      setImmediate(beginTurn);
    }
  }

  function beginNext(connection: Connection): void {
    const { socket, waiting } = connection;
    const next = waiting.shift();
    if (next === undefined) return;
    waitingInAll -= weightOf(next[0]);
    if (socket.destroyed) {
      forget(connection);
      return;
    }
    if (waiting.length === 0 && connection.isPaused) {
      connection.isPaused = false;
      socket.resume();
    }
    begin(connection, ...next);
  }

  function forget({ waiting }: Connection): void {
    for (const [request] of waiting) waitingInAll -= weightOf(request);
    waiting.length = 0;
  }

  return {
    readyCount: () => ready.length,
    handle(request, response) {
      const { socket } = request;
      const connection = connectionOf(socket);
      // It was refused, or takes no more.
      if (connection === undefined || socket.destroyed) return;
      connection.last = response;
      const { current, waiting } = connection;
      const isFree = current === undefined && waiting.length === 0;
      if (isFree && begunInTurn < BEGUN_IN_A_TURN) {
        begin(connection, request, response);
        return;
      }
      const weight = weightOf(request);
      waitingInAll += weight;
      waiting.push([request, response]);
      // Who asks for one thing, without a body, is not the one that is too much: connections are limited.
      const isLittle = isFree && weight === 1;
      if (waiting.length > MAX_WAITING || (waitingInAll > MAX_WAITING_IN_ALL && !isLittle)) {
        forget(connection);
        socket.destroy();
        return;
      }
      if (isFree) {
        makeReady(connection);
      } else if (!connection.isPaused) {
        connection.isPaused = true;
        socket.pause();
      }
    },
  };
}

/** Stops reading from a connection while its requests wait, even if other code resumes it. */
export function pauseWhileWaiting(server: Server): void {
  server.on('connection', (socket: Socket) => {
    // Node.js resumes a socket by itself after it sends a response or discards a body.
    socket.on('resume', () => {
      if (connectionOf(socket)?.isPaused) socket.pause();
    });
  });
}

function weightOf(request: IncomingMessage): number {
  const { headers } = request;
  const hasBody = headers['content-length'] ?? headers['transfer-encoding'];
  return hasBody === undefined ? 1 : BODY_WEIGHT;
}
