/** A client whose requests are spans, and name them to the receiver (W3C Trace Context). */

import type { Tracing } from '../observability/tracing.ts';
import type { GuardedClient } from './guarded-client.ts';

/**
 * Returns the same client. A receiver is told the IDs of the span and nothing else: neither `tracestate` nor
 * `baggage`. The span holds no URL, which is a customer's.
 */
export function withSpans(client: GuardedClient, tracing: Tracing): GuardedClient {
  return {
    ...client,
    async send(request) {
      const { method } = request;
      const span = tracing.beginClient(method, { 'http.request.method': method });
      const headers = { ...request.headers, traceparent: span.traceparent };
      const outcome = await span.run(() => client.send({ ...request, headers }));
      if (outcome.answered) {
        const { status } = outcome;
        span.end(
          { 'http.response.status_code': status },
          status >= 400 ? String(status) : undefined,
        );
      } else {
        span.end({}, outcome.reason);
      }
      return outcome;
    },
  };
}
