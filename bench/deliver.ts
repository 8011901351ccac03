/*
 * What a push costs in the exporter alone: batches made in this process, rendered, queued and delivered to the sink over warm connections. CPU
 * time of this process, user and system and all threads, for each record delivered.
 *
 *   node bench/deliver.ts [KIB=2] [UNDER_WAY=16] [SECONDS=3] [ROUNDS=3]
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { z } from 'zod';
import type { Exporter, Host } from '../src/core/component.ts';
import { Labels } from '../src/core/labels.ts';
import type { ProfileBatch } from '../src/core/profile.ts';
import { pyroscopeExporter } from '../src/exporters/pyroscope/factory.ts';
import { MetricStore } from '../src/telemetry/metrics.ts';
import { createTestHost } from '../test/support/host.ts';
import { compile, hasCompiler, startSink } from './targets.ts';

const [kib = 2, underWay = 16, seconds = 3, rounds = 3] = process.argv.slice(2).map(Number);
const sample = Buffer.alloc(kib * 1024, 'x');
const batch = (now: number): ProfileBatch => ({
  origin: { receiver: 'pyroscope', protocol: 'connect', address: '', agent: '', tenant: '', trace: undefined },
  receivedAt: now,
  series: [
    {
      tenant: '',
      labels: Labels.of({ service_name: 'bench', __name__: 'process_cpu', region: 'mars' }),
      payload: { kind: 'push', fields: [sample], profiles: 1, rawBytes: sample.byteLength },
    },
  ],
});

interface Way {
  readonly name: string;
  readonly exporter: Exporter;
  /** Begins one push and tells when the endpoint has it. */
  push(done: () => void): void;
}

/** CPU microseconds for each push, so many at a time. */
function measure(way: Way, ms: number): Promise<number> {
  return new Promise((resolve) => {
    const until = performance.now() + ms;
    const before = process.cpuUsage();
    let under = underWay;
    let count = 0;
    const next = (): void => {
      count++;
      if (performance.now() < until) way.push(next);
      else if (--under === 0) {
        const { user, system } = process.cpuUsage(before);
        resolve((user + system) / count);
      }
    };
    for (let i = 0; i < underWay; i++) way.push(next);
  });
}

async function startWay(name: string, config: Partial<z.input<typeof pyroscopeExporter.schema>>, port: number): Promise<Way> {
  let onDelivered: () => void = () => undefined;
  const store = new MetricStore();
  const testHost = createTestHost({ id: name });
  const account = testHost.account('up');
  let delivered = 0;
  Object.defineProperty(account, 'delivered', {
    get: () => delivered,
    set(value: number) {
      const more = value - delivered;
      delivered = value;
      for (let n = 0; n < more; n++) onDelivered();
    },
  });
  const host: Host = { ...testHost, metrics: store.scope() };
  const wanted = { endpoints: [{ url: `http://127.0.0.1:${port}`, name: 'up' }], ...config };
  const exporter = pyroscopeExporter.create(pyroscopeExporter.schema.parse(wanted), host);
  await exporter.start();
  exporter.activate?.();
  const waiting: (() => void)[] = [];
  onDelivered = () => {
    const done = waiting.shift();
    if (done !== undefined) setImmediate(done);
  };
  const signal = new AbortController().signal;
  return {
    name,
    exporter,
    push(done) {
      waiting.push(done);
      void exporter.prepare(batch(host.clock.now())).commit({ signal });
    },
  };
}

const dir = mkdtempSync(join(tmpdir(), 'flamegate-bench-'));
if (hasCompiler) compile(dir);
const sink = await startSink(dir);
try {
  const queue = (name: string) => ({ type: 'disk' as const, dir: join(dir, name) });
  const ways = [
    await startWay('queued', {}, sink.port),
    await startWay('delivered', { ack: 'delivered' }, sink.port),
    await startWay('disk', { queue: queue('disk') }, sink.port),
  ];
  for (const way of ways) await measure(way, 2000);
  for (let round = 0; round < rounds; round++) {
    for (const way of ways) {
      const us = await measure(way, seconds * 1000);
      process.stdout.write(`${way.name.padEnd(9)} ${kib} KiB, ${underWay} under way: ${us.toFixed(1)} us CPU a push\n`);
    }
  }
  for (const way of ways) await way.exporter.stop(AbortSignal.abort(new Error('the bench is over')));
} finally {
  await sink.running.stop();
  rmSync(dir, { recursive: true });
}
process.exit(0);
