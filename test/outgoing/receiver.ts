/** A receiver that speaks raw TCP, so that it can misbehave in any way. */

import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';
import { portOf } from './watched-listener.ts';

export interface Receiver {
  url: string;
  /** What arrived, a text a connection. */
  requests: string[];
  /** Settles when no connection is open any more. */
  allClosed(): Promise<void>;
  close(): Promise<void>;
}

/** Starts a receiver on loopback; `behave` is called once for each connection, when data arrives. */
export async function startReceiver(behave: (socket: Socket) => void): Promise<Receiver> {
  const requests: string[] = [];
  const open = new Set<Socket>();
  let closed = Promise.withResolvers<void>();
  const server = createServer((socket) => {
    const index = requests.push('') - 1;
    open.add(socket);
    socket.on('error', () => {});
    socket.on('close', () => {
      open.delete(socket);
      closed.resolve();
      closed = Promise.withResolvers<void>();
    });
    socket.on('data', (chunk) => {
      requests[index] += chunk.toString('latin1');
    });
    socket.once('data', () => behave(socket));
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return {
    url: `http://127.0.0.1:${portOf(server)}/hook`,
    requests,
    async allClosed() {
      while (open.size > 0) await closed.promise;
    },
    async close() {
      for (const socket of open) socket.destroy();
      await once(server.close(), 'close');
    },
  };
}

/** Writes the text over and over, as fast as the other side takes it or at an interval. */
export function writeForever(socket: Socket, text: string | Buffer, everyMs = 0): void {
  const write = () => {
    if (socket.destroyed) return;
    const hasRoom = socket.write(text);
    if (everyMs > 0) setTimeout(write, everyMs);
    else if (hasRoom) setImmediate(write);
    else socket.once('drain', write);
  };
  write();
}
