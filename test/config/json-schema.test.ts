import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { configJsonSchema } from '../../src/config/json-schema.ts';
import { schemaFaults } from './check-json-schema.ts';
import { fakeAdmin, fakeRegistry, fakeTelemetry, goodText, loadText } from './fakes.ts';

const schema = configJsonSchema({ registry: fakeRegistry, admin: fakeAdmin, telemetry: fakeTelemetry });

function faults(t: TestContext, text: string): string[] {
  return schemaFaults(schema, loadText(t, text).tree?.value);
}

test('takes what the gateway takes', (t) => {
  assert.deepEqual(faults(t, goodText), []);
  assert.deepEqual(faults(t, 'receivers:\nservice: { pipelines: {} }\n'), []);
});

test('values may be references', () => {
  const value = { receivers: { pyroscope: { limits: { max_series_per_request: '${N}' } } } };
  assert.deepEqual(schemaFaults(schema, value), []);
});

test('refuses what the gateway refuses', (t) => {
  assert.deepEqual(faults(t, 'recievers: {}'), ['$.recievers is not allowed']);
  assert.deepEqual(faults(t, 'receivers: { pyroscop: {} }'), ['$.receivers.pyroscop is not allowed']);
  assert.deepEqual(faults(t, 'receivers: { pyroscope: { auth: {} } }'), ['$.receivers.pyroscope.auth is not allowed']);
  assert.deepEqual(faults(t, 'exporters: { pyroscope: { endpoints: [{}] } }'), ['$.exporters.pyroscope.endpoints[0] has no url']);
  assert.match(faults(t, 'exporters: { pyroscope: { queue: { type: tape } } }').join(), /queue/);
  assert.match(faults(t, 'service: { shutdown: { timeout: [] } }').join(), /timeout is no string,number/);
});

test('tells defaults and units as people write them, and which values are secrets', () => {
  const text = JSON.stringify(schema);
  assert.match(
    text,
    /"max_request_size":\{"description":"A size in bytes\.","type":\["string","number"\],"examples":\[[^\]]*\],"default":"64MiB"\}/,
  );
  assert.match(text, /"timeout":\{"description":"How long a stop may take[^"]* A duration\."[^}]*"default":"25s"\}/);
  assert.match(text, /"password":\{"type":"string","writeOnly":true\}/);
  assert.doesNotMatch(text, /"(later|unit|secret)":/);
});
