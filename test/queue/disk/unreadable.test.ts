import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FakeClock } from '../../support/fake-clock.ts';
import { append, drain, options, record, take } from '../contract.ts';
import { failure, type Image, MemoryFiles } from './memory-files.ts';
import { MemoryReport, openDisk } from './open-disk.ts';

/** The files of a log with these records that nobody has taken. */
async function build(names: readonly string[]): Promise<Image> {
  const files = new MemoryFiles();
  const log = await openDisk('/log', new FakeClock(), { files });
  await log.cursor('a', options());
  for (const name of names) await append(log, record(name));
  await log.close();
  return files.image();
}

for (const code of ['EMFILE', 'EIO']) {
  test(`a log of which nothing can be read for a while (${code}) loses nothing, and is not asked in a loop`, async () => {
    const names = Array.from({ length: 30 }, (_, at) => String(at));
    const [clock, report, files] = [new FakeClock(), new MemoryReport(), new MemoryFiles(await build(names))];
    const log = await openDisk('/log', clock, { files, report });
    const { account } = options();
    const cursor = await log.cursor('a', options({ account }));
    files.fault = (verb, path) => {
      if ((verb === 'open' || verb === 'read') && path.endsWith('.seg')) throw failure(code, path);
    };
    const taken = take(cursor);
    for (let second = 0; second < 60; second++) {
      await clock.advance(1000);
      assert.equal(await cursor.takeExpired(-1), undefined);
    }
    assert.ok(report.failures.length < 200, `${report.failures.length} failures in a minute`);
    files.fault = () => {};
    await clock.advance(1000);
    (await taken).release(0);
    await clock.advance(1000);
    assert.deepEqual(await drain(cursor, 30), names);
    assert.equal(account.dropped.damaged, 0);
    await log.close();
  });
}

test('a record that cannot be read keeps no other from expiring, and stands in line for the next holder', async () => {
  const [clock, files] = [new FakeClock(), new MemoryFiles(await build(['1', '2']))];
  const log = await openDisk('/log', clock, { files });
  const cursor = await log.cursor('a', options());
  let failing = 2; // with the one behind it, and alone
  files.fault = (verb, path) => {
    if (verb === 'read' && path.endsWith('.seg') && failing-- > 0) throw failure('EIO', path);
  };
  assert.equal(await cursor.takeExpired(-1), undefined);
  const lease = await cursor.takeExpired(-1);
  assert.equal(lease?.position, 1);
  assert.equal(cursor.takeExpired(-1), undefined, 'the other rests');
  lease?.done();
  await cursor.close();
  const next = await log.cursor('a', options());
  assert.equal((await next.takeExpired(-1))?.position, 0);
  await log.close();
});

test('a record that cannot be read and that overflow takes meanwhile counts as such at once', async () => {
  const image = await build(Array.from({ length: 8 }, (_, at) => String(at)));
  const [clock, files] = [new FakeClock(), new MemoryFiles(image)];
  const limits = { maxSizeBytes: 128 * 2 ** 10, overflow: 'drop_oldest', fsync: 'group' } as const;
  const log = await openDisk('/log', clock, { files, limits });
  const { account } = options();
  const cursor = await log.cursor('a', options({ account }));
  files.fault = (verb, path) => {
    if (verb === 'read' && path.endsWith('.seg')) throw failure('EIO', path);
  };
  assert.equal(await cursor.takeExpired(-1), undefined);
  for (const name of ['8', '9']) await append(log, record(name, { body: Buffer.alloc(60_000, name) }));
  await append(log, record('last', { body: Buffer.alloc(60_000) }));
  assert.ok(account.dropped.overflow >= 8, `${account.dropped.overflow} dropped`);
  await log.close();
});
