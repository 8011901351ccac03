import type { Context, Span, SpanContext, Tracer } from '@opentelemetry/api';
import { verdictOf } from '../../net/server/reply.ts';

// The OpenTelemetry API's values belong to telemetry/; these are its constants (SpanKind.SERVER, SpanStatusCode.ERROR) and the key under
// which it looks for the span of a context (context-utils.ts), a Symbol.for() so that several copies of it agree.
const server = 1;
const failed = 2;
const spanKey = Symbol.for('OpenTelemetry Context Key SPAN');

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
  const span = tracer.startSpan(name, { kind: server }, contextOf(parseTraceparent(traceparent)));
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

/** What the API gives a tracer that asks for the parent. */
function contextOf(parent: SpanContext | undefined): Context {
  const span: Pick<Span, 'spanContext'> | undefined = parent && { spanContext: () => parent };
  const context: Context = {
    getValue: (key) => (key === spanKey ? span : undefined),
    setValue: () => context,
    deleteValue: () => contextOf(undefined),
  };
  return context;
}
