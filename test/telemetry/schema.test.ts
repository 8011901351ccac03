import assert from 'node:assert/strict';
import { test } from 'node:test';
import { TelemetrySchema } from '../../src/telemetry/schema.ts';

test('an empty section is a complete one', () => {
  const config = TelemetrySchema.parse({});
  assert.deepEqual(config.logs, { level: 'info', format: 'auto' });
  assert.equal(config.traces.otlp, undefined);
  assert.equal(config.traces.sample_ratio, 0.01);
});

for (const later of [{ metrics: { top_k: 10 } }]) {
  test(`refuses ${JSON.stringify(later)} by name instead of ignoring it`, () => {
    const problems = TelemetrySchema.safeParse(later).error?.issues ?? [];
    assert.equal(problems.length, 1);
    assert.match(problems[0]?.message ?? '', /not in this build/);
  });
}

test('a destination of traces is an http URL and its headers are secrets', () => {
  const config = TelemetrySchema.parse({ traces: { otlp: { endpoint: 'https://otel:4318', headers: { authorization: 'Bearer x' } } } });
  assert.equal(JSON.stringify(config).includes('Bearer'), false);
  const wrong = TelemetrySchema.safeParse({ traces: { otlp: { endpoint: 'otel:4318' } } });
  assert.match(wrong.error?.issues[0]?.message ?? '', /expected a URL that starts with http/);
});

test('a misspelt key is an error', () => {
  assert.equal(TelemetrySchema.safeParse({ logs: { levle: 'debug' } }).success, false);
});
