import type { Span, SpanContext, Tracer } from '@opentelemetry/api';
import { remoteContext } from '../../core/remote-context.ts';
import { endWith } from '../../core/spans.ts';
import { verdictOf } from '../../net/server/reply.ts';

// The OpenTelemetry API's values belong to telemetry/; these are its constants (SpanKind.SERVER, SpanStatusCode.ERROR).
const server = 1;
const failed = 2;
const noTrace = '0'.repeat(32);
const noContext = remoteContext(undefined);

/** What carries the headers of a request. */
interface Headers {
  headerValues(name: string): readonly string[];
}

/** The span of the sender: W3C's traceparent, or Jaeger's uber-trace-id where there is none that can be read. */
export function senderSpan(request: Headers): SpanContext | undefined {
  return parseTraceparent(request.headerValues('traceparent')[0]) ?? parseUberTraceId(request.headerValues('uber-trace-id')[0]);
}

/**
 * A span around the work, child of the sender's. The work gets the context to pass on; undefined when there is neither a trace
 * of the sender's nor one of ours.
 */
export function inSpan<T>(
  tracer: Tracer,
  name: string,
  sender: SpanContext | undefined,
  work: (trace: SpanContext | undefined) => T | Promise<T>,
): T | Promise<T> {
  const span = tracer.startSpan(name, { kind: server }, sender === undefined ? noContext : remoteContext(sender));
  const context = span.spanContext();
  return endWith(span, () => work(isTraced(context) ? context : undefined), markRefusal);
}

function markRefusal(span: Span, why: unknown): void {
  const { reason, status, message } = verdictOf(why);
  span.setAttribute('error.type', reason);
  if (status >= 500) span.setStatus({ code: failed, message });
}

/** Neither a trace of the sender's nor one of ours has an id of zeros (W3C Trace Context, section 3.2.2.3). */
function isTraced({ traceId }: SpanContext): boolean {
  return traceId !== noTrace;
}

/** W3C Trace Context, level 1, section 3.2: later versions may be longer, version ff and ids of zeros are invalid. */
export function parseTraceparent(text: string | undefined): SpanContext | undefined {
  const parts = /^([\da-f]{2})-([\da-f]{32})-([\da-f]{16})-([\da-f]{2})(-.*)?$/.exec(text ?? '');
  if (parts === null) return undefined;
  const [, version = '', traceId = '', spanId = '', flags = '', more] = parts;
  if (version === 'ff' || (version === '00' && more !== undefined) || !/[^0]/.test(traceId) || !/[^0]/.test(spanId)) return undefined;
  return { traceId, spanId, traceFlags: Number.parseInt(flags, 16), isRemote: true };
}

/**
 * Jaeger's client libraries, "Propagation Format": trace:span:parent:flags in hexadecimal digits, leading zeros left out at will, the colons
 * URL-encoded by some. The lowest flag says sampled, as W3C's does.
 */
export function parseUberTraceId(text: string | undefined): SpanContext | undefined {
  if (text === undefined) return undefined;
  const parts = /^([\da-f]{1,32}):([\da-f]{1,16}):[\da-f]{1,16}:([\da-f]{1,2})$/i.exec(text.replaceAll(/%3a/gi, ':'));
  if (parts === null) return undefined;
  const [, trace = '', span = '', flags = ''] = parts;
  if (!/[^0]/.test(trace) || !/[^0]/.test(span)) return undefined;
  return {
    traceId: trace.toLowerCase().padStart(32, '0'),
    spanId: span.toLowerCase().padStart(16, '0'),
    traceFlags: Number.parseInt(flags, 16) & 1,
    isRemote: true,
  };
}
