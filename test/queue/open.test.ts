import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { after, test } from 'node:test';
import type { Host } from '../../src/core/component.ts';
import { type HeldLog, openLog } from '../../src/queue/open.ts';
import { QueueSchema } from '../../src/queue/schema.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { createTestHost } from '../support/host.ts';
import { drain, options, record } from './contract.ts';

const base = await mkdtemp(`${tmpdir()}/flamegate-open-`);
after(() => rm(base, { recursive: true }));

async function openAttached(facts: object, host: Host): Promise<HeldLog> {
  const queue = QueueSchema.parse(facts);
  const held = await openLog(queue, host);
  held.attach(queue, host);
  return held;
}

for (const type of ['memory', 'disk'] as const) {
  test(`a reload finds the ${type} log of its exporter as the last holder left it, under the limits given last`, async () => {
    const queue = type === 'disk' ? { type, dir: `${base}/reload` } : { type };
    const host = createTestHost();
    const before = await openLog(QueueSchema.parse({ ...queue, max_size: '10MiB' }), host);
    const { account } = options();
    const cursor = await before.resource.cursor('a', options({ account }));
    await before.resource.append([record('1')]);
    const larger = QueueSchema.parse({ ...queue, max_size: '20MiB', overflow: 'refuse' });
    const after = await openLog(larger, host);
    assert.equal(after.resource.stats.capacityBytes, 10 * 2 ** 20, 'nothing of a reload counts before it is attached');
    assert.equal(host.metric('flamegate_queue_capacity_bytes', { exporter: 'test' }), undefined);
    after.attach(larger, host);
    await cursor.close();
    await before.release();
    assert.equal(after.resource.stats.capacityBytes, 20 * 2 ** 20);
    assert.equal(host.metric('flamegate_queue_capacity_bytes', { exporter: 'test' }), 20 * 2 ** 20);
    const again = await after.resource.cursor('a', options({ account }));
    assert.deepEqual(await drain(again, 1), ['1']);
    await again.close();
    await after.release();
  });
}

test('two names of one directory are one log', async () => {
  await mkdir(`${base}/real`);
  await symlink(`${base}/real`, `${base}/link`);
  const host = createTestHost();
  const [one, two] = await Promise.all(
    ['real', 'link'].map((name) => openLog(QueueSchema.parse({ type: 'disk', dir: `${base}/${name}` }), host)),
  );
  assert.equal(one?.resource, two?.resource);
  await one?.release();
  await two?.release();
});

test('a directory that cannot be made is refused with its name and who we are', async () => {
  await writeFile(`${base}/file`, '');
  await assert.rejects(openLog(QueueSchema.parse({ type: 'disk', dir: `${base}/file/queue` }), createTestHost()), {
    name: 'DirectoryError',
    exitCode: 73,
    message: /queue directory .*\/file\/queue: ENOTDIR.*runs as uid/,
  });
});

test('a queue that answers before it syncs says so at start', async () => {
  const host = createTestHost();
  const held = await openAttached({ type: 'disk', dir: `${base}/never`, fsync: 'never' }, host);
  assert.match(host.lines.find(({ level }) => level === 'warn')?.message ?? '', /answered before they are synced/);
  await held.release();
});

test('queues that may outgrow their volume together are warned of, with both numbers', async () => {
  const host = createTestHost();
  const one = await openAttached({ type: 'disk', dir: `${base}/one`, max_size: '1GiB' }, host);
  assert.equal(host.lines.filter(({ message }) => /larger than their volume/.test(message)).length, 0);
  const two = await openAttached({ type: 'disk', dir: `${base}/two`, max_size: '4096TiB' }, host);
  const [warning] = host.lines.filter(({ message }) => /larger than their volume/.test(message));
  assert.deepEqual(warning?.facts['dirs'], [`${base}/one`, `${base}/two`]);
  assert.equal(warning?.facts['max_size_bytes'], 2 ** 30 + 4096 * 2 ** 40);
  assert.ok(Number(warning?.facts['volume_bytes']) > 0);
  await one.release();
  await two.release();
});

test('a queue says what its size means at the rate of today', async () => {
  const clock = new FakeClock();
  const host = createTestHost({ clock });
  const held = await openAttached({ type: 'disk', dir: `${base}/rate`, max_size: '1MiB', max_age: '1m' }, host);
  const cursor = await held.resource.cursor('a', options());
  for (let second = 0; second < 20; second++) {
    await held.resource.append([record('1', { body: Buffer.alloc(50_000) })]);
    await clock.advance(1000);
  }
  const warning = host.lines.find(({ message }) => /full before max_age/.test(message));
  assert.equal(warning?.facts['max_age'], '1m');
  assert.match(String(warning?.facts['covers']), /^(1\d|2\d)s$/);
  const left = host.metric('flamegate_queue_time_to_full_seconds', { exporter: 'test' }) ?? 0;
  assert.ok(left < 5, `${left} s left`);
  await cursor.close();
  await held.release();
});
