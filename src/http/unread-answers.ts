/** Limits the total size of unread responses, and the time to read one. */

import type { Server } from 'node:http';
import { type Connections, connectionOf } from './connections.ts';

/** Maximum number of unread bytes in total. */
const MAX_UNREAD_BYTES = 64 * 1024 * 1024;
/** How long a request may take, from its head until its response has been read. */
const MAX_REQUEST_MS = 90_000;
const LOOK_MS = 1000;
/** The share of the limit to keep when making room, so that this does not repeat for each response. */
const ROOM = 0.75;

export interface UnreadAnswers {
  /** Counts an answer that is about to be sent on a connection. */
  add(socket: object, bytes: number): void;
}

/**
 * Watches over the answers of a server. When more than `maxBytes` wait to be read in all, the connections
 * that have waited for longest are ended; clients that read lose nothing. One that has not taken its answer
 * `maxMs` after its request began is ended, too.
 */
export function limitUnreadAnswers(
  server: Server,
  connections: Connections,
  { maxBytes = MAX_UNREAD_BYTES, maxMs = MAX_REQUEST_MS } = {},
): UnreadAnswers {
  let countedBytes = 0;
  let addedBytes = 0;

  /** Counts what is unread now: counting each answer when it was read would cost every request. */
  function count(): void {
    countedBytes = 0;
    addedBytes = 0;
    for (const { unreadBytes } of connections) countedBytes += unreadBytes;
  }

  function makeRoom(): void {
    const waiting = [...connections].filter(({ unreadBytes }) => unreadBytes > 0);
    waiting.sort((one, other) => one.begunAt - other.begunAt);
    for (const connection of waiting) {
      if (countedBytes <= maxBytes * ROOM) return;
      countedBytes -= connection.unreadBytes;
      connection.unreadBytes = 0;
      connection.socket.destroy();
    }
  }

  const looking = setInterval(() => {
    const earliest = performance.now() - maxMs;
    for (const { current, begunAt, socket, use } of connections) {
      // What a platform sends may take as long as it likes, and is bounded by whoever passes it on.
      if (use === 'own' && current !== undefined && begunAt < earliest) socket.destroy();
    }
  }, LOOK_MS).unref();
  server.once('close', () => clearInterval(looking));

  return {
    add(socket, bytes) {
      const connection = connectionOf(socket);
      if (connection?.current === undefined || connection.socket.destroyed) return;
      connection.unreadBytes += bytes;
      addedBytes += bytes;
      if (countedBytes + addedBytes <= maxBytes) return;
      count();
      if (countedBytes > maxBytes) makeRoom();
    },
  };
}
