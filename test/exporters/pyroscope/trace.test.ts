import assert from 'node:assert/strict';
import test from 'node:test';
import { type SpanContext, trace } from '@opentelemetry/api';
import { AlwaysOnSampler, InMemorySpanExporter, SimpleSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace';
import { Propagation, type Propagators, randomUuid, startSpan } from '../../../src/exporters/pyroscope/attempt/trace.ts';
import { pushSeries } from '../../support/batches.ts';
import { createTestHost } from '../../support/host.ts';
import { eventually, quick, rig, server } from './rig.ts';

const parent = { traceId: '0af7651916cd43dd8448eb211c80319c', spanId: 'b7ad6b7169203331', flags: 1 };
/** The headers of a span context, by name. */
function propagate(context: SpanContext, propagators: Propagators, always = true): Record<string, string> {
  const flat = new Propagation(propagators, Math.random, always).headers(context);
  return Object.fromEntries(flat.flatMap((name, at) => (at % 2 === 0 ? [[name, flat[at + 1] ?? '']] : [])));
}
const both = { trace_context_propagator: true, jaeger_propagator: true };

function tracing(): { readonly spans: InMemorySpanExporter; readonly provider: TracerProvider } {
  const spans = new InMemorySpanExporter();
  return {
    spans,
    provider: new TracerProvider({ sampler: new AlwaysOnSampler(), spanProcessors: [new SimpleSpanProcessor({ exporter: spans })] }),
  };
}

test('a span is a child of the trace that the record came in with', () => {
  const { spans, provider } = tracing();
  startSpan(provider.getTracer('test'), 'deliver', parent).end();
  startSpan(provider.getTracer('test'), 'deliver', undefined).end();
  const [child, root] = spans.getFinishedSpans();
  assert.deepEqual([child?.spanContext().traceId, child?.parentSpanContext?.spanId], [parent.traceId, parent.spanId]);
  assert.notEqual(root?.spanContext().traceId, parent.traceId);
  assert.equal(root?.parentSpanContext, undefined);
});

test('without a tracer the context of the sender passes through', () => {
  const span = startSpan(trace.getTracer('none'), 'deliver', parent);
  assert.equal(propagate(span.spanContext(), both)['traceparent'], `00-${parent.traceId}-${parent.spanId}-01`);
});

test('each propagator has its header, and none is sent that is off', () => {
  const context = { traceId: parent.traceId, spanId: parent.spanId, traceFlags: 1 };
  assert.deepEqual(propagate(context, both), {
    traceparent: `00-${parent.traceId}-${parent.spanId}-01`,
    'uber-trace-id': `${parent.traceId}:${parent.spanId}:0:1`,
  });
  assert.deepEqual(Object.keys(propagate(context, { ...both, jaeger_propagator: false })), ['traceparent']);
  assert.deepEqual(Object.keys(propagate(context, { ...both, trace_context_propagator: false })), ['uber-trace-id']);
  assert.deepEqual(propagate(context, { trace_context_propagator: false, jaeger_propagator: false }), {});
});

test('where nobody traces there are no ids, or ids marked as not sampled, as Alloy sends them', () => {
  const invalid = { traceId: '0'.repeat(32), spanId: '0'.repeat(16), traceFlags: 0 };
  assert.deepEqual(propagate(invalid, both, false), {});
  assert.match(propagate(invalid, both)['traceparent'] ?? '', /^00-[0-9a-f]{32}-[0-9a-f]{16}-00$/);
  assert.match(
    randomUuid(() => 0),
    /^00000000-0000-4000-8000-000000000000$/,
  );
  assert.match(
    randomUuid(() => 1 - Number.EPSILON),
    /^ffffffff-ffff-4fff-bfff-ffffffffffff$/,
  );
});

test('every attempt is a span, of which the backend is told', async () => {
  const { spans, provider } = tracing();
  const up = await server([{ status: 503 }, {}]);
  const host = { ...createTestHost(), tracer: provider.getTracer('test') };
  const { push, account } = await rig({ endpoints: [{ url: up.url, name: 'up', ...quick }] }, { host });
  await push(pushSeries({ service_name: 'a' }));
  await eventually(() => account('up').delivered === 1);
  const sent = up.arrivals.map(({ headers }) => String(headers['traceparent']).split('-')[2]);
  assert.deepEqual(
    spans.getFinishedSpans().map((span) => [span.spanContext().spanId, span.attributes['flamegate.attempt'], span.status.code]),
    [
      [sent[0], 1, 2],
      [sent[1], 2, 0],
    ],
  );
});
