import assert from 'node:assert/strict';
import { test } from 'node:test';
import { TelemetrySchema } from '../../src/telemetry/schema.ts';
import { createTelemetry, type Telemetry } from '../../src/telemetry/telemetry.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { createMemoryOutput, type MemoryOutput } from './memory-output.ts';

function open(output: MemoryOutput = createMemoryOutput()): { telemetry: Telemetry; output: MemoryOutput } {
  const telemetry = createTelemetry(TelemetrySchema.parse({}), { version: '1.2.3', clock: new FakeClock(), output });
  return { telemetry, output };
}

test('every metric has a help text and a type', async () => {
  const { telemetry } = open();
  telemetry.account('e', 'a');
  const { body } = await telemetry.exposition('');
  const described = new Set([...body.matchAll(/^# TYPE (\S+)/gm)].map(([, name]) => name));
  for (const [, name = '', help] of body.matchAll(/^# HELP (\S+)(.*)$/gm)) assert.ok(help !== '' && described.has(name), name);
  for (const [, name = ''] of body.matchAll(/^([a-z0-9_]+)/gm)) {
    assert.ok(described.has(name) || described.has(name.replace(/_(bucket|sum|count)$/, '')), name);
  }
});

test('lines that are not written are counted where everybody looks', async () => {
  const { telemetry } = open(createMemoryOutput({ reads: false }));
  telemetry.logger('a').error('unheard');
  assert.match((await telemetry.exposition('')).body, /^flamegate_log_lines_dropped_total 1$/m);
});

test('a reload changes the level of loggers that exist', () => {
  const { telemetry, output } = open();
  const logger = telemetry.logger('a');
  logger.debug('one');
  telemetry.reconfigure(TelemetrySchema.parse({ logs: { level: 'debug' } }));
  logger.debug('two');
  assert.deepEqual(
    output.objects.map((line) => line['message']),
    ['two'],
  );
});

test('stopping twice does no harm', async () => {
  const { telemetry } = open();
  const never = new AbortController().signal;
  await telemetry.stop(never);
  await telemetry.stop(never);
});
