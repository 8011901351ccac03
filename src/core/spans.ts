import type { Attributes, Span, SpanContext, Tracer } from '@opentelemetry/api';
import { remoteContext } from './remote-context.ts';

const sampled = 1; // W3C Trace Context, section 3.2.2.5.1
const failed = 2; // SpanStatusCode.ERROR: the enum is a value of the OpenTelemetry API, which only telemetry/ imports

/** Whether a span below this one would be kept: everything else about tracing may be left out where not. */
export function isSampled(trace: SpanContext | undefined): trace is SpanContext {
  return trace !== undefined && (trace.traceFlags & sampled) !== 0;
}

/** A span of work inside the gateway, below the one that the batch came in with. Undefined, at no cost, where nobody records. */
export function startWork(tracer: Tracer, name: string, trace: SpanContext | undefined, attributes: Attributes): Span | undefined {
  if (!isSampled(trace)) return undefined;
  const span = tracer.startSpan(name, { attributes }, remoteContext(trace));
  return span.isRecording() ? span : undefined;
}

/** Ends the span when the work has. `onFailure` marks it; by default with the failure's name alone: what it says may hold labels of senders.
 *  Passes on what came of it. */
export function endWith<T>(
  span: Span | undefined,
  work: () => T | Promise<T>,
  onFailure: (span: Span, why: unknown) => void = nameFailure,
): T | Promise<T> {
  if (span === undefined) return work();
  const fail = (why: unknown): never => {
    onFailure(span, why);
    span.end();
    throw why;
  };
  let result: T | Promise<T>;
  try {
    result = work();
  } catch (why) {
    return fail(why);
  }
  if (result instanceof Promise) {
    return result.then((done) => {
      span.end();
      return done;
    }, fail);
  }
  span.end();
  return result;
}

function nameFailure(span: Span, why: unknown): void {
  span.setStatus({ code: failed, message: why instanceof Error ? why.name : 'failed' });
}
