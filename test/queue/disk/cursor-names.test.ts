import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FakeClock } from '../../support/fake-clock.ts';
import { append, drain, options, record } from '../contract.ts';
import { MemoryFiles } from './memory-files.ts';
import { MemoryReport, openDisk } from './open-disk.ts';

/** What a start finds, by cursor, after `change` of a cursor "a" that is done with the first of two records, and a third record. */
async function afterRestart(change: (log: Awaited<ReturnType<typeof openDisk>>) => Promise<unknown>): Promise<Record<string, number>> {
  const files = new MemoryFiles();
  const log = await openDisk('/log', new FakeClock(), { files });
  await append(log, record('0'));
  await change(log);
  await append(log, record('2'));
  await log.close();
  const report = new MemoryReport();
  const again = await openDisk('/log', new FakeClock(), { files: new MemoryFiles(files.image()), report });
  const found: Record<string, number> = {};
  for (const { name } of again.names()) found[name] = (await again.cursor(name, options())).stats.records;
  await again.close();
  return found;
}

test('a cursor that is forgotten and made again at once keeps its place over a restart', async () => {
  const found = await afterRestart(async (log) => {
    const old = await log.cursor('a', options());
    await append(log, record('1'));
    const forgotten = old.forget();
    await log.cursor('a', options());
    await forgotten;
  });
  assert.deepEqual(found, { a: 1 });
});

test('a cursor that is renamed there and back at once keeps its place and name', async () => {
  const found = await afterRestart(async (log) => {
    const cursor = await log.cursor('a', options());
    await append(log, record('1'));
    await append(log, record('1b'));
    await drain(cursor, 1);
    await Promise.all([cursor.rename('b'), cursor.rename('a')]);
  });
  assert.deepEqual(found, { a: 2 });
});

test('a new cursor under the name that another one has just left keeps its place', async () => {
  const found = await afterRestart(async (log) => {
    const cursor = await log.cursor('a', options());
    await append(log, record('1'));
    await Promise.all([cursor.rename('b'), log.cursor('a', options())]);
  });
  assert.deepEqual(found, { b: 2, a: 1 });
});
