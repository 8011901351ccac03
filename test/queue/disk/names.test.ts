import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { LogRecord } from '../../../src/queue/log.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import { append, drain, options, record } from '../contract.ts';
import type { Content } from './content.ts';
import { type Image, MemoryFiles } from './memory-files.ts';
import { MemoryReport, openDisk } from './open-disk.ts';

const limits = { maxSizeBytes: 2 ** 20, overflow: 'drop_oldest', fsync: 'group' } as const;
const names = ['1', '2', '3', '4'];

/** Two fill a segment. */
function half(name: string): LogRecord {
  return record(name, { body: Buffer.alloc(30_000, `${name}|`) });
}

/** The files of a log with four records in the segments 0 and 2. */
async function build(): Promise<Map<string, Content>> {
  const files = new MemoryFiles();
  const log = await openDisk('/log', new FakeClock(), { files, limits });
  await log.cursor('a', options());
  for (const name of names) await append(log, half(name));
  await log.close();
  return files.image();
}

function segmentPath(first: number): string {
  return `/log/${String(first).padStart(16, '0')}.seg`;
}

async function found(image: Image, report = new MemoryReport()): Promise<string[]> {
  const log = await openDisk('/log', new FakeClock(), { files: new MemoryFiles(image), limits, report });
  const cursor = await log.cursor('a', options());
  const bodies = await drain(cursor, cursor.stats.records);
  await log.close();
  return bodies.map((body) => body.slice(0, 1));
}

test('a segment under a name that a new one needs is not overwritten', async () => {
  const image = await build();
  const [first, second] = [image.get(segmentPath(0)), image.get(segmentPath(2))];
  assert.ok(first !== undefined && second !== undefined);
  image.delete(segmentPath(0));
  image.set(segmentPath(2), first);
  image.set(segmentPath(4), second);
  const files = new MemoryFiles(image);
  const log = await openDisk('/log', new FakeClock(), { files, limits });
  await append(log, half('5'));
  await log.close();
  assert.deepEqual([...files.image().keys()].filter((path) => path.endsWith('.seg')).sort(), [0, 2, 4].map(segmentPath));
  assert.deepEqual(await found(files.image()), [...names, '5']);
});

test('a log without log.json is not taken for another one because a header is damaged', async () => {
  const image = await build();
  image.delete('/log/log.json');
  const header = image.get(segmentPath(0));
  header?.write(16, new Uint8Array(16));
  const report = new MemoryReport();
  assert.deepEqual(await found(image, report), names);
  assert.deepEqual(report.openedWith?.setAside, []);
});
