import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import type { Consumer, Host } from '../../../src/core/component.ts';
import type { ProfileBatch } from '../../../src/core/profile.ts';
import { scrapeReceiver } from '../../../src/receivers/scrape/factory.ts';
import { ScrapePool } from '../../../src/receivers/scrape/pool.ts';
import { createTestHost, type TestHost } from '../../support/host.ts';
import { heapProfile } from './heap.ts';
import { profile, startTargets, type Targets } from './targets.ts';

const only = (...kinds: string[]) => ({
  profiles: Object.fromEntries(
    ['memory', 'block', 'goroutine', 'mutex', 'process_cpu'].map((kind) => [kind, { enabled: kinds.includes(kind) }]),
  ),
});

interface Running {
  readonly host: TestHost;
  readonly taken: ProfileBatch[];
  /** Starts another configuration beside the running one, then stops that, as a reload does. */
  reload(config: object): Promise<void>;
  /** Starts another one that is given up again, as a reload that fails does. */
  tryOut(config: object): Promise<void>;
  readonly pool: () => ScrapePool | undefined;
  stop(): Promise<void>;
  /** Resolves when it holds; looked at whenever a profile or a line came, and every 10 ms. */
  until(what: string, holds: () => boolean): Promise<void>;
}

async function run(t: TestContext, config: object, consume: Consumer['consume'] = async () => {}): Promise<Running> {
  const host = createTestHost({ id: 'scrape' });
  const taken: ProfileBatch[] = [];
  let pool: ScrapePool | undefined;
  const watched: Host = {
    ...host,
    async share(key, open) {
      const held = await host.share(key, open);
      if (held.resource instanceof ScrapePool) pool = held.resource;
      return held;
    },
  };
  const next: Consumer = {
    async consume(batch, call) {
      taken.push(batch);
      await consume(batch, call);
    },
  };
  const make = (of: object): ReturnType<typeof scrapeReceiver.create> =>
    scrapeReceiver.create(scrapeReceiver.schema.parse(of), next, watched);
  const deadline = new AbortController().signal;
  let running = make(config);
  await running.start();
  t.after(() => running.stop(deadline));
  return {
    host,
    taken,
    pool: () => pool,
    async reload(of) {
      const fresh = make(of);
      await fresh.start();
      await running.stop(deadline);
      running = fresh;
    },
    async tryOut(of) {
      const fresh = make(of);
      await fresh.start();
      await fresh.stop(deadline);
    },
    stop: () => running.stop(deadline),
    async until(what, holds) {
      const end = performance.now() + 60_000;
      while (!holds()) {
        assert.ok(performance.now() < end, `not within a minute: ${what}`);
        await host.clock.sleep(10);
      }
    },
  };
}

const instances = (batches: readonly ProfileBatch[]): string[] =>
  [...new Set(batches.map((batch) => batch.series[0]?.labels.get('instance') ?? ''))].sort();

async function targets(t: TestContext, count: number, answer?: Parameters<typeof startTargets>[1]): Promise<Targets> {
  const started = await startTargets(count, answer);
  t.after(() => started.close());
  return started;
}

