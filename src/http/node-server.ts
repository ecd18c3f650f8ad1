/** The server of Node.js under Fastify: limits on heads, times and connections. */

import type { IncomingMessage, RequestListener, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { createServer } from '../node-http.ts';
import { CompactRequest } from './compact-request.ts';
import { type Connections, connectionOf, trackConnections } from './connections.ts';
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

/** What answers requests that are not the server's own. It bounds the time that they take. */
export interface PassOn {
  /** Whether it answers this request, by its head. */
  takes(request: IncomingMessage): boolean;
  /** Answers it. A client that waits for `100 Continue` has not had it. */
  answer(request: IncomingMessage, response: ServerResponse): void;
  /** Answers a request to become a WebSocket. */
  upgrade(request: IncomingMessage, socket: Socket, head: Buffer): void;
}

/** Makes a server that answers nothing yet, and has at most `maxConnections`. */
export function createNodeServer(
  { passOn, ...parts }: RefusalParts & { passOn?: PassOn | undefined },
  maxConnections = MAX_CONNECTIONS,
): NodeServer {
  const httpServer = createServer({
    IncomingMessage: CompactRequest,
    maxHeaderSize: MAX_HEADER_BYTES,
    headersTimeout: HEADERS_TIMEOUT_MS,
    // What is passed on may be large; unread-answers.ts then bounds our own requests.
    requestTimeout: passOn ? 0 : REQUEST_TIMEOUT_MS,
    keepAliveTimeout: KEEP_ALIVE_TIMEOUT_MS,
    connectionsCheckingInterval: TIMEOUT_CHECK_MS,
    // Host is checked by a hook, so that its absence gets a body like every other refusal.
    requireHostHeader: false,
    // Some clients offer HTTP/2 with every request, which is then one like any other.
    shouldUpgradeCallback: (request) => isWebSocket(request) && passOn?.takes(request) === true,
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
      const queue = oneAtATime(passOn ? withOthers(passOn, listener) : listener);
      requestQueue = queue;
      httpServer.on('request', queue.handle);
      // Node would answer 417 with an empty body by itself.
      httpServer.on('checkExpectation', queue.handle);
      if (passOn) passOnFrom(httpServer, passOn, queue.handle);
    },
    readyCount: () => requestQueue?.readyCount() ?? 0,
  };
}

function withOthers(passOn: PassOn, listener: RequestListener): RequestListener {
  return (request, response) => {
    const isTheirs = passOn.takes(request);
    const connection = connectionOf(request.socket);
    if (connection) connection.use = isTheirs ? 'passed on' : 'own';
    if (isTheirs) passOn.answer(request, response);
    else listener(request, response);
  };
}

function passOnFrom(httpServer: Server, passOn: PassOn, handle: RequestListener): void {
  httpServer.on('checkContinue', (request, response) => {
    if (!passOn.takes(request)) response.writeContinue();
    handle(request, response);
  });
  // Before Node.js 22.21, this would also take the requests that only offer another protocol.
  if (!('shouldUpgradeCallback' in httpServer)) return;
  httpServer.on('upgrade', (request: IncomingMessage, socket: Socket, head: Buffer) => {
    const connection = connectionOf(socket);
    // An answer is still being sent on it: nobody can tell the two apart.
    if (!connection || connection.current || connection.waiting.length > 0) {
      socket.destroy();
      return;
    }
    connection.use = 'upgraded';
    passOn.upgrade(request, socket, head);
  });
}

function isWebSocket({ method, headers }: IncomingMessage): boolean {
  return method === 'GET' && headers.upgrade?.toLowerCase() === 'websocket';
}
