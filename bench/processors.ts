import { trace } from '@opentelemetry/api';
import { components } from '../src/components.ts';
import { emptyAccount } from '../src/core/account.ts';
import { systemClock } from '../src/core/clock.ts';
import type { Host } from '../src/core/component.ts';
import { Labels } from '../src/core/labels.ts';
import type { ProfileBatch } from '../src/core/profile.ts';
import { compileRelabel } from '../src/core/relabel.ts';
import { type RelabelRule, RelabelRuleSchema } from '../src/core/relabel-rule.ts';
import { payloadOf } from '../src/wire/push.ts';

// What one push costs in each processor: npm run bench:processors [-- --json]

const sentLabels = {
  __name__: 'process_cpu',
  service_name: 'checkout',
  namespace: 'shop',
  pod: 'checkout-7d4b9c6f5-x2x9k',
  container: 'main',
  node: 'ip-10-0-12-34.eu-west-1.compute.internal',
  env: 'production',
  region: 'eu-west-1',
  version: 'v1.42.0',
  team: 'payments',
};

const tenRules: RelabelRule[] = [
  { source_labels: ['env'], regex: 'prod(uction)?', target_label: 'env', replacement: 'prod' },
  { source_labels: ['namespace', 'container'], separator: '/', target_label: 'job' },
  { source_labels: ['pod'], regex: '(.+)-[a-z0-9]+-[a-z0-9]{5}', target_label: 'deployment', replacement: '$1' },
  { source_labels: ['service_name'], regex: '', action: 'drop' },
  { source_labels: ['env'], regex: 'prod|staging|test', action: 'keep' },
  { source_labels: ['region'], action: 'uppercase', target_label: 'region' },
  { regex: 'tmp_.*|debug', action: 'labeldrop' },
  { regex: 'meta_(.+)', replacement: '$1', action: 'labelmap' },
  { source_labels: ['version'], regex: 'v(\\d+)\\..*', target_label: 'major', replacement: '${1}' },
  { source_labels: ['team'], regex: 'payments', target_label: 'tier', replacement: 'gold' },
].map((rule) => RelabelRuleSchema.parse(rule));

/** Each processor with settings of a usual size. */
const settings: Readonly<Record<string, object>> = {
  label_drop: {},
  external_labels: { labels: { cluster: 'a', region: 'eu' } },
  relabel: { rules: tenRules },
  filter: { include: ['{env=~"prod.*", service_name!=""}'], exclude: ['{namespace="kube-system"}'], max_size: '4MiB' },
  route: {
    routes: [
      { match: '{env="dev"}', to: ['a'] },
      { match: '{env=~"prod.*"}', to: ['b'] },
    ],
    default: ['a'],
  },
  tenant: { from_label: 'team', default: 'shared' },
  sample: { ratio: 1 },
  rate_limit: { profiles_per_second: 1e9, bytes_per_second: 1e12 },
  cardinality: {},
  enrich: { targets: [{ service_name: 'checkout', owner: 'a', tier: 'gold' }], copy: ['owner', 'tier'] },
  service_name: {},
  app_name: {},
  check_labels: {},
};

const nothing = { debug() {}, info() {}, warn() {}, error() {} };
const host: Host = {
  id: 'bench',
  clock: systemClock,
  random: () => 0.5,
  log: nothing,
  metrics: { counter: () => ({ value: 0 }), histogram: () => ({ observe() {} }), gauge: () => () => {} },
  tracer: trace.getTracer('bench'),
  account: () => emptyAccount(),
  closeAccount() {},
  health() {},
  unready: () => [],
  memoryLevel: () => 'ok',
  share: () => Promise.reject(new Error('nothing is shared here')),
};

interface Cost {
  readonly what: string;
  /** Microseconds when the receiver hands out the same label set again, as it does while it knows the block. */
  readonly again: number;
  /** Microseconds when the set is another object of the same labels. */
  readonly equal: number;
  /** Microseconds when these labels were never seen. */
  readonly fresh: number;
}

const payload = payloadOf(new Uint8Array(3_000));
const origin = { receiver: 'pyroscope', protocol: 'connect', address: '127.0.0.1', agent: 'bench', tenant: '', trace: undefined } as const;

function batchOf(labels: Labels): ProfileBatch {
  return { origin, receivedAt: 0, series: [{ tenant: 'a', labels, payload }] };
}

const rounds = 20_000;
const same = batchOf(Labels.of(sentLabels));

function equalBatches(): ProfileBatch[] {
  return Array.from({ length: rounds }, () => batchOf(Labels.of(sentLabels)));
}

let pods = 0;
function freshBatches(): ProfileBatch[] {
  return Array.from({ length: rounds }, () => {
    pods += 1;
    return batchOf(Labels.of({ ...sentLabels, pod: `checkout-7d4b9c6f5-${String(pods).padStart(5, '0')}` }));
  });
}

/** The best of several rounds, in microseconds: the others had company. */
function best(run: (batches: readonly ProfileBatch[]) => void, batches: () => readonly ProfileBatch[]): number {
  let least = Infinity;
  for (let round = 0; round < 7; round += 1) {
    const input = batches();
    const start = systemClock.monotonic();
    run(input);
    least = Math.min(least, ((systemClock.monotonic() - start) / input.length) * 1000);
  }
  return least;
}

function costOf(what: string, run: (batch: ProfileBatch) => unknown): Cost {
  const all = (batches: readonly ProfileBatch[]): void => {
    for (const batch of batches) run(batch);
  };
  const again = Array.from({ length: rounds }, () => same);
  return { what, again: best(all, () => again), equal: best(all, equalBatches), fresh: best(all, freshBatches) };
}

const none = costOf('none', (batch) => batch);
const costs = components.processors.map((factory) => {
  const config: unknown = factory.schema.parse(settings[factory.type] ?? {});
  if (factory.kind === 'router') {
    const router = factory.create(config, host);
    return costOf(factory.type, (batch) => router.route(batch, () => {}));
  }
  const processor = factory.create(config, host);
  return costOf(factory.type, (batch) => processor.process(batch, () => {}));
});
const rules = compileRelabel(tenRules);
const uncached = costOf('ten rules, without the cache', ({ series: [one] }) => one && rules(one.labels));

const table = [none, ...costs, uncached];
if (process.argv.includes('--json')) process.stdout.write(`${JSON.stringify(table)}\n`);
else {
  process.stdout.write('microseconds per push of one series with 10 labels: the same label set again, an equal one, a new one\n');
  for (const { what, again, equal, fresh } of table)
    process.stdout.write(`${what.padEnd(30)}${[again, equal, fresh].map((us) => us.toFixed(2).padStart(8)).join('')}\n`);
}
