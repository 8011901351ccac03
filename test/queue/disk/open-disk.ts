import type { Clock } from '../../../src/core/clock.ts';
import { type Files, systemFiles } from '../../../src/queue/disk/files.ts';
import type { DiskReport, OpenedFacts } from '../../../src/queue/disk/report.ts';
import { DiskLog } from '../../../src/queue/disk.ts';
import type { Limits } from '../../../src/queue/log.ts';

/** A report that remembers what it was told. */
export class MemoryReport implements DiskReport {
  openedWith: OpenedFacts | undefined;
  damagedRecords = 0;
  readonly failures: string[] = [];
  storedGroups = 0;
  syncs = 0;

  opened(facts: OpenedFacts): void {
    this.openedWith = facts;
  }

  damaged(records: number): void {
    this.damagedRecords += records;
  }

  appended(): void {}

  synced(): void {
    this.syncs += 1;
  }

  failed(what: string, why: unknown): void {
    this.failures.push(`${what}: ${why instanceof Error ? why.message : String(why)}`);
  }

  stored(): void {
    this.storedGroups += 1;
  }
}

/** Room for everything, a group commit each. */
export const roomyDisk: Limits = { maxSizeBytes: 64 * 2 ** 20, overflow: 'drop_oldest', fsync: 'group' };

/** Opens the log in a directory. */
export function openDisk(
  dir: string,
  clock: Clock,
  facts: { readonly limits?: Limits; readonly files?: Files; readonly report?: DiskReport } = {},
): Promise<DiskLog> {
  const { limits = roomyDisk, files = systemFiles, report = new MemoryReport() } = facts;
  return DiskLog.open({ dir, files, lock: true, limits, clock, report });
}