test('what a target answers that is no profile is told, and only what is one goes on', async (t) => {
  const bomb = gzipSync(Buffer.alloc(40 * 2 ** 20));
  const octets = { 'content-type': 'application/octet-stream' };
  const cases: Record<string, { answer: Parameters<typeof startTargets>[1]; why: RegExp; reason: string }> = {
    html: {
      answer: (_request, response) => response.writeHead(200, { 'content-type': 'text/html' }).end('<html>'),
      why: /unexpected Content-Type text\/html/,
      reason: 'content',
    },
    login: {
      answer: (_request, response) => response.writeHead(401, { 'www-authenticate': 'Basic' }).end('who are you'),
      why: /HTTP status \(401\) who are you/,
      reason: 'status',
    },
    bomb: {
      answer: (_request, response) => response.writeHead(200, octets).end(bomb),
      why: /inflates to more than 1MiB/,
      reason: 'content',
    },
    large: {
      answer: (_request, response) => response.writeHead(200, octets).end(Buffer.alloc(3 * 2 ** 20)),
      why: /larger than 2MiB/,
      reason: 'too_large',
    },
    endless: {
      answer(_request, response) {
        response.writeHead(200, octets);
        const more = (): void => {
          while (response.write(Buffer.alloc(64 * 1024))) if (response.destroyed) return;
        };
        response.on('drain', more);
        more();
      },
      why: /larger than 2MiB/,
      reason: 'too_large',
    },
    half: {
      answer(_request, response) {
        response.writeHead(200, { ...octets, 'content-length': '1000' });
        response.write(profile.subarray(0, 3), () => response.destroy());
      },
      why: /was cut off after 3 bytes/,
      reason: 'cut',
    },
    chunk: {
      answer(_request, response) {
        response.writeHead(200, octets);
        response.write(profile, () => response.destroy());
      },
      why: /was cut off after \d+ bytes/,
      reason: 'cut',
    },
    silent: { answer: () => undefined, why: /no (whole )?answer within 400ms/, reason: 'timeout' },
    drip: {
      answer(_request, response) {
        response.writeHead(200, octets);
        const more = (): unknown => !response.destroyed && response.write('x', () => setTimeout(more, 50));
        more();
      },
      why: /no (whole )?answer within 400ms/,
      reason: 'timeout',
    },
    reset: { answer: (request) => request.socket.destroy(), why: /connection was (lost|reset)/, reason: 'network' },
  };
  for (const [name, { answer, why, reason }] of Object.entries(cases)) {
    await t.test(name, async (each) => {
      const bad = await targets(each, 1, answer);
      const good = await targets(each, 1);
      const running = await run(each, {
        targets: [...bad.addresses, ...good.addresses].map((__address__) => ({ __address__ })),
        scrape_interval: '200ms',
        scrape_timeout: '400ms',
        limits: { max_profile_size: '2MiB', max_inflated_size: '1MiB' },
        profiling_config: only('goroutine'),
      });
      await running.until('the reason', () => running.host.lines.some(({ facts }) => why.test(String(facts['reason']))));
      await running.until(
        'several failures',
        () => (running.host.metric('flamegate_scrape_failed_total', { receiver: 'scrape', reason }) ?? 0) >= 2,
      );
      await running.until('the other target', () => running.taken.length > 0);
      assert.deepEqual(instances(running.taken), good.addresses);
      assert.equal(running.host.lines.filter(({ level }) => level === 'warn').length, 1);
      await running.stop();
    });
  }
});

test('a redirect is followed to another host without credentials, and not where it may not be', async (t) => {
  const seen: (string | undefined)[] = [];
  const other = await targets(t, 1, (request, response) => {
    seen.push(request.headers.authorization);
    response.writeHead(200, { 'content-type': 'application/octet-stream' }).end(profile);
  });
  const location = `http://localhost:${other.addresses[0]?.split(':')[1]}/elsewhere`;
  const first = await targets(t, 1, (request, response) => {
    assert.equal(request.headers.authorization, 'Bearer secret');
    response.writeHead(301, { location }).end();
  });
  const config = {
    targets: [{ __address__: first.addresses[0] }],
    scrape_interval: '200ms',
    scrape_timeout: '5s',
    bearer_token: 'secret',
    profiling_config: only('goroutine'),
  };
  const running = await run(t, config);
  await running.until('a profile', () => running.taken.length > 0);
  assert.deepEqual([...new Set(seen)], [undefined]);
  await running.reload({ ...config, follow_redirects: false });
  await running.until('the status', () => running.host.lines.some(({ facts }) => /HTTP status \(301\)/.test(String(facts['reason']))));
  assert.ok(!JSON.stringify(running.host.lines).includes('secret'));
});

