import type { SpanContext, Tracer } from '@opentelemetry/api';
import { remoteContext } from '../../core/remote-context.ts';
import { verdictOf } from '../../net/server/reply.ts';

// The OpenTelemetry API's values belong to telemetry/; these are its constants (SpanKind.SERVER, SpanStatusCode.ERROR).
const server = 1;
const failed = 2;

/**
 * A span around the work, child of what `traceparent` names. The work gets the context to pass on; undefined when there is neither a trace
 * of the sender's nor one of ours.
 */
export async function inSpan<T>(
  tracer: Tracer,
  name: string,
  traceparent: string | undefined,
  work: (trace: SpanContext | undefined) => Promise<T>,
): Promise<T> {
  const span = tracer.startSpan(name, { kind: server }, remoteContext(parseTraceparent(traceparent)));
  const context = span.spanContext();
  try {
    return await work(/[^0]/.test(context.traceId) ? context : undefined);
  } catch (why) {
    const { reason, status, message } = verdictOf(why);
    span.setAttribute('error.type', reason);
    if (status >= 500) span.setStatus({ code: failed, message });
    throw why;
  } finally {
    span.end();
  }
}

/** W3C Trace Context, level 1, section 3.2: later versions may be longer, version ff and ids of zeros are invalid. */
export function parseTraceparent(text: string | undefined): SpanContext | undefined {
  const parts = /^([\da-f]{2})-([\da-f]{32})-([\da-f]{16})-([\da-f]{2})(-.*)?$/.exec(text ?? '');
  if (parts === null) return undefined;
  const [, version = '', traceId = '', spanId = '', flags = '', more] = parts;
  if (version === 'ff' || (version === '00' && more !== undefined) || !/[^0]/.test(traceId) || !/[^0]/.test(spanId)) return undefined;
  return { traceId, spanId, traceFlags: Number.parseInt(flags, 16), isRemote: true };
}
