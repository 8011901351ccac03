import type { Span, SpanContext, Tracer } from '@opentelemetry/api';
import { remoteContext } from '../../../core/remote-context.ts';
import type { TraceContext } from '../../../wire/request.ts';

/** Which headers tell the backend of the trace: Alloy's `tracing` block. */
export interface Propagators {
  readonly trace_context_propagator: boolean;
  readonly jaeger_propagator: boolean;
}

/** A span of one attempt, child of the trace that the record came in with. */
export function startSpan(tracer: Tracer, name: string, parent: TraceContext | undefined): Span {
  return tracer.startSpan(name, clientSpan, parent === undefined ? undefined : remoteContext({ ...parent, traceFlags: parent.flags }));
}

/**
 * The headers of a span: W3C's traceparent and Jaeger's uber-trace-id, by hand, because the record crosses the queue and with it every
 * context that the OpenTelemetry API would know.
 */
export class Propagation {
  readonly #propagators: Propagators;
  readonly #random: () => number;
  readonly #always: boolean;

  /** `always`: also where nobody traces, with ids marked as not sampled, as Alloy sends them (row W73). */
  constructor(propagators: Propagators, random: () => number, always: boolean) {
    this.#propagators = propagators;
    this.#random = random;
    this.#always = always;
  }

  /** Name and value in turn. */
  headers({ traceId, spanId, traceFlags }: SpanContext): readonly string[] {
    const { trace_context_propagator, jaeger_propagator } = this.#propagators;
    const traced = traceId !== invalidTraceId;
    if (!traced && !this.#always) return none;
    const trace = traced ? traceId : randomHex(32, this.#random);
    const span = spanId !== invalidSpanId ? spanId : randomHex(16, this.#random);
    const headers: string[] = [];
    if (trace_context_propagator) headers.push('traceparent', `00-${trace}-${span}-${traceFlags.toString(16).padStart(2, '0')}`);
    if (jaeger_propagator) headers.push('uber-trace-id', `${trace}:${span}:0:${traceFlags.toString(16)}`);
    return headers;
  }
}

const none: readonly string[] = [];

/** Of a span that nobody records, by the OpenTelemetry API. */
const invalidTraceId = '0'.repeat(32);
const invalidSpanId = '0'.repeat(16);

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
const clientSpan = { kind: 2 } as const;
