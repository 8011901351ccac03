import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { cpuSecondsOf, peakBytesOf } from './cpu.ts';
import { type Running, start } from './processes.ts';

/*
 * What scraping costs beside the same profiles pushed: so many targets with Alloy's five profiles each, at an interval. CPU and memory of the
 * gateway alone: `npm run bench:scrape -- --targets 1000 --interval 15 --seconds 60`.
 */

const here = import.meta.dirname;
const { values } = parseArgs({
  options: {
    targets: { type: 'string', default: '1000' },
    interval: { type: 'string', default: '15' },
    seconds: { type: 'string', default: '60' },
    json: { type: 'boolean', default: false },
  },
});
const count = Number(values.targets);
const intervalMs = Number(values.interval) * 1000;
const windowMs = Number(values.seconds) * 1000;
const directory = mkdtempSync(join(tmpdir(), 'flamegate-bench-scrape-'));
const running: Running[] = [];

interface Cost {
  readonly way: 'scraped' | 'pushed';
  readonly profilesPerSecond: number;
  readonly cpuSecondsPer1000: number;
  readonly cores: number;
  readonly rssMiB: number;
  readonly peakMiB: number;
  /** From the answer of the target, or the end of the push, to the endpoint's answer: mean, and quantiles within the histogram's buckets. */
  readonly deliveryMs: number;
  readonly deliveryP50Ms: number;
  readonly deliveryP99Ms: number;
  readonly scrapeFailed: number;
}

async function node(file: string, args: readonly string[], ready: RegExp, side: 'measured' | 'around'): Promise<Running> {
  const process_ = await start({ command: process.execPath, args: [file, ...args], side, ready });
  running.push(process_);
  return process_;
}

async function measure(way: Cost['way'], receivers: object, sinkPort: string, load: (gateway: string) => Promise<unknown>): Promise<Cost> {
  const config = join(directory, `${way}.yaml`);
  writeFileSync(
    config,
    JSON.stringify({
      receivers,
      processors: { label_drop: {} },
      exporters: { pyroscope: { endpoints: [{ url: `http://127.0.0.1:${sinkPort}` }] } },
      service: {
        pipelines: { profiles: { receivers: Object.keys(receivers), processors: ['label_drop'], exporters: ['pyroscope'] } },
        admin: { endpoint: '127.0.0.1:0' },
        telemetry: { logs: { level: 'info', format: 'json' } },
      },
    }),
  );
  const gateway = await node(
    join(here, '../src/main.ts'),
    ['run', config],
    /"message":"admin endpoint listening".*?"address":"([^"]+)"|"address":"([^"]+)".*admin endpoint listening/,
    'measured',
  );
  const admin = /"address":"([^"]+)"/.exec(gateway.found)?.[1] ?? gateway.found;
  await load(admin);
  // Two intervals until everything has been taken once, and subtracted.
  await new Promise((resolve) => setTimeout(resolve, 2 * intervalMs + 2000));
  const before = { cpu: cpuSecondsOf(gateway.pid) ?? Number.NaN, ...(await metricsOf(admin)) };
  await new Promise((resolve) => setTimeout(resolve, windowMs));
  const after = { cpu: cpuSecondsOf(gateway.pid) ?? Number.NaN, ...(await metricsOf(admin)) };
  const during = (name: string): number => after.metrics(name) - before.metrics(name);
  const delivered = during('flamegate_endpoint_delivered_profiles_total');
  const cpu = after.cpu - before.cpu;
  const quantileMs = (part: number): number =>
    quantileOf(after.buckets('flamegate_endpoint_delivery_seconds'), before.buckets('flamegate_endpoint_delivery_seconds'), part) * 1000;
  const cost: Cost = {
    way,
    profilesPerSecond: delivered / (windowMs / 1000),
    cpuSecondsPer1000: (cpu / delivered) * 1000,
    cores: cpu / (windowMs / 1000),
    rssMiB: Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${gateway.pid}/status`, 'utf8'))?.[1]) / 1024,
    peakMiB: (peakBytesOf(gateway.pid) ?? Number.NaN) / 2 ** 20,
    deliveryMs: (during('flamegate_endpoint_delivery_seconds_sum') / during('flamegate_endpoint_delivery_seconds_count')) * 1000,
    deliveryP50Ms: quantileMs(0.5),
    deliveryP99Ms: quantileMs(0.99),
    scrapeFailed: during('flamegate_scrape_failed_total'),
  };
  await gateway.stop();
  return cost;
}

interface Read {
  /** The sum of all series of that name. */
  readonly metrics: (name: string) => number;
  /** Upper bound in the unit of the histogram -> how many were at most that, over all its series. */
  readonly buckets: (name: string) => ReadonlyMap<number, number>;
}

async function metricsOf(admin: string): Promise<Read> {
  const lines = (await (await fetch(`http://${admin}/metrics`)).text()).split('\n');
  const numberOf = (line: string): number => Number(line.split(' ').at(-1));
  return {
    metrics: (name) =>
      lines.filter((line) => line.startsWith(`${name}{`) || line.startsWith(`${name} `)).reduce((sum, line) => sum + numberOf(line), 0),
    buckets(name) {
      const counts = new Map<number, number>();
      for (const line of lines) {
        const le = line.startsWith(`${name}_bucket{`) ? /\ble="([^"]+)"/.exec(line)?.[1] : undefined;
        if (le === undefined) continue;
        const bound = le === '+Inf' ? Number.POSITIVE_INFINITY : Number(le);
        counts.set(bound, (counts.get(bound) ?? 0) + numberOf(line));
      }
      return counts;
    },
  };
}

