/** A span for each request: its route, its status and what went wrong; no path, no query, no address. */

import type { FastifyInstance, FastifyRequest } from 'fastify';
import { parseNetworks } from '../network.ts';
import { typeOf } from '../observability/fields.ts';
import type { Span, Tracing } from '../observability/tracing.ts';
import { faultOf } from './request-log.ts';
import { routeOf } from './stand-in-mark.ts';

/** An IPv4 address stands for itself, also on a socket of both families. */
function addressOf({ socket }: FastifyRequest['raw']): string {
  return (socket.remoteAddress ?? '').replace(/^::ffff:(?=\d+\.)/i, '');
}

export interface RequestSpans {
  /** Runs `work` within the span of a request. */
  within(request: FastifyRequest, work: () => void): void;
  /** Ends the span of a request that was answered. */
  end(request: FastifyRequest, status: number): void;
}

/**
 * Begins a span with each request. The trace that a request names continues only if a proxy in `trustProxy` has
 * sent it: other clients could otherwise have every request recorded, in traces of their choice.
 */
export function beginSpans(
  server: FastifyInstance,
  tracing: Tracing,
  trustProxy: readonly string[],
): RequestSpans {
  const trusted = parseNetworks(trustProxy);
  const spans = new WeakMap<FastifyRequest, Span>();
  const within = (request: FastifyRequest, work: () => void) => {
    const span = spans.get(request);
    if (span === undefined) work();
    else span.run(work);
  };
  server.addHook('onRequest', (request, _, done) => {
    const { method, protocol, id, raw } = request;
    const route = routeOf(request);
    const isTrusted = trusted.includes(addressOf(raw));
    const attributes = {
      'http.request.method': method,
      'http.route': route,
      'url.scheme': protocol,
      'connect_apps.request.id': id,
    };
    const name = route === undefined ? method : `${method} ${route}`;
    const span = tracing.beginServer(name, attributes, isTrusted ? raw.headers : undefined);
    spans.set(request, span);
    span.run(done);
  });
  // A body arrives outside of it, as part of its connection.
  server.addHook('preValidation', (request, _, done) => within(request, done));
  return {
    within,
    end(request, status) {
      const fault = faultOf(request);
      const errorType = fault === undefined ? String(status) : typeOf(fault);
      const attributes = { 'http.response.status_code': status };
      spans.get(request)?.end(attributes, status >= 500 ? errorType : undefined);
    },
  };
}
