import assert from 'node:assert/strict';
import { test } from 'node:test';
import { QueueSchema } from '../../src/queue/schema.ts';

const messages = (value: unknown): string[] => QueueSchema.safeParse(value).error?.issues.map((issue) => issue.message) ?? [];

test('a queue without a type is in memory, with the sizes of memory', () => {
  for (const value of [undefined, {}]) {
    const queue = QueueSchema.parse(value);
    assert.deepEqual([queue.type, queue.max_size, queue.dead_letter.max_size], ['memory', 256 * 2 ** 20, 16 * 2 ** 20]);
    assert.deepEqual([queue.max_age, queue.overflow, queue.start], [55 * 60_000, 'drop_oldest', 'end']);
  }
});

test('a queue on disk has the sizes of a disk', () => {
  const queue = QueueSchema.parse({ type: 'disk', dir: '/var/lib/x' });
  assert.equal(queue.max_size, 2 * 2 ** 30);
  assert.deepEqual(queue.dead_letter, { max_size: 256 * 2 ** 20, max_age: 168 * 3_600_000 });
});

test('a queue on disk that is too small for its segments is refused with the smallest size', () => {
  assert.deepEqual(messages({ type: 'disk', dir: 'x', max_size: '512KiB' }), ['must be at least 1MiB on disk']);
  assert.deepEqual(messages({ type: 'disk', dir: 'x', dead_letter: { max_size: '1KiB' } }), ['must be at least 1MiB on disk']);
  assert.deepEqual(messages({ type: 'disk', dir: 'x', max_size: '1MiB' }), []);
});

test('a queue on disk needs its directory, and one in memory has none', () => {
  assert.equal(messages({ type: 'disk' }).length, 1);
  assert.deepEqual(messages({ dir: 'x' }), ['Unrecognized key: "dir"']);
});

test('jetstream is refused by name', () => {
  assert.deepEqual(messages({ type: 'jetstream', url: 'nats://x' }), ['jetstream is not in this build: use memory or disk']);
});
