import type { Clock } from '../../core/clock.ts';
import { messageOf, Refused } from '../../core/errors.ts';
import type { Limits } from '../log.ts';
import { isFull } from './files.ts';
import type { Outgoing } from './segment.ts';
import type { Segments } from './segments.ts';

/*
 * Group commit: the appends that come while one group is written and synced make up the next one, so that under load many share one
 * fdatasync, and a lone one waits for nobody. They are acknowledged after it, in the order of append().
 *
 * A file that a write or a sync failed on is closed and never synced again: the kernel may have dropped the pages and says so once
 * (PostgreSQL's "fsync gate"). Its group is refused, unless the disk was full and the oldest records may go; the next group begins a new
 * segment at the first refused position.
 */

/** A batch that waits for its group, which it is written with as a whole. */
export interface Append {
  readonly records: readonly Outgoing[];
  readonly sizeBytes: number;
  readonly how: 'accepted' | 'moved';
  readonly resolve: () => void;
  readonly reject: (why: unknown) => void;
}

/** What the appender asks of its log. */
export interface AppenderOptions {
  readonly segments: Segments;
  readonly clock: Clock;
  readonly limits: () => Limits;
  /** One after the other with whatever else changes files. */
  readonly inTurn: (run: () => Promise<void>) => Promise<void>;
  /** Makes room within the limits, before anything is written. */
  readonly makeRoom: (bytes: number) => Promise<void>;
  /** Drops the oldest segment; how many bytes that freed, 0 when there is none. */
  readonly dropOldest: () => Promise<number>;
  /** What must be on disk before the first record is. */
  readonly ready: () => Promise<void>;
  /** Position of the next record. */
  readonly end: () => number;
  /** A group is stored. */
  readonly publish: (group: readonly Append[]) => void;
  readonly onSynced: (seconds: number) => void;
  readonly onStored: () => void;
  readonly onFailure: (why: unknown) => void;
}

const smallestSegmentBytes = 64 * 2 ** 10;
const largestSegmentBytes = 64 * 2 ** 20;
const segmentsInLog = 16;
const mostInGroup = 1000;
const intervalMs = 1000;
// How long a disk that failed is left alone, and what senders are told.
const restMs = 1000;

/** How large segments of a log are. */
export function segmentBytesOf(maxSizeBytes: number): number {
  return Math.min(largestSegmentBytes, Math.max(smallestSegmentBytes, Math.floor(maxSizeBytes / segmentsInLog)));
}

/** Writes records into the log's segments, in groups. */
export class Appender {
  readonly #options: AppenderOptions;
  #waiting: Append[] = [];
  #waitingBytes = 0;
  #committing = false;
  /** Until then the disk is not asked again, monotonic milliseconds. */
  #failed: { readonly untilMs: number; readonly refused: Refused } | undefined;
  #cancelSync: (() => void) | undefined;

  constructor(options: AppenderOptions) {
    this.#options = options;
  }

  /** Bytes of appends that are not yet in a segment. */
  get waitingBytes(): number {
    return this.#waitingBytes;
  }

  /** Why the disk would refuse now. */
  get refusal(): Refused | undefined {
    return this.#failed !== undefined && this.#options.clock.monotonic() < this.#failed.untilMs ? this.#failed.refused : undefined;
  }

  /** Resolves when stored as `fsync` says; rejects with Refused. */
  append(records: readonly Outgoing[], how: 'accepted' | 'moved'): Promise<void> {
    let sizeBytes = 0;
    for (const { frameBytes } of records) sizeBytes += frameBytes;
    return new Promise((resolve, reject) => {
      this.#waiting.push({ records, sizeBytes, how, resolve, reject });
      this.#waitingBytes += sizeBytes;
      this.#commitSoon();
    });
  }

