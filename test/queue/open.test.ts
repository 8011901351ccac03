import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openLog } from '../../src/queue/open.ts';
import { QueueSchema } from '../../src/queue/schema.ts';
import { createTestHost } from '../support/host.ts';
import { drain, options, record } from './contract.ts';

test('a reload finds the memory log of its exporter as the last holder left it, under the limits given last', async () => {
  const host = createTestHost();
  const before = await openLog(QueueSchema.parse({ max_size: '10MiB' }), host);
  const { account } = options();
  const cursor = await before.resource.cursor('a', options({ account }));
  await before.resource.append(record('1'));
  const after = await openLog(QueueSchema.parse({ max_size: '20MiB', overflow: 'refuse' }), host);
  await cursor.close();
  await before.release();
  assert.equal(after.resource.stats.capacityBytes, 20 * 2 ** 20);
  assert.deepEqual(await drain(await after.resource.cursor('a', options({ account })), 1), ['1']);
  await after.release();
});
