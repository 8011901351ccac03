import type { Held, Host } from '../core/component.ts';
import type { Limits, Log } from './log.ts';
import { MemoryLog } from './memory.ts';
import type { MemoryQueueConfig, QueueConfig } from './schema.ts';

/**
 * The log that an exporter's `queue:` describes, shared with every other holder of the same one, so that a reload keeps it: a memory log by
 * the exporter's id, a log on disk by its directory. The limits given last are in force at once.
 */
export async function openLog(queue: QueueConfig, host: Host): Promise<Held<Log>> {
  if (queue.type === 'disk') throw new Error('a queue on disk is not in this build: use type: memory');
  const limits = limitsOf(queue);
  const held = await host.share<Log>(`memory:${host.id}`, async () => new MemoryLog(limits, host.clock));
  held.resource.limit(limits);
  return held;
}

/** What bounds the log of a queue. */
function limitsOf(queue: MemoryQueueConfig): Limits {
  return { maxSizeBytes: queue.max_size, overflow: queue.overflow, fsync: 'never' };
}
