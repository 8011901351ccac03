import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { after } from 'node:test';
import type { Series } from '../../../src/core/profile.ts';
import { describePush } from '../../../src/wire/push.ts';
import { ingestSeries, pushSeries } from '../../support/batches.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import type { Arrival, ScriptedAnswer } from '../../support/pyroscope-server.ts';
import { pump, type Rig, rig, server } from './rig.ts';

// Default periods, on a clock that is turned by hand; the upstream is a real server.

const directories: string[] = [];
after(() => {
  for (const directory of directories) rmSync(directory, { recursive: true });
});

/** Names of the services in an arrival, whichever way it came. */
function namesIn({ path, query, body }: Arrival): string[] {
  if (path === '/ingest') return [new URLSearchParams(query).get('name')?.split('{')[0] ?? ''];
  return describePush(body).map(({ labels }) => labels.get('service_name') ?? '');
}

interface Upstream {
  /** What a request gets that holds something poisonous. */
  readonly answer: ScriptedAnswer;
  readonly how: 'push' | 'ingest';
}

const unclear: Readonly<Record<string, Upstream>> = {
  '500 to a push': { how: 'push', answer: { code: 'unknown', status: 500, message: 'no pprof' } },
  '404 to a push': { how: 'push', answer: { status: 404, body: 'page not found' } },
  '422 to an /ingest': { how: 'ingest', answer: { code: 'unknown', status: 422, message: 'processing failed' } },
};

interface Scene {
  readonly name: string;
  readonly upstream: keyof typeof unclear;
  /** One letter a record, in the order in which they are pushed: g good, digits and b poison of so many services. */
  readonly records: readonly string[];
  readonly tenants?: number;
  readonly disk?: boolean;
  /** Until when the first good one has to be there, and all of them, milliseconds. */
  readonly firstMs?: number;
  readonly allMs?: number;
}

const of = (count: number, name: (at: number) => string): string[] => Array.from({ length: count }, (_one, at) => name(at));

const scenes: readonly Scene[] = [
  ...Object.keys(unclear).flatMap((upstream): Scene[] => [
    { name: 'one poison before twenty', upstream, records: ['bad', ...of(20, (n) => `good${n}`)] },
    { name: 'eight poisonous services before twenty', upstream, records: [...of(8, (n) => `bad${n}`), ...of(20, (n) => `good${n}`)] },
    { name: 'twelve poisons of one service before twenty', upstream, records: [...of(12, () => 'bad'), ...of(20, () => 'good')] },
    { name: 'poisons between', upstream, records: of(60, (n) => (n % 2 === 0 ? `bad${n % 8}` : 'good')) },
    { name: 'poisons behind', upstream, records: [...of(20, () => 'good'), ...of(20, (n) => `bad${n % 4}`)] },
    { name: 'one good record in ten', upstream, records: of(100, (n) => (n % 10 === 9 ? 'good' : 'bad')) },
    {
      name: 'eight poisonous services, a hundred each, before twenty',
      upstream,
      records: [...of(800, (n) => `bad${n % 8}`), ...of(20, () => 'good')],
    },
    { name: 'the last one is good', upstream, records: [...of(40, (n) => `bad${n % 8}`), 'good'] },
  ]),
  { name: 'many tenants', upstream: '500 to a push', tenants: 5, records: of(100, (n) => (n < 40 ? `bad${n % 8}` : 'good')) },
  { name: 'on disk', disk: true, upstream: '500 to a push', records: [...of(40, (n) => `bad${n % 8}`), ...of(20, () => 'good')] },
  {
    name: 'one good record among a thousand services',
    upstream: '500 to a push',
    records: [...of(500, (n) => `bad${n}`), 'good', ...of(499, (n) => `bad${500 + n}`)],
    firstMs: 5 * 60_000,
    allMs: 5 * 60_000,
  },
];

