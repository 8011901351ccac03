import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { LogRecord } from '../../../src/queue/log.ts';
import { FakeClock, settle } from '../../support/fake-clock.ts';
import { drain, options, record } from '../contract.ts';
import { MemoryFiles } from './memory-files.ts';
import { openDisk } from './open-disk.ts';

const limits = { maxSizeBytes: 2 ** 20, overflow: 'drop_oldest', fsync: 'group' } as const;

/** Two fill a segment. */
function half(name: string): LogRecord {
  return record(name, { body: Buffer.alloc(30_000, `${name}|`) });
}

function namesOf(bodies: readonly string[]): string[] {
  return bodies.map((body) => body.split('|')[0] ?? '');
}

test('a cursor that begins with the oldest records gets none of a segment that is on its way out', async () => {
  const files = new MemoryFiles();
  const log = await openDisk('/log', new FakeClock(), { files, limits });
  const a = await log.cursor('a', options());
  for (const name of ['1', '2', '3', '4', '5']) await log.append(half(name));
  const syncing = Promise.withResolvers<void>();
  files.fault = (verb, path) => (verb === 'sync' && path.endsWith('.cur') ? syncing.promise : undefined);
  await drain(a, 2);
  await settle();
  const opening = log.cursor('b', options({ from: 'oldest' }));
  await settle();
  syncing.resolve();
  const b = await opening;
  await log.append(half('6'));
  assert.equal(b.stats.records, 4);
  assert.deepEqual(namesOf(await drain(b, 4)), ['3', '4', '5', '6']);
  await log.close();
});
