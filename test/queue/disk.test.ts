import assert from 'node:assert/strict';
import { mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { after, test } from 'node:test';
import { FakeClock, settle } from '../support/fake-clock.ts';
import { append, assertNothing, balance, drain, options, record, take, testLogContract } from './contract.ts';
import { MemoryFiles } from './disk/memory-files.ts';
import { openDisk, roomyDisk } from './disk/open-disk.ts';

const base = await mkdtemp(`${tmpdir()}/flamegate-disk-`);
after(() => rm(base, { recursive: true }));
let dirs = 0;
const newDir = (): string => `${base}/${dirs++}`;

testLogContract('disk', (clock, limits) => openDisk(newDir(), clock, { limits }));
testLogContract('disk in memory', (clock, limits) => openDisk('/log', clock, { limits, files: new MemoryFiles() }));

test('a log on disk is found again as it was: records, progress, pause, retirement', async () => {
  const dir = newDir();
  const clock = new FakeClock();
  const log = await openDisk(dir, clock);
  const [a, b] = [await log.cursor('a:4040/x', options()), await log.cursor('b', options())];
  for (const name of ['1', '2', '3', '4']) await append(log, record(name, { profiles: 2, tenant: `t${name}` }));
  await drain(a, 1);
  const second = await take(a);
  await drain(a, 1);
  second.release(0);
  await b.pause(true);
  await a.close();
  await b.close();
  await log.close();

  const again = await openDisk(dir, clock);
  const { account } = options();
  const found = await again.cursor('a:4040/x', options({ account, from: 'end' }));
  assert.deepEqual([account.recovered, account.accepted, found.stats.records], [4, 0, 2]);
  assert.deepEqual(await drain(found, 2), ['2', '4']);
  const paused = await again.cursor('b', options({ retired: true }));
  assert.equal(paused.paused, true);
  await paused.pause(false);
  await append(again, record('5'));
  assert.deepEqual(await drain(paused, 4), ['1', '2', '3', '4']);
  await assertNothing(paused);
  await found.close();
  await again.close();
  const last = await openDisk(dir, clock);
  assert.deepEqual(
    [...last.names()].map(({ retired }) => retired),
    [false, true],
  );
  assert.deepEqual(await drain(await last.cursor('a:4040/x', options()), 1), ['5']);
  await last.close();
});

test('a killed process repeats at most 200 profiles of a cursor', async () => {
  const files = new MemoryFiles();
  const log = await openDisk('/log', new FakeClock(), { files });
  const cursor = await log.cursor('a', options());
  await Promise.all(Array.from({ length: 1000 }, (_, at) => append(log, record(String(at)))));
  await drain(cursor, 1000);
  await settle();
  const again = await openDisk('/log', new FakeClock(), { files: new MemoryFiles(files.image()) });
  const { records } = (await again.cursor('a', options())).stats;
  assert.ok(records <= 200, `${records} are repeated`);
  await log.close();
  await again.close();
});

test('a log on disk drops whole segments, so that the newest fifteen sixteenths are kept', async () => {
  const dir = newDir();
  const log = await openDisk(dir, new FakeClock(), { limits: { ...roomyDisk, maxSizeBytes: 2 ** 20 } });
  const { account } = options();
  const cursor = await log.cursor('a', options({ account }));
  for (let at = 0; at < 200; at++) {
    await append(log, record(String(at), { body: Buffer.alloc(20_000) }));
    const onDisk = (
      await Promise.all((await readdir(dir)).filter((name) => /seg|idx/.test(name)).map((name) => stat(`${dir}/${name}`)))
    ).reduce((sum, { size }) => sum + size, 0);
    assert.ok(onDisk <= 2 ** 20 + 2 ** 16, `${onDisk} bytes`);
  }
  const kept = cursor.stats.records;
  assert.ok(kept * 20_000 > (14 / 16) * 2 ** 20, `${kept} records kept`);
  assert.equal(balance(account), kept);
  await log.close();
});