const tenantOf = ({ tenants }: Scene, at: number): string => (tenants === undefined ? '' : `t${at % tenants}`);

/** The endpoint's own words, as the log shows them. */
function wordsOf({ upstream }: Scene): string {
  const { answer } = unclear[upstream] as Upstream;
  return 'message' in answer ? String(answer.message) : 'body' in answer ? String(answer.body) : '';
}

async function play(scene: Scene): Promise<{ readonly rigged: Rig; readonly clock: FakeClock }> {
  const { how, answer } = unclear[scene.upstream] as Upstream;
  const up = await server((arrival) => {
    const names = namesIn(arrival);
    return names.some((name) => name.startsWith('bad')) ? answer : {};
  });
  const clock = new FakeClock();
  const directory = scene.disk ? mkdtempSync(join(tmpdir(), 'flamegate-poison-')) : '';
  if (scene.disk) directories.push(directory);
  const queue = scene.disk
    ? ({ type: 'disk', dir: directory, dead_letter: { max_size: '64MiB' } } as const)
    : ({ type: 'memory' } as const);
  const rigged = await rig({ endpoints: [{ url: up.url, name: 'up' }], queue, ack: 'queued' }, { clock });
  for (const [at, name] of scene.records.entries()) {
    const tenant = tenantOf(scene, at);
    const series: Series =
      how === 'push' ? pushSeries({ service_name: name }, 1, tenant) : ingestSeries({ __name__: name }, 'folded 1', tenant);
    await rigged.push(series);
  }
  return { rigged, clock };
}

for (const scene of scenes) {
  test(`${scene.upstream}: ${scene.name}`, async () => {
    const { rigged, clock } = await play(scene);
    const account = rigged.account('up');
    const good = scene.records.filter((name) => name.startsWith('good')).length;
    const bad = scene.records.length - good;
    const since = clock.monotonic();
    await pump(clock, 50, () => account.delivered > 0, 100_000);
    const firstMs = clock.monotonic() - since;
    await pump(clock, 50, () => account.delivered === good, 100_000);
    const allMs = clock.monotonic() - since;
    assert.ok(firstMs <= (scene.firstMs ?? 20_000), `the first good one after ${firstMs} ms`);
    assert.ok(allMs <= (scene.allMs ?? 30_000), `all good ones after ${allMs} ms`);
    // Whoever sends good profiles goes on doing so.
    let pushed = good;
    await pump(
      clock,
      500,
      () => {
        if (account.deadLettered.poison === bad) return true;
        void rigged.push(
          unclear[scene.upstream]?.how === 'push'
            ? pushSeries({ service_name: 'good' }, 1, tenantOf(scene, pushed))
            : ingestSeries({ __name__: 'good' }, 'folded 1', tenantOf(scene, pushed)),
        );
        pushed += 1;
        return false;
      },
      20_000,
    );
    await pump(clock, 50, () => account.delivered === pushed);
    assert.equal(rigged.host.metric('flamegate_endpoint_breaker_open', { exporter: 'pyroscope/test', endpoint: 'up' }), 0);
    const letters = rigged.host.lines.filter(({ message }) => message === 'profiles went to the dead letters');
    const tries = letters.map(({ facts }) => Number(facts['attempts']));
    assert.ok(Math.max(...tries) <= 10, `${Math.max(...tries)} tries`);
    assert.ok(letters.every(({ facts }) => String(facts['answer']).includes(wordsOf(scene))));
    // Of one service three are tried out; of the others each was tried before anything was taken, and once or twice after that.
    const services = (scene.tenants ?? 1) * new Set(scene.records.filter((name) => name.startsWith('bad'))).size;
    const mean = tries.reduce((sum, count) => sum + count, 0) / bad;
    const expected = (3 * services * 10 + Math.max(0, bad - 3 * services) * 4) / bad;
    assert.ok(mean <= expected, `${mean} tries on average, at most ${expected} expected`);
  });
}
