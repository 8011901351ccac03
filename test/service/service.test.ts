import assert from 'node:assert/strict';
import { test } from 'node:test';
import { trace } from '@opentelemetry/api';
import { z } from 'zod';
import type { ComponentConfig, Config, PipelineConfig } from '../../src/config/schema.ts';
import { emptyAccount } from '../../src/core/account.ts';
import type { Consumer, Registry } from '../../src/core/component.ts';
import { Service } from '../../src/service/service.ts';
import { batchOf, pushSeries } from '../support/batches.ts';
import { FakeClock, settle } from '../support/fake-clock.ts';
import { createTestHost, createTestLogger, type LogLine } from '../support/host.ts';

const call = { signal: new AbortController().signal };
const never = new AbortController().signal;

/** A registry of components that write down what is done to them. */
function createWorld(fixedKeys?: readonly string[]) {
  const seen: string[] = [];
  const consumers = new Map<string, Consumer>();
  const holds = new Map<string, Promise<void>>();
  const schema = z.strictObject({ text: z.string() });
  const life = (id: string, text: string) => ({
    async start() {
      if (text === 'does not start') throw new Error(`${id} does not start`);
      seen.push(`+${id} ${text}`);
    },
    async stop() {
      seen.push(`-${id} ${text}`);
    },
  });
  const registry: Registry = {
    receivers: [
      {
        kind: 'receiver',
        type: 'in',
        schema,
        create(config, next, host) {
          const { text } = schema.parse(config);
          consumers.set(`${host.id} ${text}`, next);
          return life(host.id, text);
        },
      },
    ],
    processors: [
      {
        kind: 'processor',
        type: 'step',
        schema,
        create(config, host) {
          const { text } = schema.parse(config);
          if (text === 'cannot be made') throw new Error('step cannot be made');
          return {
            ...life(host.id, text),
            process(batch, drop) {
              if (text === 'drop') for (const series of batch.series) drop(series, 'filtered');
              return text === 'drop' ? { ...batch, series: [] } : batch;
            },
          };
        },
      },
    ],
    exporters: [
      {
        kind: 'exporter',
        type: 'out',
        schema,
        ...(fixedKeys && { fixedKeys }),
        create(config, host) {
          const { text } = schema.parse(config);
          host.account(`${text}-endpoint`);
          return {
            ...life(host.id, text),
            prepare: () => ({
              async commit() {
                await holds.get(text);
                seen.push(`${host.id} ${text} stores`);
              },
            }),
            discard() {},
          };
        },
      },
    ],
  };
  const host = createTestHost();
  const lines: LogLine[] = [];
  let live: readonly string[] = [];
  const clock = new FakeClock();
  const service = new Service({
    registry,
    clock,
    random: () => 0,
    observability: {
      metrics: host.metrics,
      scope: () => ({ ...host.metrics, close() {} }),
      tracer: trace.getTracer('test'),
      logger: () => createTestLogger(lines),
      account: () => emptyAccount(),
      retain: (keys) => {
        live = [...keys].map((key) => key.replace('\0', ' '));
      },
    },
  });
  return { service, seen, consumers, holds, host, clock, lines, live: () => live };
}

interface Wanted {
  readonly in?: Record<string, string>;
  readonly step?: Record<string, string>;
  readonly out?: Record<string, string>;
  readonly pipelines?: Record<string, Partial<PipelineConfig>>;
}

function configOf(wanted: Wanted): Config {
  const components = (type: string, given: Record<string, string> = {}): ReadonlyMap<string, ComponentConfig> =>
    new Map(Object.entries(given).map(([id, text]) => [id, { type, config: { text } }]));
  const none: PipelineConfig = { receivers: [], processors: [], exporters: [], pipelines: [] };
  return {
    receivers: components('in', wanted.in),
    processors: components('step', wanted.step),
    exporters: components('out', wanted.out),
    tests: [],
    pipelines: new Map(Object.entries(wanted.pipelines ?? {}).map(([name, pipeline]) => [name, { ...none, ...pipeline }])),
    service: { admin: { endpoint: '' }, memory_limit: 0, shutdown: { delay: 0, timeout: 25_000 }, telemetry: {} },
  };
}

const usual: Wanted = {
  in: { in: '1' },
  step: { step: '1' },
  out: { out: '1' },
  pipelines: { main: { receivers: ['in'], processors: ['step'], exporters: ['out'] } },
};
const batch = batchOf(pushSeries({ a: '1' }, 3));

test('what is downstream starts first, what is upstream stops first', async () => {
  const { service, seen } = createWorld();
  assert.deepEqual(service.health.unready(), ['starting']);
  await service.start(configOf(usual));
  assert.deepEqual(service.health.unready(), []);
  await service.stop(never);
  assert.deepEqual(seen, ['+out 1', '+step 1', '+in 1', '-in 1', '-step 1', '-out 1']);
  assert.deepEqual(service.health.unready(), ['draining']);
});

test('when one component does not start, none runs and the start rejects', async () => {
  const { service, seen } = createWorld();
  await assert.rejects(service.start(configOf({ ...usual, in: { in: 'does not start' } })), /in does not start/);
  assert.deepEqual(seen, ['+out 1', '+step 1', '-in does not start', '-step 1', '-out 1']);
});

