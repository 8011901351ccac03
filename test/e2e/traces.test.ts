import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { startCapture } from '../support/capture.ts';
import { startGateway } from '../support/gateway.ts';
import { startOtlpReceiver } from '../support/otlp-receiver.ts';

const traceId = '0af7651916cd43dd8448eb211c80319c';
const sender = 'b7ad6b7169203331';

const configOf = (upstream: string, otlp: string): string =>
  JSON.stringify({
    receivers: { pyroscope: { endpoint: '127.0.0.1:0' } },
    processors: { relabel: { rules: [{ action: 'replace', target_label: 'zone', replacement: 'canary-label' }] } },
    exporters: {
      pyroscope: {
        queue: { type: 'disk', dir: 'queue' },
        endpoints: [
          {
            name: 'up',
            url: upstream,
            headers: { 'X-Canary': 'canary-secret' },
            min_backoff_period: '50ms',
            max_backoff_period: '100ms',
          },
        ],
      },
    },
    service: {
      pipelines: { profiles: { receivers: ['pyroscope'], processors: ['relabel'], exporters: ['pyroscope'] } },
      admin: { endpoint: '127.0.0.1:0' },
      shutdown: { timeout: '1s' },
      telemetry: { traces: { otlp: { endpoint: otlp }, sample_ratio: 1 }, logs: { level: 'debug', format: 'json' } },
    },
  });

test('a push, its processors, its place in the queue and its deliveries are one trace, also over a restart; nothing of profiles is in it', {
  timeout: 120_000,
}, async (t) => {
  const [otlp, upstream] = [await startOtlpReceiver(), await startCapture()];
  const directory = mkdtempSync(join(tmpdir(), 'flamegate-traces-'));
  t.after(() => Promise.all([otlp.close(), upstream.close()]));
  t.after(() => rmSync(directory, { recursive: true, force: true }));
  upstream.answer(() => ({ status: 503 }));
  const options = { config: configOf(upstream.url, otlp.url), directory };
  const first = await startGateway(options);
  t.after(() => first.stop('SIGKILL'));
  const answer = await fetch(`http://${first.address()}/ingest?name=canary-service`, {
    method: 'POST',
    headers: { 'uber-trace-id': `${traceId}:${sender}:0:1`, 'x-scope-orgid': 'canary-tenant' },
    body: 'canary-frame 1',
  });
  assert.equal(answer.status, 200);
  const waits = await first.line(({ message }) => message === 'profiles are not delivered yet');
  assert.deepEqual([waits['trace_id'], waits['tenant'], waits['profiles']], [traceId, 'canary-tenant', 1]);
  await first.stop();
  upstream.answer(() => ({ status: 200 }));
  const second = await startGateway(options);
  t.after(() => second.stop('SIGKILL'));
  const delivered = await second.line(({ message }) => message === 'profiles are delivered');
  assert.equal(delivered['trace_id'], traceId);
  assert.match(String(delivered['labels']), /canary-service/);
  await second.stop();

  const mine = (await otlp.spans((spans) => spans.filter(({ name }) => name === 'deliver ingest').length >= 2)).filter(
    (span) => span.traceId === traceId,
  );
  const received = mine.find(({ parentSpanId }) => parentSpanId === sender);
  assert.equal(received?.name, 'POST /ingest');
  const below = mine.filter(({ parentSpanId }) => parentSpanId === received?.spanId).map(({ name }) => name);
  assert.deepEqual([...new Set(below)].sort(), ['append', 'deliver ingest', 'process relabel']);
  assert.equal(mine.length, below.length + 1, 'every span of the trace is the push or below it');
  assert.ok(below.filter((name) => name === 'deliver ingest').length >= 2, 'attempts of both processes');
  assert.doesNotMatch(otlp.bytes(), /canary/);
});
