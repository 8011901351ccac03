import type { Context, Span, SpanContext } from '@opentelemetry/api';

// The values of the OpenTelemetry API belong to telemetry/. This is the key under which it looks for the span of a context
// (opentelemetry-js api/src/trace/context-utils.ts): a Symbol.for(), so that several copies of the API agree on it.
const spanKey = Symbol.for('OpenTelemetry Context Key SPAN');

/** What a tracer asks for its parent: a span that is somebody else's, or none. */
export function remoteContext(parent: (Pick<SpanContext, 'traceId' | 'spanId'> & { readonly traceFlags: number }) | undefined): Context {
  const span: Pick<Span, 'spanContext'> | undefined = parent && { spanContext: () => ({ ...parent, isRemote: true }) };
  const context: Context = {
    getValue: (key) => (key === spanKey ? span : undefined),
    setValue: () => context,
    deleteValue: () => remoteContext(undefined),
  };
  return context;
}
