import assert from 'node:assert/strict';
import { test } from 'node:test';
import { TelemetrySchema } from '../../src/telemetry/schema.ts';
import { createTelemetry, type Telemetry } from '../../src/telemetry/telemetry.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { openCollector } from '../support/otlp/collector.ts';

const never = new AbortController().signal;

function open(telemetry: object): { telemetry: Telemetry; clock: FakeClock; lines: string[] } {
  const clock = new FakeClock();
  const lines: string[] = [];
  const output = {
    terminal: false,
    write(line: string) {
      lines.push(line);
      return true;
    },
    close: async () => {},
  };
  return { telemetry: createTelemetry(TelemetrySchema.parse(telemetry), { version: '1.2.3', clock, output }), clock, lines };
}

test('metrics leave by OTLP every interval, as totals, under their own names and under those of the Collector', async (t) => {
  const collector = await openCollector(t);
  const { telemetry, clock } = open({ metrics: { otlp: { endpoint: collector.url, interval: '10s' } } });
  const labels = { receiver: 'pyroscope', protocol: 'connect' };
  const received = telemetry.metrics.counter('flamegate_receiver_received_profiles_total', 'Profiles.', labels);
  telemetry.metrics.counter('flamegate_receiver_refused_profiles_total', 'Profiles.', {
    receiver: 'pyroscope',
    reason: 'labels',
  }).value = 3;
  telemetry.metrics.gauge('flamegate_queue_bytes', 'Bytes.', () => 4096, { exporter: 'pyroscope' });
  const seconds = telemetry.metrics.histogram('flamegate_endpoint_delivery_seconds', 'Seconds.', [0.1, 1], { exporter: 'e' });
  received.value = 10;
  for (const value of [0.05, 0.5, 0.6, 5]) seconds.observe(value);
  await clock.advance(10_000);
  await collector.until(() => collector.metrics.length === 1);
  const find = (name: string) => collector.metrics.at(-1)?.find((metric) => metric.name === name);
  assert.deepEqual(find('flamegate_receiver_received_profiles_total'), {
    name: 'flamegate_receiver_received_profiles_total',
    unit: '{profiles}',
    kind: 'sum',
    monotonic: true,
    points: [{ labels, value: 10, bounds: [], counts: [] }],
  });
  assert.deepEqual(find('flamegate_endpoint_delivery_seconds')?.points, [
    { labels: { exporter: 'e' }, value: 6.15, bounds: [0.1, 1], counts: [1, 2, 1] },
  ]);
  assert.deepEqual(find('otelcol_receiver_accepted_profiles')?.points[0]?.value, 7);
  assert.deepEqual(find('otelcol_receiver_refused_profiles')?.points[0]?.value, 3);
  assert.deepEqual(find('otelcol_exporter_queue_size')?.points[0], {
    labels: { exporter: 'pyroscope' },
    value: 4096,
    bounds: [],
    counts: [],
  });
  assert.ok(find('nodejs_heap_size_used_bytes'));
  assert.doesNotMatch((await telemetry.exposition('')).body, /otelcol_/);
  received.value = 25;
  await telemetry.stop(never);
  assert.equal(find('flamegate_receiver_received_profiles_total')?.points[0]?.value, 25);
});

test('lines of the log leave by OTLP too, facts and component as attributes', async (t) => {
  const collector = await openCollector(t);
  const { telemetry, clock } = open({ logs: { otlp: { endpoint: collector.url } } });
  telemetry.logger('pyroscope').warn('the endpoint accepts no profiles at the moment', { endpoint: 'eu', profiles: 7, list: ['a'] });
  await clock.advance(1_000);
  await collector.until(() => collector.lines.length === 1);
  assert.deepEqual(collector.lines, [
    {
      severity: 'warn',
      body: 'the endpoint accepts no profiles at the moment',
      attributes: { component: 'pyroscope', endpoint: 'eu', profiles: 7, list: '["a"]' },
    },
  ]);
  telemetry.logger('gateway').info('stopping');
  await telemetry.stop(never);
  assert.equal(collector.lines.at(-1)?.body, 'stopping');
});

test('a receiver that hangs, then refuses, costs a line a minute, and hears the numbers of now one interval after it is back', async (t) => {
  const collector = await openCollector(t);
  const { telemetry, clock, lines } = open({ metrics: { otlp: { endpoint: collector.url, interval: '10s' } } });
  const counter = telemetry.metrics.counter('flamegate_x_total', 'X.', { a: 'b' });
  collector.status = 0;
  await clock.advance(10_000);
  await collector.until(() => collector.requests === 1);
  await clock.advance(5_000); // the time an answer may take
  collector.status = 503;
  const told = (): string[] => lines.filter((line) => line.includes('metrics could not be sent'));
  for (let request = 2; request <= 5; request++) {
    await until(() => told().length > 0);
    await clock.advance(10_000);
    await collector.until(() => collector.requests >= request);
    await turn();
  }
  assert.equal(told().length, 1);
  counter.value = 42;
  collector.status = 200;
  await clock.advance(10_000);
  await collector.until(() => collector.metrics.length === 1);
  assert.equal(collector.metrics[0]?.find(({ name }) => name === 'flamegate_x_total')?.points[0]?.value, 42);
  await telemetry.stop(never);
});

test('a receiver that never answers keeps no more than some megabytes of lines, and holds up no stop', async (t) => {
  const collector = await openCollector(t);
  collector.status = 0;
  const { telemetry, clock, lines } = open({ logs: { level: 'debug', otlp: { endpoint: collector.url } } });
  const log = telemetry.logger('pyroscope');
  log.debug('first');
  await clock.advance(1_000);
  await collector.until(() => collector.requests === 1);
  const fact = 'x'.repeat(10_000);
  for (let n = 0; n < 600; n++) log.debug('much', { fact });
  assert.ok(lines.some((line) => line.includes('lines of the log could not be sent')));
  await telemetry.stop(AbortSignal.abort(new Error('the time is over')));
});

test('a large /metrics is made in many turns of the event loop', async () => {
  const { telemetry } = open({});
  for (let n = 0; n < 400; n++) for (let e = 0; e < 40; e++) telemetry.metrics.counter(`flamegate_${n}_total`, 'X.', { endpoint: `e${e}` });
  let turns = 0;
  let longestMs = 0;
  let last = performance.now();
  let over = false;
  const watch = (): void => {
    turns += 1;
    longestMs = Math.max(longestMs, performance.now() - last);
    last = performance.now();
    if (!over) setImmediate(watch);
  };
  watch();
  const { body } = await telemetry.exposition('');
  over = true;
  assert.equal(body.split('\n').filter((line) => line.startsWith('flamegate_399_total{')).length, 40);
  assert.ok(turns > 40, `${turns} turns, the longest ${longestMs.toFixed(1)} ms`);
});

async function turn(): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve));
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await turn();
}
