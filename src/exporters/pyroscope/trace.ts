import type { Span, SpanContext, Tracer } from '@opentelemetry/api';
import { remoteContext } from '../../core/remote-context.ts';
import type { TraceContext } from '../../wire/request.ts';

/** Which headers tell the backend of the trace: Alloy's `tracing` block. */
export interface Propagators {
  readonly trace_context_propagator: boolean;
  readonly jaeger_propagator: boolean;
}

/** A span of one attempt, child of the trace that the record came in with. */
export function startSpan(
  tracer: Tracer,
  name: string,
  attributes: Readonly<Record<string, string | number>>,
  parent: TraceContext | undefined,
): Span {
  return tracer.startSpan(
    name,
    { kind: clientKind, attributes: { ...attributes } },
    remoteContext(parent && { ...parent, traceFlags: parent.flags }),
  );
}

/**
 * The headers of a span: W3C's traceparent and Jaeger's uber-trace-id, by hand, because the record crosses the queue and with it every
 * context that the OpenTelemetry API would know. Where nobody traces there are ids all the same, marked as not sampled, as Alloy sends them
 * (row W73).
 */
export function propagate(
  { traceId, spanId, traceFlags }: SpanContext,
  propagators: Propagators,
  random: () => number,
): Record<string, string> {
  const trace = /[^0]/.test(traceId) ? traceId : randomHex(32, random);
  const span = /[^0]/.test(spanId) ? spanId : randomHex(16, random);
  const headers: Record<string, string> = {};
  if (propagators.trace_context_propagator) headers['traceparent'] = `00-${trace}-${span}-${traceFlags.toString(16).padStart(2, '0')}`;
  if (propagators.jaeger_propagator) headers['uber-trace-id'] = `${trace}:${span}:0:${traceFlags.toString(16)}`;
  return headers;
}

/** A version 4 UUID (RFC 9562 5.4). */
export function randomUuid(random: () => number): string {
  const hex = randomHex(32, random);
  const variant = '89ab'.charAt(Math.floor(random() * 4));
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${hex.slice(20)}`;
}

/** `digits`: a multiple of 8. */
function randomHex(digits: number, random: () => number): string {
  let hex = '';
  while (hex.length < digits)
    hex += Math.floor(random() * 2 ** 32)
      .toString(16)
      .padStart(8, '0');
  return hex;
}

/** SpanKind.CLIENT: an outgoing request. The enum is a value of the OpenTelemetry API, which only telemetry/ imports. */
const clientKind = 2;