/** As histogram_quantile() of Prometheus: evenly spread within a bucket. NaN when nothing was counted. */
function quantileOf(after: ReadonlyMap<number, number>, before: ReadonlyMap<number, number>, part: number): number {
  const bounds = [...after.keys()].sort((a, b) => a - b);
  const counted = bounds.map((bound) => (after.get(bound) ?? 0) - (before.get(bound) ?? 0));
  const wanted = part * (counted.at(-1) ?? 0);
  const at = counted.findIndex((count) => count > 0 && count >= wanted);
  const below = { bound: bounds[at - 1] ?? 0, count: counted[at - 1] ?? 0 };
  const bound = bounds[at] ?? Number.NaN;
  if (!Number.isFinite(bound)) return at < 0 ? Number.NaN : below.bound;
  return below.bound + ((bound - below.bound) * (wanted - below.count)) / ((counted[at] ?? 0) - below.count);
}

try {
  const sink = await node(join(here, 'sink.ts'), [], /listening on (\d+)/, 'around');
  const targets = await node(join(here, 'scrape/targets.ts'), [String(count)], /targets (\S+)/, 'around');
  const written = targets.found.split(',').map((port, at) => ({ __address__: `127.0.0.1:${port}`, service_name: `app-${at % 50}` }));
  const scrape = {
    targets: written,
    scrape_interval: `${intervalMs}ms`,
    delta_profiling_duration: `${Math.max(intervalMs - 1000, 1001)}ms`,
  };
  const costs = [await measure('scraped', { scrape }, sink.found, async () => undefined)];
  await targets.stop();
  const port = 20_000 + Math.floor(Math.random() * 10_000);
  costs.push(
    await measure('pushed', { pyroscope: { endpoint: `127.0.0.1:${port}` } }, sink.found, () =>
      node(join(here, 'scrape/pusher.ts'), [`127.0.0.1:${port}`, String(count), String(intervalMs)], /pushing/, 'around'),
    ),
  );
  if (values.json) process.stdout.write(`${JSON.stringify(costs)}\n`);
  else
    for (const cost of costs)
      process.stdout.write(
        `${Object.entries(cost)
          .map(([name, value]) => `${name} ${typeof value === 'number' ? value.toFixed(3) : value}`)
          .join('  ')}\n`,
      );
} finally {
  for (const one of running.reverse()) await one.stop().catch(() => undefined);
  rmSync(directory, { recursive: true, force: true });
}
