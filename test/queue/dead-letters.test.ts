import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { after, test } from 'node:test';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import type { DeadLetters } from '../../src/queue/dead-letters.ts';
import { openDeadLetters } from '../../src/queue/dead-letters.ts';
import { openLog } from '../../src/queue/open.ts';
import { QueueSchema } from '../../src/queue/schema.ts';
import { type DeadNote, decodeRequest, encodeRequest } from '../../src/wire/request.ts';
import { FakeClock, settle } from '../support/fake-clock.ts';
import { createTestHost } from '../support/host.ts';
import { drain, nameOf, options, record } from './contract.ts';

const base = await mkdtemp(`${tmpdir()}/flamegate-dead-`);
after(() => rm(base, { recursive: true }));
const hour = 3_600_000;

const head = encodeRequest({
  kind: 'push',
  path: '',
  query: '',
  contentTypes: [],
  rawBytes: 7,
  trace: undefined,
  receiver: 'pyroscope',
  dead: undefined,
});

function note(facts: Partial<DeadNote> = {}): DeadNote {
  return { reason: 'rejected', at: 1_700_000_001_000, attempts: 2, status: 400, code: 3, message: 'bad labels', ...facts };
}

async function names(letters: DeadLetters): Promise<string[]> {
  const found: string[] = [];
  for await (const { record } of letters.list()) found.push(nameOf(record));
  return found;
}

for (const type of ['memory', 'disk'] as const) {
  const queueOf = (dir: string, facts: object = {}) =>
    QueueSchema.parse({ type, ...(type === 'disk' ? { dir: `${base}/${dir}` } : {}), ...facts });

  test(`dead letters in ${type} keep the record as it was, with the reason`, async () => {
    const host = createTestHost({ clock: new FakeClock() });
    const queue = await openLog(queueOf('keep'), host);
    const held = await openDeadLetters(queueOf('keep'), 'a:4040', host);
    await held.resource.add(record('1', { head, tenant: 't', only: 'a:4040' }), note());
    const { value: letter } = await held.resource.list().next();
    assert.deepEqual(letter?.note, note());
    assert.equal(letter?.record.tenant, 't');
    assert.equal(decodeRequest(letter?.record.head ?? head).rawBytes, 7);
    assert.equal(held.resource.stats.records, 1);
    await held.release();
    await queue.release();
  });

  test(`dead letters in ${type} go back into the queue for one endpoint, as received now, and only those picked`, async () => {
    const clock = new FakeClock();
    const host = createTestHost({ clock });
    const queue = await openLog(queueOf('replay'), host);
    const [mine, other] = [await queue.resource.cursor('mine', options()), await queue.resource.cursor('other', options())];
    const held = await openDeadLetters(queueOf('replay'), 'mine', host);
    for (const name of ['1', '2', '3']) await held.resource.add(record(name, { head }), note({ status: name === '2' ? 500 : 400 }));
    clock.jump(50 * hour);
    const count = await held.resource.replay({ into: queue.resource, only: 'mine', picks: (letter) => letter.note.status === 400 });
    assert.equal(count, 2);
    assert.deepEqual(await names(held.resource), ['2']);
    assert.equal(mine.stats.oldestAgeMs, 0);
    assert.deepEqual(await drain(mine, 2), ['1', '3']);
    assert.equal(other.stats.records, 0);
    await Promise.all([mine.close(), other.close()]);
    await held.release();
    await queue.release();
  });

  test(`dead letters in ${type} stay where they are when nobody is there to get them`, async () => {
    const host = createTestHost({ clock: new FakeClock() });
    const queue = await openLog(queueOf('nobody'), host);
    const held = await openDeadLetters(queueOf('nobody'), 'gone', host);
    await held.resource.add(record('1', { head }), note());
    await assert.rejects(held.resource.replay({ into: queue.resource, only: 'gone', picks: () => true }), /no cursor gone/);
    assert.deepEqual(await names(held.resource), ['1']);
    await held.release();
    await queue.release();
  });

  test(`dead letters in ${type} are bounded in bytes and in age`, async () => {
    const clock = new FakeClock();
    const host = createTestHost({ clock });
    const config = queueOf('bounds', { dead_letter: { max_size: '1MiB', max_age: '100h' } });
    const queue = await openLog(config, host);
    const held = await openDeadLetters(config, 'a', host);
    for (let at = 0; at < 30; at++)
      await held.resource.add(record(String(at), { head, body: Buffer.alloc(100_000), receivedAt: clock.now() }), note());
    assert.ok(held.resource.stats.records <= 10, `${held.resource.stats.records} records`);
    await held.resource.add(record('big', { head, body: Buffer.alloc(2 ** 20) }), note());
    assert.match(host.lines.at(-1)?.message ?? '', /larger than dead_letter.max_size was not kept/);
    await clock.advance(101 * hour);
    for (let look = 0; look < 2000 && held.resource.stats.records > 0; look++) await settle(); // what is on disk is read before it goes
    assert.equal(held.resource.stats.records, 0);
    await held.release();
    await queue.release();
  });
}

test('dead letters on disk survive the process, and a reload shares them', async () => {
  const config = QueueSchema.parse({ type: 'disk', dir: `${base}/survive` });
  for (let life = 1; life <= 3; life++) {
    const host = createTestHost();
    const queue = await openLog(config, host);
    const [held, again] = [await openDeadLetters(config, 'a/b', host), await openDeadLetters(config, 'a/b', host)];
    assert.equal(held.resource, again.resource);
    assert.equal(held.resource.stats.records, life - 1);
    await held.resource.add(record(String(life), { head, receivedAt: Date.now() }), note());
    await held.release();
    await again.release();
    await queue.release();
  }
});

test('dead letters on disk cost no memory', async () => {
  setFlagsFromString('--expose-gc');
  const gc: unknown = runInNewContext('gc');
  assert.ok(typeof gc === 'function');
  const config = QueueSchema.parse({ type: 'disk', dir: `${base}/memory` });
  const host = createTestHost();
  const queue = await openLog(config, host);
  const held = await openDeadLetters(config, 'a', host);
  gc();
  const before = process.memoryUsage().arrayBuffers;
  for (let at = 0; at < 24; at++)
    await held.resource.add(record(String(at), { head, body: Buffer.alloc(2 ** 20, at), receivedAt: Date.now() }), note());
  let keptBytes = Number.POSITIVE_INFINITY;
  // Memory behind an ArrayBuffer is given back some time after the collection that found it.
  for (let look = 0; look < 100 && keptBytes >= 8 * 2 ** 20; look++) {
    gc();
    await settle();
    keptBytes = process.memoryUsage().arrayBuffers - before;
  }
  assert.ok(keptBytes < 8 * 2 ** 20, `${keptBytes} bytes for 24 MiB of dead letters`);
  await held.release();
  await queue.release();
});
