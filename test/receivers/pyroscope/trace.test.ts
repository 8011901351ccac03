import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Context, Span, SpanContext, Tracer } from '@opentelemetry/api';
import { trace } from '@opentelemetry/api';
import fc from 'fast-check';
import { Invalid, Refused } from '../../../src/core/errors.ts';
import { inSpan, parseTraceparent, parseUberTraceId } from '../../../src/receivers/pyroscope/trace.ts';
import { call } from '../../net/server/serving.ts';
import { receiving } from './receiving.ts';

const traceId = '0af7651916cd43dd8448eb211c80319c';
const spanId = 'b7ad6b7169203331';

test('reads what W3C allows and nothing else', () => {
  const parsed = { traceId, spanId, traceFlags: 1, isRemote: true };
  assert.deepEqual(parseTraceparent(`00-${traceId}-${spanId}-01`), parsed);
  assert.deepEqual(parseTraceparent(`cc-${traceId}-${spanId}-01-what.the.future`), parsed);
  for (const text of [
    undefined,
    '',
    `ff-${traceId}-${spanId}-01`,
    `00-${traceId}-${spanId}-01-more`,
    `00-${'0'.repeat(32)}-${spanId}-01`,
    `00-${traceId}-${'0'.repeat(16)}-01`,
    `00-${traceId.toUpperCase()}-${spanId}-01`,
    `00-${traceId}-${spanId}`,
    `00-${traceId}-${spanId}-1`,
    ` 00-${traceId}-${spanId}-01`,
  ]) {
    assert.equal(parseTraceparent(text), undefined, String(text));
  }
});

test('reads what Jaeger sends, with leading zeros left out and colons encoded, and nothing else', () => {
  const parsed = { traceId, spanId, traceFlags: 1, isRemote: true };
  assert.deepEqual(parseUberTraceId(`${traceId}:${spanId}:0:1`), parsed);
  assert.deepEqual(parseUberTraceId(`${traceId}%3A${spanId}%3a0%3A3`), parsed);
  assert.deepEqual(parseUberTraceId('Abc:d:0:0'), {
    ...parsed,
    traceId: '00000000000000000000000000000abc',
    spanId: '000000000000000d',
    traceFlags: 0,
  });
  for (const text of [
    undefined,
    '',
    `${traceId}:${spanId}:0`,
    `0:${spanId}:0:1`,
    `${traceId}:0:0:1`,
    `${traceId}0:${spanId}:0:1`,
    'x:1:0:1',
    '%:1:0:1',
  ])
    assert.equal(parseUberTraceId(text), undefined, String(text));
});

test('never throws, and never yields ids that no backend takes', () => {
  const hex = fc.string({ unit: fc.constantFrom(...'0123456789abcdefg-') });
  fc.assert(
    fc.property(
      fc.tuple(hex, hex, hex, hex).map((parts) => parts.join('-')),
      (text) => {
        const context = parseTraceparent(text);
        if (context !== undefined) assert.ok(trace.isSpanContextValid(context));
      },
    ),
  );
});

/** Remembers its one span and the parent it was given. */
function recordingTracer(): {
  tracer: Tracer;
  seen: { parent?: SpanContext | undefined; attributes: Record<string, unknown>; status?: number; ended: boolean };
} {
  const seen: ReturnType<typeof recordingTracer>['seen'] = { attributes: {}, ended: false };
  const span = {
    spanContext: () => ({ traceId, spanId: '1111111111111111', traceFlags: 1 }),
    setAttribute: (name: string, value: unknown) => Object.assign(seen.attributes, { [name]: value }),
    setStatus: ({ code }: { code: number }) => Object.assign(seen, { status: code }),
    end: () => Object.assign(seen, { ended: true }),
  };
  const startSpan = (_name: string, _options: unknown, context: Context): Span => {
    seen.parent = trace.getSpanContext(context);
    return span as unknown as Span; // all that a request needs of one
  };
  return { tracer: { startSpan } as unknown as Tracer, seen };
}

test('the span is a child of the sender, and its context goes on', async () => {
  const { tracer, seen } = recordingTracer();
  const context = await inSpan(tracer, 'push', parseTraceparent(`00-${traceId}-${spanId}-01`), (inside) => Promise.resolve(inside));
  assert.deepEqual([seen.parent?.traceId, seen.parent?.spanId], [traceId, spanId]);
  assert.equal(context?.spanId, '1111111111111111');
  assert.ok(seen.ended);
  await inSpan(tracer, 'push', undefined, () => Promise.resolve());
  assert.equal(seen.parent, undefined);
});

test("a refusal is named on the span; only what is not the sender's fault marks it as failed", async () => {
  for (const [why, reason, status] of [
    [new Invalid('labels', 'm'), 'labels', undefined],
    [new Refused('disk', 'm', 1), 'disk', 2],
  ] as const) {
    const { tracer, seen } = recordingTracer();
    await assert.rejects(
      inSpan(tracer, 'push', undefined, () => Promise.reject(why)),
      why,
    );
    assert.deepEqual([seen.attributes['error.type'], seen.status, seen.ended], [reason, status, true]);
  }
});

test('without a tracer the trace of the sender goes on as it is, and no trace stays none', async (t) => {
  const { port, batches } = await receiving(t);
  await call(port, { path: '/ingest?name=a', headers: { traceparent: `00-${traceId}-${spanId}-00` } });
  await call(port, { path: '/ingest?name=a' });
  assert.deepEqual([batches[0]?.origin.trace?.traceId, batches[0]?.origin.trace?.spanId], [traceId, spanId]);
  assert.equal(batches[1]?.origin.trace, undefined);
  await call(port, { path: '/ingest?name=a', headers: { 'uber-trace-id': `${traceId}:${spanId}:0:1` } });
  assert.deepEqual([batches[2]?.origin.trace?.traceId, batches[2]?.origin.trace?.spanId], [traceId, spanId]);
  const both = { traceparent: `00-${traceId}-${spanId}-00`, 'uber-trace-id': '1:2:0:1' };
  await call(port, { path: '/ingest?name=a', headers: both });
  assert.equal(batches[3]?.origin.trace?.traceId, traceId);
});