  /** Resolves when nothing waits any more. */
  async finish(): Promise<void> {
    this.#cancelSync?.();
    while (this.#committing) await this.#options.inTurn(async () => {});
    if (this.#options.limits().fsync === 'interval') await this.#options.inTurn(() => this.#syncLate());
  }

  #commitSoon(): void {
    if (this.#committing) return;
    this.#committing = true;
    void this.#options.inTurn(async () => {
      try {
        await this.#commit();
      } finally {
        this.#committing = false;
        if (this.#waiting.length > 0) this.#commitSoon();
      }
    });
  }

  async #commit(): Promise<void> {
    const group = this.#nextGroup();
    const bytes = group.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
    try {
      if (this.refusal !== undefined) throw this.refusal;
      await this.#store(group, bytes);
    } catch (why) {
      for (const { reject } of group) reject(this.#refusedBy(why));
      return;
    } finally {
      this.#waitingBytes -= bytes;
    }
    this.#failed = undefined;
    this.#options.publish(group);
    for (const { resolve } of group) resolve();
    this.#options.onStored();
  }

  /** As many as go into one segment, at least one. */
  #nextGroup(): Append[] {
    const { segments, limits } = this.#options;
    const segmentBytes = segmentBytesOf(limits().maxSizeBytes);
    const firstBytes = this.#waiting[0]?.sizeBytes ?? 0;
    let room = segments.roomBytes(segmentBytes);
    if (firstBytes > room) room = segmentBytes;
    let count = 0;
    for (const { sizeBytes } of this.#waiting) {
      room -= sizeBytes;
      if (count > 0 && (room < 0 || count === mostInGroup)) break;
      count += 1;
    }
    return this.#waiting.splice(0, count);
  }

  async #store(group: readonly Append[], bytes: number): Promise<void> {
    const { makeRoom, ready, dropOldest, limits } = this.#options;
    // Room that does not come with this much is not ours to make (another writer takes it, the volume frees it late): a second's rest then
    // costs less than all records.
    let mayDropBytes = bytes + segmentBytesOf(limits().maxSizeBytes);
    for (;;) {
      try {
        await makeRoom(bytes);
        await ready();
        await this.#write(group, bytes);
        return;
      } catch (why) {
        await this.#abandonSegment();
        if (!isFull(why) || limits().overflow !== 'drop_oldest' || mayDropBytes <= 0) throw why;
        const freedBytes = await dropOldest();
        if (freedBytes === 0) throw why;
        mayDropBytes -= freedBytes;
      }
    }
  }

  async #write(group: readonly Append[], bytes: number): Promise<void> {
    const { segments, limits, end, clock, onSynced } = this.#options;
    const { fsync, maxSizeBytes } = limits();
    if (
      segments.open !== undefined &&
      bytes > segments.roomBytes(segmentBytesOf(maxSizeBytes)) &&
      segments.open.index.end > segments.open.first
    ) {
      if (fsync === 'interval') await segments.sync();
      await segments.complete();
    }
    const segment = segments.open ?? (await segments.begin(end()));
    await segment.write(group.map(({ records }) => records));
    if (fsync === 'never') return;
    if (fsync === 'interval') {
      this.#syncAfterInterval();
      return;
    }
    const startMs = clock.monotonic();
    await segments.sync();
    onSynced((clock.monotonic() - startMs) / 1000);
  }

  #syncAfterInterval(): void {
    this.#cancelSync ??= this.#options.clock.after(intervalMs, () => {
      this.#cancelSync = undefined;
      void this.#options.inTurn(() => this.#syncLate());
    });
  }

  /** What was acknowledged is in the kernel's hands only: a sync that fails may have lost it, and nobody can be told but the operator. */
  async #syncLate(): Promise<void> {
    const { segments, clock, onSynced, onFailure } = this.#options;
    const startMs = clock.monotonic();
    try {
      await segments.sync();
      onSynced((clock.monotonic() - startMs) / 1000);
    } catch (why) {
      onFailure(why);
      await this.#abandonSegment();
    }
  }

  /** It takes no more appends, even when all of this fails too: the failure that led here is the one to report. */
  async #abandonSegment(): Promise<void> {
    const { segments } = this.#options;
    await segments.open?.trim().catch(() => {}); // else a start might find what was refused
    await segments.complete().catch(() => {});
  }

  #refusedBy(why: unknown): Refused {
    if (why instanceof Refused) return why;
    const what = isFull(why) ? 'the disk is full' : 'the disk failed';
    const refused = new Refused('disk', `the queue cannot be written: ${what}: ${messageOf(why)}`, restMs, { cause: why });
    this.#failed = { untilMs: this.#options.clock.monotonic() + restMs, refused };
    this.#options.onFailure(why);
    return refused;
  }
}
