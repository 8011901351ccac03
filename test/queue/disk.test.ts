import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { after, test } from 'node:test';
import { FakeClock } from '../support/fake-clock.ts';
import { assertNothing, drain, options, record, testLogContract } from './contract.ts';
import { MemoryFiles } from './disk/memory-files.ts';
import { openDisk } from './disk/open-disk.ts';

const base = await mkdtemp(`${tmpdir()}/flamegate-disk-`);
after(() => rm(base, { recursive: true }));
let dirs = 0;
const newDir = (): string => `${base}/${dirs++}`;
const never = new AbortController().signal;

testLogContract('disk', (clock, limits) => openDisk(newDir(), clock, { limits }));
testLogContract('disk in memory', (clock, limits) => openDisk('/log', clock, { limits, files: new MemoryFiles() }));

test('a log on disk is found again as it was: records, progress, pause, retirement', async () => {
  const dir = newDir();
  const clock = new FakeClock();
  const log = await openDisk(dir, clock);
  const [a, b] = [await log.cursor('a:4040/x', options()), await log.cursor('b', options())];
  for (const name of ['1', '2', '3', '4']) await log.append(record(name, { profiles: 2, tenant: `t${name}` }));
  await drain(a, 1);
  const second = await a.take('oldest', never);
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
  await again.append(record('5'));
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
