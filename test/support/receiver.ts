/** A real HTTP server that records what it is sent, and answers as a test says. */

import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';

export interface Received {
  method: string;
  /** Path and query, as they came. */
  path: string;
  headers: Readonly<Record<string, string>>;
  body: string;
  at: number;
}

export interface Receiver {
  url: string;
  received: Received[];
  /** The most requests that were open at once. */
  mostAtOnce(): number;
  close(): Promise<void>;
}

/** Starts a receiver; without `answer` it says 204. */
export async function startReceiver(
  answer: (received: Received, response: ServerResponse, request: IncomingMessage) => void = (
    _,
    response,
  ) => response.writeHead(204).end(),
): Promise<Receiver> {
  const received: Received[] = [];
  let open = 0;
  let most = 0;
  const server = createServer(async (request, response) => {
    open += 1;
    most = Math.max(most, open);
    response.once('close', () => {
      open -= 1;
    });
    const one: Received = {
      method: request.method ?? '',
      path: request.url ?? '',
      headers: Object.fromEntries(
        Object.entries(request.headers).map(([name, value]) => [name, String(value)]),
      ),
      body: await text(request),
      at: Date.now(),
    };
    received.push(one);
    answer(one, response, request);
  });
  server.listen(0, '127.0.0.1');
  // Left open by a test that failed, it keeps no process.
  server.unref();
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' && address ? address.port : 0;
  return {
    url: `http://127.0.0.1:${port}`,
    received,
    mostAtOnce: () => most,
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
