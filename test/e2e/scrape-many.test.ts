import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { startTargets } from '../receivers/scrape/targets.ts';
import { startCapture } from '../support/capture.ts';
import { createDnsHole } from '../support/dns-hole.ts';
import { startGateway } from '../support/gateway.ts';

const intervalMs = 5000;

test('of 1,000 targets 100 are dead or drip: the others are scraped on time, in bounded memory', async (t) => {
  const good = await startTargets(30);
  const silent = await startTargets(1, () => undefined);
  const dripping = await startTargets(1, (_request, response) => {
    response.writeHead(200, { 'content-type': 'application/octet-stream' });
    const more = (): unknown => !response.destroyed && response.write('x', () => setTimeout(more, 500));
    more();
  });
  const refusing = await startTargets(1);
  await refusing.close();
  const capture = await startCapture();
  t.after(() => Promise.all([good.close(), silent.close(), dripping.close(), capture.close()]));
  const targets = Array.from({ length: 1000 }, (_, at) => {
    const dead = [refusing, silent, dripping][at % 3]?.addresses[0];
    const __address__ = at % 10 === 0 ? dead : good.addresses[at % good.addresses.length];
    return { __address__, __param_id: String(at), instance: `i${at}`, service_name: at % 10 === 0 ? 'dead' : 'good' };
  });
  const off = Object.fromEntries(['memory', 'block', 'mutex', 'process_cpu'].map((kind) => [kind, { enabled: false }]));
  const gateway = await startGateway({
    fileName: 'flamegate.yaml',
    config: JSON.stringify({
      receivers: { scrape: { targets, scrape_interval: `${intervalMs}ms`, scrape_timeout: '4s', profiling_config: { profiles: off } } },
      processors: { label_drop: {} },
      exporters: { pyroscope: { endpoints: [{ url: capture.url }] } },
      service: {
        pipelines: { profiles: { receivers: ['scrape'], processors: ['label_drop'], exporters: ['pyroscope'] } },
        admin: { endpoint: '127.0.0.1:0' },
      },
    }),
  });
  t.after(() => gateway.stop());
  const memory = (): number => Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${gateway.pid}/status`, 'utf8'))?.[1]) / 1024;
  await capture.take(900);
  const before = memory();
  await capture.take(900 * 5);
  const counts = new Map<string, number>();
  for (const arrival of capture.arrivals) {
    const labels = Object.fromEntries(arrival.push().series[0]?.labels.map(({ name, value }) => [name, value]) ?? []);
    assert.equal(labels['service_name'], 'good');
    counts.set(labels['instance'] ?? '', (counts.get(labels['instance'] ?? '') ?? 0) + 1);
  }
  assert.equal(counts.size, 900);
  // Five for each on average: no target is ahead of another by more than the two ends of the time.
  assert.ok(Math.min(...counts.values()) >= 3, `one was scraped ${Math.min(...counts.values())} times only`);
  assert.ok(Math.max(...counts.values()) <= 7, `one was scraped ${Math.max(...counts.values())} times`);
  const metrics = await gateway.metrics();
  const begun = metrics.sum('flamegate_scrape_lateness_seconds_count');
  const late = begun - metrics.sum('flamegate_scrape_lateness_seconds_bucket', { le: '1' });
  assert.ok(late < begun / 100, `${late} of ${begun} scrapes began more than a second late`);
  assert.equal(metrics.sum('flamegate_scrape_targets', { state: 'up' }), 900);
  assert.equal(metrics.sum('flamegate_scrape_targets', { state: 'down' }), 100);
  const reasons = ['network', 'timeout'].map((reason) => metrics.sum('flamegate_scrape_failed_total', { reason }));
  assert.ok(
    reasons.every((count) => count >= 100),
    reasons.join(),
  );
  assert.ok(memory() - before < 100, `from ${before} to ${memory()} MiB`);
  // Each says its reason once; of what is said too often the log itself keeps a part.
  const said = gateway.lines.filter(({ message }) => message === 'a target cannot be scraped');
  assert.ok(said.length > 0 && said.length <= 100, `${said.length} lines`);
  assert.equal(new Set(said.map(({ target }) => target)).size, said.length);
});

test('targets whose names no server answers for hold up nobody else', async (t) => {
  const directory = mkdtempSync(join(tmpdir(), 'flamegate-scrape-dns-'));
  t.after(() => rmSync(directory, { recursive: true }));
  const hole = await createDnsHole(t, directory);
  if (typeof hole === 'string') return t.skip(hole);
  const good = await startTargets(5);
  const capture = await startCapture();
  t.after(() => Promise.all([good.close(), capture.close()]));
  const off = Object.fromEntries(['memory', 'block', 'mutex', 'process_cpu'].map((kind) => [kind, { enabled: false }]));
  const dead = Array.from({ length: 5 }, (_, at) => `silent-${at}.example.org:6060`);
  const targets = [...dead, ...good.addresses].map((__address__) => ({ __address__ }));
  const gateway = await startGateway({
    fileName: 'flamegate.yaml',
    config: JSON.stringify({
      receivers: { scrape: { targets, scrape_interval: '1s', scrape_timeout: '3s', profiling_config: { profiles: off } } },
      exporters: { pyroscope: { endpoints: [{ url: capture.url }] } },
      service: { pipelines: { profiles: { receivers: ['scrape'], exporters: ['pyroscope'] } }, admin: { endpoint: '127.0.0.1:0' } },
    }),
    by: hole.by,
  });
  t.after(() => gateway.stop());
  await gateway.line(({ message, reason }) => message === 'a target cannot be scraped' && /within 3s/.test(String(reason)));
  const before = capture.arrivals.length;
  await capture.take(before + 25);
  const metrics = await gateway.metrics();
  assert.equal(metrics.sum('flamegate_scrape_targets', { state: 'up' }), 5);
  assert.equal(metrics.sum('flamegate_scrape_failed_total', { reason: 'status' }), 0);
  const counts = good.addresses.map((address) => good.asked(address));
  assert.ok(Math.max(...counts) - Math.min(...counts) <= 2, counts.join());
});
