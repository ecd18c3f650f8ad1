/**
 * The proxy that stands between a command and the network. Requests to Twilio's API reach the local
 * server, Twilio's other hosts are refused, every other host is passed through untouched.
 * tunnels.ts and plain-requests.ts have the two ways in which clients ask a proxy.
 */

import { createServer, type Server } from 'node:http';
import type { Socket } from 'node:net';
import { Problem } from '../problem.ts';
import type { Authority } from './certificate-authority.ts';
import { createRequestHandler } from './plain-requests.ts';
import { createConnectHandler } from './tunnels.ts';

export interface ForwardProxy {
  url: string;
  /** Ends every connection that is still open. */
  close(): Promise<void>;
}

export interface ForwardProxyOptions {
  /** Where requests to Twilio's API go instead. */
  serverUrl: string;
  authority: Authority;
  /** 0 for any free port. */
  port: number;
  /** The proxy through which other hosts are reached; undefined to reach them directly. */
  upstream: URL | undefined;
  notice(line: string): void;
}

/** Starts a proxy on 127.0.0.1; raises `setting_invalid` when it cannot have the port. */
export async function startForwardProxy(options: ForwardProxyOptions): Promise<ForwardProxy> {
  const proxy = createServer(createRequestHandler(options));
  proxy.on('connect', createConnectHandler(options));
  const connections = new Set<Socket>();
  proxy.on('connection', (socket) => {
    connections.add(socket);
    socket.once('close', () => connections.delete(socket));
  });
  const port = await listen(proxy, options.port);

  return {
    url: `http://127.0.0.1:${port}`,
    close() {
      return new Promise((resolve) => {
        proxy.close(() => resolve());
        for (const socket of connections) socket.destroy();
      });
    },
  };
}

function listen(proxy: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    proxy.once('error', (cause) => {
      const sentence = `The proxy of exec cannot listen on 127.0.0.1:${port}: ${cause.message}. Choose another --proxy-port, or leave it out for any free one.`;
      reject(new Problem('setting_invalid', sentence, { cause }));
    });
    proxy.listen(port, '127.0.0.1', () => {
      const address = proxy.address();
      resolve(typeof address === 'object' && address !== null ? address.port : port);
    });
  });
}