test('S20: a target that cannot be one is left out with one line, and the others are scraped', async (t) => {
  const good = await targets(t, 2);
  const bad = [{ __address__: 'h/path' }, { service_name: 'x' }, { __address__: 'h', __scheme__: 'ftp' }];
  const running = await run(t, {
    targets: [...bad, ...good.addresses.map((__address__) => ({ __address__ }))],
    scrape_interval: '200ms',
    profiling_config: only('goroutine'),
  });
  await running.until('both', () => instances(running.taken).length === 2);
  const reasons = running.host.lines
    .filter(({ message }) => message.startsWith('a target is left out'))
    .map(({ facts }) => String(facts['reason']));
  assert.deepEqual(
    reasons.map((reason) => reason.replace(/,.*|: expected.*/, '')),
    ['h/path: "h/path" is no valid address', ': no address: __address__ is missing', 'h: invalid scheme: "ftp"'],
  );
});

test('rules make, change and drop targets; a shard takes its share, and all shards together everything', async (t) => {
  const all = await targets(t, 6);
  const config = {
    discovery: [
      {
        from: 'static',
        targets: all.addresses.map((__address__, at) => ({ __address__, __meta_team: at === 0 ? 'none' : 'a' })),
        rules: [{ source_labels: ['__meta_team'], regex: 'none', action: 'drop' }],
      },
    ],
    rules: [{ source_labels: ['__meta_team'], target_label: 'team' }],
    scrape_interval: '200ms',
    profiling_config: only('goroutine'),
  };
  const running = await run(t, config);
  await running.until('five', () => instances(running.taken).length === 5);
  assert.equal(running.taken[0]?.series[0]?.labels.get('team'), 'a');
  const shares: string[] = [];
  for (const index of [0, 1]) {
    await running.reload({ ...config, shard: { index, total: 2 } });
    shares.push(...(running.pool()?.loops ?? []).map(({ target }) => target.instance));
  }
  assert.deepEqual(shares.sort(), all.addresses.slice(1).sort());
});

test('a reload keeps the loops of targets that stay, with what they subtract from, and ends the others at once', async (t) => {
  let total = 0;
  const all = await targets(t, 3, (_request, response) => {
    total += 10;
    response.writeHead(200, { 'content-type': 'application/octet-stream' }).end(heapProfile({ work: total }));
  });
  const [a = '', b = '', c = ''] = all.addresses;
  const config = (interval: string, ...addresses: string[]) => ({
    targets: addresses.map((__address__) => ({ __address__ })),
    scrape_interval: interval,
    profiling_config: only('memory'),
  });
  const running = await run(t, config('300ms', a, b));
  const up = (instance: string): number | undefined => running.host.metric('flamegate_scrape_target_up', { receiver: 'scrape', instance });
  await running.until('differences of both', () => instances(running.taken).length === 2);
  const loops = new Map(running.pool()?.loops.map((loop) => [loop.target.instance, loop]));
  const scraped = running.host.metric('flamegate_scrape_profiles_total', { receiver: 'scrape' });
  await running.reload(config('200ms', a, c));
  const after = running.pool()?.loops ?? [];
  assert.deepEqual(after.map(({ target }) => target.instance).sort(), [a, c].sort());
  assert.equal(
    after.find(({ target }) => target.instance === a),
    loops.get(a),
  );
  assert.equal(up(b), undefined);
  assert.equal(up(a), 1);
  assert.ok((scraped ?? 0) > 0);
  await running.until('the new one', () => instances(running.taken).includes(c));
  const asked = all.asked(b);
  // Given up: what was served before is served again.
  await running.tryOut(config('200ms', b));
  assert.deepEqual((running.pool()?.loops ?? []).map(({ target }) => target.instance).sort(), [a, c].sort());
  const count = running.taken.length;
  await running.until('profiles go on', () => running.taken.length > count + 3);
  assert.ok(all.asked(b) <= asked + 1);
  await running.stop();
  assert.equal(up(a), undefined);
});

