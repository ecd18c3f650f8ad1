/** The server of Node.js under Fastify: limits on heads, times and connections. */

import type { RequestListener, Server } from 'node:http';
import { createServer } from '../node-http.ts';
import { type Connections, trackConnections } from './connections.ts';
import { oneAtATime, pauseWhileWaiting, type RequestQueue } from './one-at-a-time.ts';
import { type RefusalParts, refuseConnection } from './parser-errors.ts';

/** With more, the quietest connection makes room for the next. */
const MAX_CONNECTIONS = 10_000;
const MAX_HEADER_BYTES = 16 * 1024;
const HEADERS_TIMEOUT_MS = 10_000;
const REQUEST_TIMEOUT_MS = 30_000;
/** How often connections are held against the two: Node's own half minute would double them. */
const TIMEOUT_CHECK_MS = 1000;
const KEEP_ALIVE_TIMEOUT_MS = 65_000;

export interface NodeServer {
  httpServer: Server;
  connections: Connections;
  /** Sets what answers requests: for each connection one at a time. */
  handle(listener: RequestListener): void;
  /** How many requests could begin and wait for a turn of the event loop. */
  readyCount(): number;
}

/** Makes a server that answers nothing yet, and has at most `maxConnections`. */
export function createNodeServer(
  parts: RefusalParts,
  maxConnections = MAX_CONNECTIONS,
): NodeServer {
  const httpServer = createServer({
    maxHeaderSize: MAX_HEADER_BYTES,
    headersTimeout: HEADERS_TIMEOUT_MS,
    requestTimeout: REQUEST_TIMEOUT_MS,
    keepAliveTimeout: KEEP_ALIVE_TIMEOUT_MS,
    connectionsCheckingInterval: TIMEOUT_CHECK_MS,
    // Host is checked by a hook, so that its absence gets a body like every other refusal.
    requireHostHeader: false,
  });
  const connections = trackConnections(httpServer, maxConnections, (socket) =>
    refuseConnection(socket, parts),
  );
  pauseWhileWaiting(httpServer);
  let requestQueue: RequestQueue | undefined;
  return {
    httpServer,
    connections,
    handle(listener) {
      requestQueue = oneAtATime(listener);
      httpServer.on('request', requestQueue.handle);
      // Node would answer 417 with an empty body by itself.
      httpServer.on('checkExpectation', requestQueue.handle);
    },
    readyCount: () => requestQueue?.readyCount() ?? 0,
  };
}
