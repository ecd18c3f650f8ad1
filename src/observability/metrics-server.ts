/** The metrics port: /metrics for Prometheus, and nothing else. */

import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createServer } from '../node-http.ts';
import { Problem } from '../problem.ts';
import type { Metrics } from './metrics.ts';

/** Prometheus needs one. */
const MAX_CONNECTIONS = 100;
const REQUEST_TIMEOUT_MS = 10_000;

export interface MetricsServer {
  /** Where /metrics is. */
  url: string;
  close(): Promise<void>;
}

/** Starts listening on its own port; raises `setting_invalid` if it cannot. */
export async function startMetricsServer(
  host: string,
  port: number,
  metrics: Pick<Metrics, 'text' | 'contentType'>,
): Promise<MetricsServer> {
  const server = createServer(
    { requestTimeout: REQUEST_TIMEOUT_MS, headersTimeout: REQUEST_TIMEOUT_MS },
    ({ method, url }, response) => {
      if (url?.split('?')[0] !== '/metrics')
        return respond(response, 404, 'This port serves only /metrics.');
      if (method !== 'GET' && method !== 'HEAD') {
        response.setHeader('Allow', 'GET, HEAD');
        return respond(response, 405, 'Use GET.');
      }
      metrics.text().then(
        (text) => {
          response.setHeader('Content-Type', metrics.contentType);
          respond(response, 200, text);
        },
        () => respond(response, 503, 'A worker did not answer in time.'),
      );
    },
  );
  server.maxConnections = MAX_CONNECTIONS;
  server.setTimeout(REQUEST_TIMEOUT_MS);
  server.listen({ host, port });
  try {
    await once(server, 'listening');
  } catch (cause) {
    const reason = cause instanceof Error && 'code' in cause ? cause.code : cause;
    throw new Problem(
      'setting_invalid',
      `Cannot listen on ${host}:${port} for /metrics (${reason}). Choose another --metrics-port.`,
      { cause },
    );
  }
  return {
    url: urlOf(server.address()),
    async close() {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}

/** One answer a connection: what a client does not read is then all that is kept for it. */
function respond(response: ServerResponse, status: number, text: string): void {
  if (!response.hasHeader('Content-Type')) response.setHeader('Content-Type', 'text/plain');
  response.setHeader('Connection', 'close');
  response.statusCode = status;
  response.end(text);
}

function urlOf(address: AddressInfo | string | null): string {
  if (typeof address !== 'object' || address === null) return String(address);
  const { address: host, family, port } = address;
  return `http://${family === 'IPv6' ? `[${host}]` : host}:${port}/metrics`;
}