test('targets in a file come and go with it; a list that is empty for a moment ends them and they come back', async (t) => {
  const all = await targets(t, 2);
  const directory = mkdtempSync(join(tmpdir(), 'flamegate-scrape-'));
  t.after(() => rmSync(directory, { recursive: true }));
  const file = join(directory, 'targets.json');
  const write = (addresses: readonly string[]): void =>
    writeFileSync(file, JSON.stringify([{ targets: addresses, labels: { from: 'file' } }]));
  write(all.addresses);
  const config = {
    discovery: [{ from: 'file', files: [file], refresh_interval: '1s' }],
    scrape_interval: '200ms',
    profiling_config: only('goroutine'),
  };
  const running = await run(t, config);
  await running.until('both', () => instances(running.taken).length === 2);
  assert.equal(running.taken[0]?.series[0]?.labels.get('from'), 'file');
  const count = (): number => running.pool()?.loops.length ?? -1;
  write([]);
  await running.until('none', () => count() === 0);
  assert.equal(running.host.metric('flamegate_scrape_target_up', { receiver: 'scrape', instance: all.addresses[0] ?? '' }), undefined);
  write(all.addresses);
  await running.until('both again', () => count() === 2);
  writeFileSync(file, '[{"targets": ["half');
  await running.until('the complaint', () => running.host.lines.some(({ facts }) => /not valid JSON/.test(String(facts['reason']))));
  assert.equal(count(), 2);
  // A source that is new has not answered yet: what was there goes on until it has.
  const loops = running.pool()?.loops;
  await running.reload({ ...config, discovery: [{ from: 'file', files: [join(directory, '*.json')], refresh_interval: '2s' }] });
  assert.deepEqual(running.pool()?.loops, loops);
});

test('the end waits for a profile under way and for no answer of a target', async (t) => {
  const silent = await targets(t, 1, () => undefined);
  const good = await targets(t, 1);
  const gate = Promise.withResolvers<void>();
  const running = await run(
    t,
    {
      targets: [...silent.addresses, ...good.addresses].map((__address__) => ({ __address__ })),
      scrape_interval: '100ms',
      scrape_timeout: '1h',
      profiling_config: only('goroutine'),
    },
    () => gate.promise,
  );
  await running.until('both under way', () => running.taken.length === 1 && silent.asked(silent.addresses[0] ?? '') === 1);
  let stopped = false;
  const stopping = running.stop().then(() => {
    stopped = true;
  });
  await running.host.clock.sleep(50);
  assert.equal(stopped, false);
  gate.resolve();
  await stopping;
});

test('says of itself how many profiles cannot be scraped, with a reason, until they can', async (t) => {
  let status = 500;
  const all = await targets(t, 2, (_request, response) =>
    response.writeHead(status, { 'content-type': 'application/octet-stream' }).end(profile),
  );
  const running = await run(t, {
    targets: all.addresses.map((__address__) => ({ __address__ })),
    scrape_interval: '200ms',
    profiling_config: only('goroutine'),
  });
  const health = (): string => JSON.stringify(running.host.healths.get(''));
  await running.until('degraded', () =>
    /degraded.*2 of 2 profiles cannot be scraped, such as goroutine of 127.0.0.1:\d+: .*HTTP status \(500\)/.test(health()),
  );
  status = 200;
  await running.until('ok', () => health() === '{"kind":"ok"}');
});

test('so many targets have metrics of their own, the others only count', async (t) => {
  const all = await targets(t, 3);
  const running = await run(t, {
    targets: all.addresses.map((__address__) => ({ __address__ })),
    scrape_interval: '200ms',
    limits: { max_target_series: 2 },
    profiling_config: only('goroutine'),
  });
  await running.until('all are up', () => running.host.metric('flamegate_scrape_targets', { receiver: 'scrape', state: 'up' }) === 3);
  const shown = all.addresses.filter(
    (instance) => running.host.metric('flamegate_scrape_target_up', { receiver: 'scrape', instance }) === 1,
  );
  assert.equal(shown.length, 2);
});

