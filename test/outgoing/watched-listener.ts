/** A listener on loopback that counts the connections which should never have been made. */

import { once } from 'node:events';
import { createServer, type Server } from 'node:net';

export interface WatchedListener {
  port: number;
  connections(): number;
  close(): Promise<void>;
}

const ANSWER = 'HTTP/1.1 200 OK\r\nContent-Length: 6\r\nConnection: close\r\n\r\nsecret';

// Not every machine has more than the first.
const HOSTS = ['127.0.0.1', '127.127.127.127', '::1'];

/** Listens on one port of several loopback addresses. */
export async function startWatchedListener(): Promise<WatchedListener> {
  let connections = 0;
  const servers: Server[] = [];
  let port = 0;
  for (const host of HOSTS) {
    const server = createServer((socket) => {
      connections += 1;
      socket.on('error', () => {});
      socket.once('data', () => socket.end(ANSWER));
    });
    server.listen(port, host);
    try {
      await once(server, 'listening');
    } catch (error) {
      if (port === 0) throw error;
      continue;
    }
    port = portOf(server);
    servers.push(server);
  }
  return {
    port,
    connections: () => connections,
    async close() {
      await Promise.all(servers.map((server) => once(server.close(), 'close')));
    },
  };
}

/** The port of a server that listens. */
export function portOf(server: Server): number {
  const address = server.address();
  if (typeof address !== 'object' || address === null) throw new Error('The server has no port.');
  return address.port;
}
