import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DirectoryError } from '../../../src/queue/disk/directory-error.ts';
import { DiskQueue } from '../../../src/queue/disk/disk-queue.ts';
import { QueueSchema } from '../../../src/queue/schema.ts';
import { createTestHost } from '../../support/host.ts';
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