test('huge answers of many targets at one moment stay within the room for all of them: what does not fit is skipped and counted', async (t) => {
  const size = 2 ** 20;
  const huge = Buffer.alloc(size, profile);
  const waiting: (() => void)[] = [];
  let together = true;
  const { addresses } = await targets(t, 40, (_request, response) => {
    const answer = (): unknown => response.writeHead(200, { 'content-type': 'application/octet-stream' }).end(huge);
    if (!together) return answer();
    waiting.push(answer);
    if (waiting.length < 40) return undefined;
    together = false;
    for (const one of waiting) one();
    return undefined;
  });
  const delivered = Promise.withResolvers<void>();
  const { host, taken, until } = await run(
    t,
    {
      targets: addresses.map((address) => ({ __address__: address, service_name: 'app' })),
      scrape_interval: '2s',
      scrape_timeout: '60s',
      profiling_config: only('goroutine'),
      limits: { max_profile_size: '2MiB', max_held_size: '4MiB' },
    },
    () => delivered.promise,
  );
  const held = (): number => host.metric('flamegate_scrape_held_bytes', { receiver: 'scrape' }) ?? 0;
  const skipped = (): number => host.metric('flamegate_scrape_skipped_total', { receiver: 'scrape', reason: 'memory' }) ?? 0;
  let most = 0;
  const watched = (holds: () => boolean) => (): boolean => {
    most = Math.max(most, held());
    return holds();
  };
  await until(
    'room for four, the others are skipped',
    watched(() => taken.length >= 4 && skipped() >= 36),
  );
  assert.equal(taken.length, 4);
  assert.equal(held(), 4 * size);
  assert.equal(host.metric('flamegate_scrape_targets', { receiver: 'scrape', state: 'down' }), 0);
  delivered.resolve();
  await until(
    'the others have their turn',
    watched(() => instances(taken).length === 40),
  );
  await until(
    'all is given back between the scrapes',
    watched(() => held() === 0),
  );
  assert.ok(most <= 4 * size, `${most} bytes were held`);
});

test('says of each profile of a target how its last scrape went', async (t) => {
  const { addresses } = await targets(t, 1);
  const [address = ''] = addresses;
  const host = createTestHost({ id: 'scrape' });
  const config = {
    targets: [
      { __address__: address, service_name: 'good', __param_token: 'canary' },
      { __address__: '127.0.0.1:1', service_name: 'dead' },
    ],
    scrape_interval: '1s',
    profiling_config: only('goroutine'),
  };
  const receiver = scrapeReceiver.create(scrapeReceiver.schema.parse(config), { consume: async () => {} }, host);
  assert.deepEqual(receiver.targets?.(), []);
  await receiver.start();
  t.after(() => receiver.stop(new AbortController().signal));
  const end = performance.now() + 60_000;
  while (receiver.targets?.().some(({ health }) => health === 'unknown')) {
    assert.ok(performance.now() < end, 'not within a minute');
    await host.clock.sleep(10);
  }
  const shown = new Map(receiver.targets?.().map((state) => [state.service, state]));
  const good = shown.get('good');
  assert.deepEqual(
    [good?.health, good?.error, good?.sizeBytes, good?.profile, good?.url],
    ['up', '', profile.length, 'goroutine', `http://${address}/debug/pprof/goroutine`],
  );
  assert.ok((good?.lastScrapeAt ?? 0) > 0 && (good?.durationMs ?? 0) > 0);
  const dead = shown.get('dead');
  assert.deepEqual([dead?.health, dead?.sizeBytes, dead?.instance], ['down', 0, '127.0.0.1:1']);
  assert.match(dead?.error ?? '', /refused|ECONNREFUSED/);
  assert.ok((dead?.failures ?? 0) >= 1);
});
