import assert from 'node:assert/strict';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type TestContext, test } from 'node:test';
import { ROOT_CONTEXT, trace } from '@opentelemetry/api';
import { systemClock } from '../../src/core/clock.ts';
import { TelemetrySchema } from '../../src/telemetry/schema.ts';
import { Traces } from '../../src/telemetry/traces.ts';
import { createTestLogger, type LogLine } from '../support/host.ts';

interface Collector {
  readonly url: string;
  readonly requests: { readonly path: string; readonly authorization: string | undefined; readonly body: Buffer }[];
  /** What it answers; undefined hangs. */
  status: number | undefined;
}

async function openCollector(t: TestContext): Promise<Collector> {
  const requests: Collector['requests'] = [];
  const server: Server = createServer(async (request, response) => {
    const pieces: Buffer[] = [];
    for await (const piece of request) pieces.push(piece as Buffer); // no encoding is set
    requests.push({ path: request.url ?? '', authorization: request.headers.authorization, body: Buffer.concat(pieces) });
    if (collector.status !== undefined) response.writeHead(collector.status).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo; // it listens on TCP
  const collector: Collector = { url: `http://127.0.0.1:${port}`, requests, status: 200 };
  return collector;
}

function open(traces: object): { traces: Traces; lines: LogLine[] } {
  const lines: LogLine[] = [];
  const config = TelemetrySchema.parse({ traces }).traces;
  return { traces: new Traces(config, { version: '1.2.3', clock: systemClock, log: createTestLogger(lines) }), lines };
}

const never = new AbortController().signal;
const parent = { traceId: '0af7651916cd43dd8448eb211c80319c', spanId: 'b7ad6b7169203331', traceFlags: 1 };
const underParent = trace.setSpanContext(ROOT_CONTEXT, parent);

test('without a destination no span is made, and the context of the sender passes through', () => {
  const { traces } = open({});
  assert.equal(traces.tracer.startSpan('receive').isRecording(), false);
  assert.deepEqual(traces.tracer.startSpan('receive', {}, underParent).spanContext(), parent);
});

test('spans arrive by OTLP with the headers of the configuration, at the latest when it stops', async (t) => {
  const collector = await openCollector(t);
  const { traces } = open({ otlp: { endpoint: collector.url, headers: { authorization: 'Bearer x' } }, sample_ratio: 1 });
  traces.tracer.startSpan('receive push').end();
  await traces.stop(never);
  assert.equal(collector.requests.length, 1);
  assert.equal(collector.requests[0]?.path, '/v1/traces');
  assert.equal(collector.requests[0]?.authorization, 'Bearer x');
  const text = collector.requests[0]?.body.toString('latin1') ?? '';
  assert.ok(text.includes('receive push') && text.includes('flamegate'));
});

test("the sender's own decision to trace counts before the ratio", async (t) => {
  const collector = await openCollector(t);
  const { traces } = open({ otlp: { endpoint: collector.url }, sample_ratio: 0 });
  assert.equal(traces.tracer.startSpan('receive').isRecording(), false);
  const span = traces.tracer.startSpan('receive', {}, underParent);
  assert.equal(span.isRecording(), true);
  assert.equal(span.spanContext().traceId, parent.traceId);
  const unsampled = trace.setSpanContext(ROOT_CONTEXT, { ...parent, traceFlags: 0 });
  assert.equal(traces.tracer.startSpan('receive', {}, unsampled).isRecording(), false);
  await traces.stop(never);
});

test('a destination that says no costs one line a minute and nothing else', async (t) => {
  const collector = await openCollector(t);
  collector.status = 400;
  const { traces, lines } = open({ otlp: { endpoint: collector.url }, sample_ratio: 1 });
  for (let n = 0; n < 1200; n++) traces.tracer.startSpan('receive').end();
  await traces.stop(never);
  assert.ok(collector.requests.length >= 2, `${collector.requests.length} requests`);
  assert.deepEqual(
    lines.map((line) => [line.level, line.message]),
    [['warn', 'traces could not be sent']],
  );
});

test('a destination that hangs holds nobody up: not the spans, not the stop', { timeout: 5_000 }, async (t) => {
  const collector = await openCollector(t);
  collector.status = undefined;
  const { traces } = open({ otlp: { endpoint: collector.url }, sample_ratio: 1 });
  for (let n = 0; n < 5000; n++) traces.tracer.startSpan('receive').end();
  const deadline = new AbortController();
  const stopped = traces.stop(deadline.signal);
  deadline.abort();
  await stopped;
});

test('a reload changes where the spans of a tracer go that exists, and a changed secret counts', async (t) => {
  const [first, second] = [await openCollector(t), await openCollector(t)];
  const config = (endpoint: string, token: string): object => ({ otlp: { endpoint, headers: { authorization: token } }, sample_ratio: 1 });
  const { traces } = open(config(first.url, 'a'));
  const { tracer } = traces;
  tracer.startSpan('one').end();
  traces.reconfigure(TelemetrySchema.parse({ traces: config(second.url, 'a') }).traces);
  tracer.startSpan('two').end();
  traces.reconfigure(TelemetrySchema.parse({ traces: config(second.url, 'b') }).traces);
  tracer.startActiveSpan('three', (span) => span.end());
  await traces.stop(never);
  await waitFor(() => first.requests.length === 1 && second.requests.length === 2);
  assert.deepEqual(second.requests.map((request) => request.authorization).sort(), ['a', 'b']);
});

async function waitFor(condition: () => boolean): Promise<void> {
  const until = performance.now() + 5_000;
  while (!condition()) {
    assert.ok(performance.now() < until, 'waited 5 s in vain');
    await new Promise((resolve) => setImmediate(resolve));
  }
}
