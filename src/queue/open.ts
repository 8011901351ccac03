import type { Held, Host } from '../core/component.ts';
import { messageOf } from '../core/errors.ts';
import { DirectoryError } from './disk/directory-error.ts';
import { DiskQueue } from './disk/disk-queue.ts';
import { type Files, systemFiles } from './disk/files.ts';
import { ownerOf } from './disk/owner.ts';
import type { Log } from './log.ts';
import { MemoryLog } from './memory.ts';
import type { DiskQueueConfig, QueueConfig } from './schema.ts';
import { limitsOf, showSizes } from './sizes.ts';

/**
 * The log that an exporter's `queue:` describes, shared with every other holder of the same one, so that a reload keeps it: a memory log by
 * the exporter's id, a log on disk by its directory. The limits and the host given last are in force at once. Rejects with DirectoryError
 * when the directory cannot be used.
 */
export async function openLog(queue: QueueConfig, host: Host): Promise<Held<Log>> {
  if (queue.type === 'disk') return openDiskLog(queue, host);
  const held = await host.share(`memory:${host.id}`, async () => new MemoryLog(limitsOf(queue), host.clock));
  held.resource.limit(limitsOf(queue));
  showSizes(held.resource, host);
  return held;
}

async function openDiskLog(queue: DiskQueueConfig, host: Host): Promise<Held<Log>> {
  const dir = await realDir(systemFiles, queue.dir);
  const held = await host.share(`disk:${dir}`, () => DiskQueue.open(dir, queue, host));
  held.resource.attach(queue, host);
  return { resource: held.resource.log, release: () => held.release() };
}

/** The one name of a directory, which is made if need be. */
async function realDir(files: Files, dir: string): Promise<string> {
  try {
    await files.makeDir(dir);
    return await files.realPath(dir);
  } catch (why) {
    throw new DirectoryError(dir, `${messageOf(why)}${await ownerOf(files, dir)}`, { cause: why });
  }
}
