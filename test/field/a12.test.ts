import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startCapture } from '../support/capture.ts';
import { openCollector } from '../support/otlp/collector.ts';
import { push, startField } from './field.ts';

// open-telemetry/opentelemetry-js#4406, #5101: after one export that timed out the exporter never sends again; an error nobody handles ends
// the process.
test('a collector that hangs slows no push and is sent to again when it answers; it costs a line a minute of each sort', {
  timeout: 90_000,
}, async (t) => {
  const upstream = await startCapture();
  t.after(() => upstream.close());
  const collector = await openCollector(t);
  collector.status = 0;
  const otlp = { endpoint: collector.url };
  const telemetry = {
    logs: { format: 'json', otlp },
    metrics: { otlp: { ...otlp, interval: '1s' } },
    traces: { otlp, sample_ratio: 1 },
  };
  const gateway = await startField(t, { endpoints: [{ url: upstream.url }], telemetry });
  const tookMs: number[] = [];
  let number = 0;
  const pushUntil = async (done: () => boolean): Promise<void> => {
    while (!done()) {
      const startedAt = performance.now();
      assert.equal(await push(gateway, number++), 200);
      tookMs.push(performance.now() - startedAt);
    }
  };
  const told = () => gateway.lines.filter(({ message = '' }) => /could not be sent/.test(message));
  await pushUntil(() => told().length >= 2); // the first requests were given up
  collector.status = 200;
  const recoveredAt = performance.now();
  let spansAfterMs: number | undefined;
  void collector
    .until(() => collector.traceRequests > 0)
    .then(() => {
      spansAfterMs = performance.now() - recoveredAt;
    });
  await pushUntil(() => collector.metrics.length > 0 && collector.lines.length > 0 && spansAfterMs !== undefined);
  // The request that hangs is given up after at most 5 s, and spans leave every 5 s.
  assert.ok((spansAfterMs ?? Number.POSITIVE_INFINITY) < 12_000, `${spansAfterMs} ms until spans came again`);
  tookMs.sort((a, b) => a - b);
  const p99 = tookMs[Math.floor(tookMs.length * 0.99)] ?? 0;
  assert.ok(p99 < 500, `${tookMs.length} pushes, p99 ${p99.toFixed(0)} ms`);
  const sorts = told().map(({ message }) => message);
  assert.equal(new Set(sorts).size, sorts.length, sorts.join(', '));
  assert.equal(await gateway.stop(), 0);
  assert.equal(upstream.arrivals.length, number);
});
