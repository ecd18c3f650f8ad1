/**
 * Spans of OpenTelemetry, where an SDK was registered before this program started (docs/observability.md).
 * Elsewhere there is no Tracing: the API is not even loaded, and no request does anything for it.
 */

import type { AttributeValue, Context as TraceContext } from '@opentelemetry/api';
import { Problem } from '../problem.ts';
import { typeOf } from './fields.ts';

/** What every copy of the API, of its major version 1, registers an SDK under. */
const REGISTRY = Symbol.for('opentelemetry.js.api.1');

export type Attributes = Readonly<Record<string, AttributeValue | undefined>>;

/** One that was begun. */
export interface Span {
  /** Runs `work`: what begins in it is a part of this span. */
  run<T>(work: () => T): T;
  /** The header `traceparent` (W3C Trace Context) for whoever is asked in this span. */
  readonly traceparent: string;
  /** Ends it; an `errorType` marks it as failed. */
  end(attributes: Attributes, errorType?: string): void;
}

export interface Tracing {
  /** Begins a span for a request, which is a part of the trace that `headers` name, if they are given. */
  beginServer(name: string, attributes: Attributes, headers: Headers | undefined): Span;
  /** Begins a span for a request of ours. */
  beginClient(name: string, attributes: Attributes): Span;
  /** Runs `work` in a trace of its own. */
  root<T>(name: string, attributes: Attributes, work: () => Promise<T>): Promise<T>;
  /** Runs `work` in a span of what is under way; outside of any, without one. */
  step<T>(name: string, attributes: Attributes, work: () => Promise<T>): Promise<T>;
  /** The IDs of what is under way, as logs name them. */
  ids(): { trace_id: string; span_id: string; trace_flags: string } | undefined;
}

type Headers = Readonly<Record<string, string | string[] | undefined>>;

/** The Tracing of this process, if an SDK was registered; `version` is that of the program. */
export async function findTracing(version: string): Promise<Tracing | undefined> {
  if (!(REGISTRY in globalThis)) return undefined;
  const { context, propagation, ROOT_CONTEXT, SpanKind, SpanStatusCode, trace } = await import(
    '@opentelemetry/api'
  );
  const tracer = trace.getTracer('connect-apps', version);

  function begin(name: string, kind: number, attributes: Attributes, parent: TraceContext): Span {
    const span = tracer.startSpan(name, { kind, attributes: { ...attributes } }, parent);
    const within = trace.setSpan(parent, span);
    const { traceId, spanId, traceFlags } = span.spanContext();
    return {
      run: (work) => context.with(within, work),
      traceparent: `00-${traceId}-${spanId}-${flagsText(traceFlags)}`,
      end(more, errorType) {
        span.setAttributes({ ...more, 'error.type': errorType });
        if (errorType !== undefined) span.setStatus({ code: SpanStatusCode.ERROR });
        span.end();
      },
    };
  }

  async function during<T>(span: Span, work: () => Promise<T>): Promise<T> {
    try {
      const result = await span.run(work);
      span.end({});
      return result;
    } catch (error) {
      span.end({}, isRefusal(error) ? undefined : typeOf(error));
      throw error;
    }
  }

  return {
    beginServer: (name, attributes, headers) =>
      begin(
        name,
        SpanKind.SERVER,
        attributes,
        headers ? propagation.extract(ROOT_CONTEXT, headers) : ROOT_CONTEXT,
      ),
    beginClient: (name, attributes) => begin(name, SpanKind.CLIENT, attributes, context.active()),
    root: (name, attributes, work) =>
      during(begin(name, SpanKind.INTERNAL, attributes, ROOT_CONTEXT), work),
    step(name, attributes, work) {
      const active = context.active();
      if (trace.getSpan(active) === undefined) return work();
      return during(begin(name, SpanKind.CLIENT, attributes, active), work);
    },
    ids() {
      const active = trace.getSpan(context.active())?.spanContext();
      return (
        active && {
          trace_id: active.traceId,
          span_id: active.spanId,
          trace_flags: flagsText(active.traceFlags),
        }
      );
    },
  };
}

/** What is refused has been answered: nothing has failed. */
function isRefusal(error: unknown): boolean {
  return error instanceof Problem && error.problem !== 'storage_unavailable';
}

function flagsText(flags: number): string {
  return flags.toString(16).padStart(2, '0');
}
