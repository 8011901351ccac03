import assert from 'node:assert/strict';
import test from 'node:test';
import { pyroscopeExporter } from '../../../src/exporters/pyroscope/factory.ts';
import { ackOf } from '../../../src/exporters/pyroscope/schema.ts';

const url = 'http://pyroscope:4040';

/** Paths of everything that is wrong. */
function wrong(config: unknown): string[] {
  const result = pyroscopeExporter.schema.safeParse(config);
  return result.success ? [] : result.error.issues.map(({ path }) => path.join('.'));
}

test("an endpoint has Alloy's defaults", () => {
  const { endpoints, ...config } = pyroscopeExporter.schema.parse({ endpoints: [{ url }] });
  const [endpoint] = endpoints;
  assert.deepEqual(
    [endpoint?.remote_timeout, endpoint?.min_backoff_period, endpoint?.max_backoff_period, endpoint?.debug_info_upload_timeout],
    [10_000, 500, 300_000, 120_000],
  );
  assert.deepEqual([endpoint?.retry_on_http_429, endpoint?.protocol, endpoint?.max_backoff_retries], [true, 'connect', undefined]);
  assert.deepEqual(config.tracing, { trace_context_propagator: true, jaeger_propagator: true });
});

test('ack follows from the queue where it is not written', () => {
  const ack = (config: object): string => ackOf(pyroscopeExporter.schema.parse({ endpoints: [], ...config }));
  assert.equal(ack({}), 'queued');
  assert.equal(ack({ queue: { type: 'disk', dir: '/q' } }), 'durable');
  assert.equal(ack({ ack: 'queued', queue: { type: 'disk', dir: '/q' } }), 'queued');
});

test('an ack that the queue cannot give is an error at ack', () => {
  assert.deepEqual(wrong({ endpoints: [], ack: 'durable' }), ['ack']);
  assert.deepEqual(wrong({ endpoints: [], ack: 'delivered', queue: { type: 'disk', dir: '/q' } }), ['ack']);
});

test('two endpoints of one name are an error at the second, but not with an .alloy file', () => {
  const endpoints = [
    { url, name: 'x' },
    { url, name: 'x' },
  ];
  assert.deepEqual(wrong({ endpoints }), ['endpoints.1.name']);
  assert.deepEqual(wrong({ endpoints, compatibility: 'alloy' }), []);
});

test('unknown keys and rules between the keys of an endpoint are told with their place', () => {
  assert.deepEqual(wrong({ endpoints: [{ url, nmae: 'x' }] }), ['endpoints.0']);
  assert.deepEqual(wrong({ endpoints: [{ url, bearer_token: 'a', basic_auth: {} }] }), ['endpoints.0']);
  assert.deepEqual(wrong({ endpoints: [{ url: 'ftp://x' }] }), ['endpoints.0.url']);
  assert.deepEqual(wrong({}), ['endpoints']);
});
