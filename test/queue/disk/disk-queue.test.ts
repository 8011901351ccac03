import assert from 'node:assert/strict';
import { test } from 'node:test';
import { emptyAccount } from '../../../src/core/account.ts';
import { DirectoryError } from '../../../src/queue/disk/directory-error.ts';
import { DiskQueue } from '../../../src/queue/disk/disk-queue.ts';
import { QueueSchema } from '../../../src/queue/schema.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import { createTestHost } from '../../support/host.ts';
import { record } from '../contract.ts';
import { failure, MemoryFiles } from './memory-files.ts';

/** A volume that does not say how large it is. */
class Sizeless extends MemoryFiles {
  locks = 0;

  override async lock(): Promise<() => void> {
    this.locks += 1;
    return () => {
      this.locks -= 1;
    };
  }

  override async space(): Promise<never> {
    throw failure('EIO', '/log');
  }
}

test('a queue whose volume cannot be measured does not open, and leaves nothing locked', async () => {
  const queue = QueueSchema.parse({ type: 'disk', dir: '/log' });
  assert.ok(queue.type === 'disk');
  const files = new Sizeless();
  await assert.rejects(DiskQueue.open('/log', queue, createTestHost(), files), DirectoryError);
  assert.equal(files.locks, 0);
});

test('what is free, and for how long, is what the volume says at the scrape, not what the queue might take', async () => {
  const queue = QueueSchema.parse({ type: 'disk', dir: '/log', max_size: '10TiB' });
  assert.ok(queue.type === 'disk');
  const files = new MemoryFiles();
  files.volumeBytes = 256 * 2 ** 20;
  const clock = new FakeClock();
  const host = createTestHost({ clock });
  const disk = await DiskQueue.open('/log', queue, host, files);
  disk.attach(queue, host);
  await disk.log.cursor('eu', { from: 'end', retired: false, account: emptyAccount() });
  await disk.log.append([record('1', { body: Buffer.alloc(2 ** 16) })]);
  await clock.advance(1000);
  const seconds = (): number => host.metric('flamegate_queue_time_to_full_seconds', { exporter: 'test' }) ?? Number.NaN;
  const before = seconds();
  assert.ok(Number.isFinite(before) && before > 0);
  files.volumeBytes = files.usedBytes + 100;
  assert.equal(host.metric('flamegate_queue_disk_free_bytes', { exporter: 'test' }), 100);
  assert.ok(seconds() < before / 1000, `${seconds()} s of ${before} s`);
  await disk.close();
});
