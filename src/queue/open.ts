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

/** A log, and how its settings come into force. */
export interface HeldLog extends Held<Log> {
  /** These limits and this host, with its metrics, count from now on: for a reload, at its swap. Synchronous. */
  attach(queue: QueueConfig, host: Host): void;
}

/**
 * The log that an exporter's `queue:` describes, shared with every other holder of the same one, so that a reload keeps it: a memory log by
 * the exporter's id, a log on disk by its directory. One that is open already stays as it is, and shows nothing among the host's metrics,
 * until attach() is called. Rejects with DirectoryError when the directory cannot be used.
 */
export async function openLog(queue: QueueConfig, host: Host): Promise<HeldLog> {
  if (queue.type === 'disk') return openDiskLog(queue, host);
  const held = await host.share(`memory:${host.id}`, async () => new MemoryLog(limitsOf(queue), host.clock));
  const attach = (config: QueueConfig, to: Host): void => {
    held.resource.limit(limitsOf(config));
    showSizes(held.resource, to);
  };
  return { resource: held.resource, release: () => held.release(), attach };
}

/** What names the log of an exporter: its directory, which is made if need be, or the exporter itself. Rejects with DirectoryError. */
export async function queueKey(queue: QueueConfig, exporter: string): Promise<string> {
  return queue.type === 'disk' ? `disk:${await realDir(systemFiles, queue.dir)}` : `memory:${exporter}`;
}

async function openDiskLog(queue: DiskQueueConfig, host: Host): Promise<HeldLog> {
  const dir = await realDir(systemFiles, queue.dir);
  const held = await host.share(`disk:${dir}`, () => DiskQueue.open(dir, queue, host));
  const attach = (config: QueueConfig, to: Host): void => {
    if (config.type === 'disk') held.resource.attach(config, to);
  };
  return { resource: held.resource.log, release: () => held.release(), attach };
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
