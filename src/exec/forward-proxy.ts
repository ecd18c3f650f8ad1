/**
 * The proxy that stands between a command and the network. Requests to Twilio's API reach the local
 * server, Twilio's other hosts are refused, every other host is passed through untouched.
 * tunnels.ts and plain-requests.ts have the two ways in which clients ask a proxy. Connections that
 * node-preload.cjs leads here ask nothing: they begin with TLS, which names the host.
 */

import { createServer, type Server, type Socket } from 'node:net';
import { createServer as createHttpServer } from '../node-http.ts';
import { Problem } from '../problem.ts';
import { createRequestHandler } from './plain-requests.ts';
import type { ForwardProxyOptions } from './proxy-options.ts';
import { REVOCATION_LIST_PATH } from './tls/revocation-list.ts';
import { createConnectHandler } from './tunnels.ts';
import { createTwilioConnections } from './twilio-connections.ts';

export interface ForwardProxy {
  url: string;
  /** Reports the connection failures that have not been reported yet. */
  settle(): void;
  /** Ends every connection that is still open. */
  close(): Promise<void>;
}

/** Starts a proxy on 127.0.0.1; raises `setting_invalid` when it cannot have the port. */
export async function startForwardProxy(options: ForwardProxyOptions): Promise<ForwardProxy> {
  let url = '';
  const twilio = createTwilioConnections(options, () => `${url}${REVOCATION_LIST_PATH}`);
  const requests = createHttpServer(createRequestHandler(options));
  requests.on('connect', createConnectHandler(options.upstream, twilio));

  const connections = new Set<Socket>();
  const proxy = createServer({ allowHalfOpen: true, noDelay: true }, (socket) => {
    connections.add(socket);
    socket.once('close', () => connections.delete(socket));
    socket.on('error', () => socket.destroy());
    socket.once('readable', () => {
      const first: Buffer | null = socket.read();
      if (first === null) return socket.destroy();
      socket.unshift(first);
      if (first[0] === TLS_HANDSHAKE) twilio.acceptNamed(socket);
      else requests.emit('connection', socket);
    });
  });
  url = `http://127.0.0.1:${await listen(proxy, options.port)}`;

  return {
    url,
    settle: twilio.settle,
    close() {
      return new Promise((resolve) => {
        proxy.close(() => resolve());
        for (const socket of connections) socket.destroy();
      });
    },
  };
}

/** The first byte of a TLS connection (RFC 8446, 5.1), and of no request. */
const TLS_HANDSHAKE = 0x16;

function listen(proxy: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    proxy.once('error', (cause) => {
      const sentence = `The exec proxy cannot listen on 127.0.0.1:${port}: ${cause.message}. Choose another --proxy-port, or omit it to use any free port.`;
      reject(new Problem('setting_invalid', sentence, { cause }));
    });
    proxy.listen(port, '127.0.0.1', () => {
      const address = proxy.address();
      resolve(typeof address === 'object' && address !== null ? address.port : port);
    });
  });
}