test('a pipeline may end in another one, and its profiles reach every output once', async () => {
  const { service, seen, consumers } = createWorld();
  await service.start(
    configOf({
      ...usual,
      out: { out: '1', far: '2' },
      pipelines: {
        main: { receivers: ['in'], pipelines: ['rest'], exporters: ['out'] },
        rest: { processors: ['step'], exporters: ['far'] },
      },
    }),
  );
  await consumers.get('in 1')?.consume(batch, call);
  assert.deepEqual(seen.slice(-2), ['out 1 stores', 'far 2 stores']);
});

test('what a processor drops is counted in profiles by pipeline, processor and reason', async () => {
  const { service, consumers, host } = createWorld();
  await service.start(configOf({ ...usual, step: { step: 'drop' } }));
  await consumers.get('in 1')?.consume(batch, call);
  assert.equal(host.metric('flamegate_processor_dropped_profiles_total', { pipeline: 'main', processor: 'step', reason: 'filtered' }), 3);
});

test('a reload replaces what changed and leaves the rest alone', async () => {
  const { service, seen, consumers, live } = createWorld();
  await service.start(configOf(usual));
  seen.length = 0;
  const outcome = await service.reload(configOf({ ...usual, out: { out: '2' } }));
  assert.equal(outcome.kind, 'applied');
  await consumers.get('in 1')?.consume(batch, call);
  await settle(); // what was replaced has its account until it has stopped
  assert.deepEqual(live(), ['out 2-endpoint']);
  await service.stop(never);
  assert.deepEqual(seen, ['+out 2', '-out 1', 'out 2 stores', '-in 1', '-step 1', '-out 2']);
});

test('the same configuration again is unchanged', async () => {
  const { service, seen } = createWorld();
  await service.start(configOf(usual));
  seen.length = 0;
  assert.equal((await service.reload(configOf(usual))).kind, 'unchanged');
  assert.deepEqual(seen, []);
});

for (const [what, wanted] of [
  ['cannot be made', { ...usual, step: { step: 'cannot be made' }, out: { out: '2' } }],
  ['does not start', { ...usual, in: { in: '1', more: 'does not start' }, out: { out: '2' } }],
] as const) {
  test(`a reload in which one part ${what} leaves the old side running`, async () => {
    const { service, seen, consumers } = createWorld();
    await service.start(configOf(usual));
    const outcome = await service.reload(configOf(wanted));
    assert.ok(outcome.kind === 'refused' && outcome.reason.includes(what), JSON.stringify(outcome));
    assert.deepEqual(
      seen.filter((line) => line.startsWith('-')).filter((line) => !line.endsWith('2') && !line.endsWith(what)),
      [],
    );
    await consumers.get('in 1')?.consume(batch, call);
    assert.equal(seen.at(-1), 'out 1 stores');
    assert.deepEqual(service.health.unready(), []);
  });
}

test('a profile under way finishes at the exporter it was for, though a reload has removed that', async () => {
  const { service, seen, consumers, holds } = createWorld();
  const { promise, resolve } = Promise.withResolvers<void>();
  holds.set('1', promise);
  await service.start(configOf(usual));
  const pushed = consumers.get('in 1')?.consume(batch, call);
  await service.reload(configOf({ ...usual, out: { out: '2' } }));
  assert.ok(!seen.includes('-out 1'));
  resolve();
  await pushed;
  await service.stop(never);
  assert.ok(seen.indexOf('out 1 stores') < seen.indexOf('-out 1') && seen.includes('-out 1'), seen.join());
});

test('an old part that does not finish is given up after shutdown.timeout', async () => {
  const { service, seen, consumers, holds, clock } = createWorld();
  holds.set('1', new Promise(() => {}));
  await service.start(configOf(usual));
  void consumers.get('in 1')?.consume(batch, call);
  await service.reload(configOf({ ...usual, out: { out: '2' } }));
  await clock.advance(24_999);
  assert.ok(!seen.includes('-out 1'));
  await clock.advance(1);
  assert.ok(seen.includes('-out 1'));
});

test('a removed receiver stops first and keeps its graph until then', async () => {
  const { service, seen, consumers } = createWorld();
  await service.start(configOf(usual));
  await service.reload(configOf({ ...usual, in: {}, pipelines: { main: { processors: ['step'], exporters: ['out'] } } }));
  assert.ok(seen.includes('-in 1'));
  await consumers.get('in 1')?.consume(batch, call);
  assert.equal(seen.at(-1), 'out 1 stores', 'a request that it still had is not lost');
});

test('a key that cannot change while its component runs refuses the reload and asks for a restart', async () => {
  const { service, seen } = createWorld(['text']);
  await service.start(configOf(usual));
  seen.length = 0;
  const outcome = await service.reload(configOf({ ...usual, out: { out: '2' } }));
  assert.deepEqual(outcome, { kind: 'refused', reason: 'exporters.out: text cannot change while the gateway runs: restart it' });
  assert.deepEqual(seen, []);
  assert.equal((await service.reload(configOf({ ...usual, out: { out: '1', more: '2' } }))).kind, 'applied', 'others may come');
});
