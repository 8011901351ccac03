import type { Clock } from '../core/clock.ts';
import type { Invalid, Refused } from '../core/errors.ts';
import { Cursors } from './cursors.ts';
import { type Append, Appender } from './disk/appender.ts';
import { Bookmarks } from './disk/bookmarks.ts';
import { type Directory, type OpenDirectory, openDirectory } from './disk/directory.ts';
import { Fresh } from './disk/fresh.ts';
import { writeIdentity } from './disk/identity.ts';
import { type FoundCursor, restoreCursor } from './disk/recovery.ts';
import type { DiskReport } from './disk/report.ts';
import type { Segment } from './disk/segment.ts';
import { Segments } from './disk/segments.ts';
import { Unreadable } from './disk/unreadable.ts';
import {
  type Cursor,
  type CursorOptions,
  type Limits,
  type Log,
  type LogRecord,
  type LogStats,
  recordSize,
  type StoredRecord,
  type Traits,
} from './log.ts';
import { PositionSet } from './position-set.ts';
import { closing, diskBehind, queueFull, tooLarge } from './refusals.ts';
import type { Store, StoreCursor } from './store.ts';

/*
 * The log on disk. Its directory:
 *
 *   log.json                 format version and log id; one of a later version is refused and nothing touched
 *   LOCK                     held by the kernel for the life of the process (disk/lock.ts)
 *   0000000000000000.seg     segments, named by their first position in hex, of max_size / 16 (disk/frame.ts, disk/segment.ts)
 *   0000000000000000.idx     index of a complete segment; made anew when missing or damaged (disk/segment-index.ts)
 *   cursors/NAME.cur         one per cursor, name percent-encoded (disk/cursor-file.ts)
 *   dead/NAME/               the dead letters of an endpoint: a directory of the same form
 *   NAME.bad                 what a start could make no use of
 *
 * - A record is written once, whatever the number of cursors, and acknowledged after an fdatasync that its group shares (disk/appender.ts).
 *   Before the first acknowledgement in a segment its directory entry is synced, and every cursor has a file.
 * - A cursor's file is written soon after it moved, unsynced: a crash repeats a little and skips nothing. Before a segment is deleted, the
 *   files that say it is not needed are synced.
 * - A segment goes when every cursor has passed it, or as the oldest when the log is full. Everything that changes files takes its turn.
 * - In memory: 24 bytes a record (its index), three bits for each cursor, and what was written lately.
 */

const freshBytes = 32 * 2 ** 20;
// What the disk has not taken yet is in memory, and nothing else bounds it when pushes are answered at once.
const mostWaitingBytes = 64 * 2 ** 20;
const collectRetryMs = 1000;

/** How a log on disk is opened. */
export interface DiskLogOptions extends Directory {
  readonly limits: Limits;
  readonly clock: Clock;
  readonly report: DiskReport;
}

/** A log on disk: it survives the process, and with `fsync: group` a power loss. */
export class DiskLog implements Log {
  readonly traits: Traits = { keepsObjects: false, durable: true, newest: true, dropsOldest: true };
  readonly #options: DiskLogOptions;
  readonly #logId: Uint8Array;
  readonly #segments: Segments;
  readonly #cursors: Cursors;
  readonly #appender: Appender;
  readonly #bookmarks: Bookmarks;
  readonly #fresh = new Fresh(freshBytes);
  readonly #unreadable = new Unreadable();
  readonly #unlock: () => void;
  #limits: Limits;
  #end: number;
  #identified: boolean;
  #damagedRecords = 0;
  #turn: Promise<void> = Promise.resolve();
  #collecting = false;
  #cancelCollect: (() => void) | undefined;
  #closed = false;

  private constructor(options: DiskLogOptions, directory: OpenDirectory) {
    this.#options = options;
    this.#limits = options.limits;
    this.#logId = directory.id;
    this.#identified = directory.identified;
    this.#unlock = directory.unlock;
    this.#end = directory.end;
    this.#segments = new Segments({ ...options, logId: directory.id, onComplete: () => this.#collectSoon() }, directory.segments);
    this.#bookmarks = new Bookmarks({
      ...options,
      logId: directory.id,
      end: () => this.#end,
      onFailure: (why) => options.report.failed('cursor', why),
    });
    this.#cursors = new Cursors(this.#store, options.clock);
    this.#appender = new Appender({
      segments: this.#segments,
      clock: options.clock,
      limits: () => this.#limits,
      inTurn: (run) => this.#inTurn(run),
      makeRoom: (bytes) => this.#makeRoom(bytes),
      dropOldest: () => this.#dropOldest(),
      ready: () => this.#ready(),
      end: () => this.#end,
      publish: (group) => this.#publish(group),
      onSynced: (seconds) => this.#synced(seconds),
      onStored: () => options.report.stored(),
      onFailure: (why) => options.report.failed('append', why),
    });
  }

  /** Resolves when everything that is in the directory is known. Rejects with DirectoryError. */
  static async open(options: DiskLogOptions): Promise<DiskLog> {
    const directory = await openDirectory(options);
    const log = new DiskLog(options, directory);
    log.#restore(directory.cursors);
    const { setAside, foreign } = directory;
    options.report.opened({ ...log.stats, setAside, foreign });
    return log;
  }

  get stats(): LogStats {
    return {
      sizeBytes: this.#segments.sizeBytes + this.#appender.waitingBytes,
      capacityBytes: this.#limits.maxSizeBytes,
      records: PositionSet.unionSize([...this.#cursors].map(({ pending }) => pending)),
      damagedRecords: this.#damagedRecords,
    };
  }

  refusal(sizeBytes: number): Refused | Invalid | undefined {
    const { maxSizeBytes, overflow } = this.#limits;
    if (this.#closed) return closing();
    if (sizeBytes > maxSizeBytes) return tooLarge(sizeBytes, maxSizeBytes);
    const { refusal, waitingBytes } = this.#appender;
    if (refusal !== undefined) return refusal;
    if (waitingBytes > 0 && waitingBytes + sizeBytes > mostWaitingBytes) return diskBehind(waitingBytes);
    if (overflow === 'drop_oldest' || this.#segments.neededBytes + waitingBytes + sizeBytes <= maxSizeBytes) return undefined;
    return queueFull(maxSizeBytes);
  }

  async append(record: LogRecord): Promise<void> {
    const refusal = this.refusal(recordSize(record));
    if (refusal !== undefined) throw refusal;
    if (this.#cursors.wanting(record) > 0) await this.#appender.append(record, 'accepted');
  }

  cursor(name: string, options: CursorOptions, signal?: AbortSignal): Promise<Cursor> {
    return this.#cursors.open(name, options, signal);
  }

  forget(name: string): Promise<void> {
    return this.#cursors.forget(name);
  }

  rename(name: string, to: string, signal?: AbortSignal): Promise<void> {
    return this.#cursors.rename(name, to, signal);
  }

  names(): readonly { readonly name: string; readonly retired: boolean }[] {
    return this.#cursors.names();
  }

  async *records(): AsyncGenerator<StoredRecord> {
    for (let position = this.#cursors.neededFrom(0); position !== undefined; position = this.#cursors.neededFrom(position + 1)) {
      const record = this.#fresh.get(position) ?? (await this.#read(position));
      if (record !== undefined) yield { position, record, cursors: this.#cursors.needing(position) };
    }
  }

  limit(limits: Limits): void {
    this.#limits = limits;
  }

  /** Stores what waits, then every cursor's place. */
  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    await this.#appender.finish();
    this.#cancelCollect?.();
    await this.#inTurn(async () => {
      await this.#segments.complete().catch((why: unknown) => this.#options.report.failed('append', why));
      await this.#collect().catch((why: unknown) => this.#options.report.failed('delete', why));
      await this.#bookmarks.close();
      await this.#segments.close();
    });
    this.#unlock();
  }

  readonly #store: Store = {
    info: (position) => this.#segments.info(position),
    read: (position) => this.#fresh.get(position) ?? this.#read(position),
    passed: (cursor, position) => this.#passed(cursor, position),
    move: (record) => this.#move(record),
    create: (cursor, from) => this.#create(cursor, from),
    save: (cursor) => this.#bookmarks.save(cursor),
    rename: (cursor) => this.#bookmarks.rename(cursor),
    remove: (cursor) => this.#bookmarks.remove(cursor),
  };

  #restore(found: readonly FoundCursor[]): void {
    const lost = new PositionSet();
    for (const { name, state, generation } of found) {
      const cursor = this.#cursors.found(name, state ?? { retired: false, paused: false });
      this.#bookmarks.found(cursor, generation);
      restoreCursor(cursor, state, this.#segments, this.#end, lost);
    }
    this.#damage(lost.size);
    this.#collectSoon();
  }

  async #move(record: LogRecord): Promise<void> {
    if (this.#closed) throw closing();
    await this.#appender.append(record, 'moved');
  }

  #synced(seconds: number): void {
    this.#unreadable.worked();
    this.#options.report.synced(seconds);
  }

  #publish(group: readonly Append[]): void {
    const segment = this.#segments.open;
    if (segment === undefined) throw new Error('a group was stored and no segment is open');
    segment.publish(group);
    for (const { record, how, sizeBytes } of group) {
      const position = this.#end;
      const info = segment.index.get(position);
      this.#end += 1;
      this.#options.report.appended(sizeBytes);
      const wanting = this.#cursors.wanting(record);
      if (info === undefined || wanting === 0) continue;
      segment.needed += wanting;
      this.#fresh.add(position, record);
      this.#cursors.arrive(position, info, how);
    }
  }

  async #read(position: number): Promise<LogRecord | undefined> {
    const segment = this.#segments.find(position);
    if (segment === undefined) return undefined;
    try {
      const record = await segment.read(position);
      await this.#segments.touch(segment);
      this.#unreadable.worked();
      this.#unreadable.forget(position);
      if (record !== undefined) return record;
    } catch (why) {
      if (this.#segments.find(position) === undefined) return undefined; // overflow has taken it meanwhile
      this.#options.report.failed('read', why);
      if (!this.#unreadable.failed(position, why)) throw why;
    }
    this.#forgetDamaged(position);
    return undefined;
  }

  #forgetDamaged(position: number): void {
    const segment = this.#segments.find(position);
    const info = segment?.index.get(position);
    if (segment === undefined || info === undefined) return;
    this.#cursors.lose(position, info, 'damaged');
    segment.index.forget(position);
    this.#damage(1);
  }

  #damage(records: number): void {
    if (records === 0) return;
    this.#damagedRecords += records;
    this.#options.report.damaged(records);
  }

  #passed(cursor: StoreCursor, position: number): void {
    const segment = this.#segments.find(position);
    this.#bookmarks.moved(cursor, segment?.index.get(position)?.profiles ?? 1);
    if (![...this.#cursors].some(({ pending }) => pending.has(position))) this.#fresh.delete(position);
    if (segment === undefined) return;
    segment.needed -= 1;
    if (segment.needed === 0 && segment !== this.#segments.open) this.#collectSoon();
  }

  /** Deletes complete segments that nobody needs. */
  #collectSoon(): void {
    if (this.#collecting || this.#closed) return;
    this.#collecting = true;
    void this.#inTurn(async () => {
      this.#collecting = false;
      try {
        await this.#collect();
      } catch (why) {
        this.#options.report.failed('delete', why);
        this.#cancelCollect ??= this.#options.clock.after(collectRetryMs, () => {
          this.#cancelCollect = undefined;
          this.#collectSoon();
        });
      }
    });
  }

  async #collect(): Promise<void> {
    const unneeded = [...this.#segments].filter((segment) => segment.needed === 0 && segment !== this.#segments.open);
    if (unneeded.length > 0) await this.#delete(unneeded);
  }

  /** The cursors' files say so before the segments go; unless the disk is so full that this must make the room for it. */
  async #delete(segments: readonly Segment[]): Promise<void> {
    await this.#bookmarks.sync();
    for (const segment of segments) await this.#segments.remove(segment);
  }

  async #makeRoom(bytes: number): Promise<void> {
    const { maxSizeBytes, overflow } = this.#limits;
    const full = (): boolean => this.#segments.sizeBytes + bytes > maxSizeBytes;
    if (!full()) return;
    if (this.#segments.open?.needed === 0) await this.#segments.complete();
    await this.#collect();
    while (full() && overflow === 'drop_oldest' && (await this.#dropOldest()) > 0);
  }

  async #dropOldest(): Promise<number> {
    const segment = this.#segments.oldest;
    if (segment === undefined) return 0;
    if (segment === this.#segments.open) await this.#segments.complete();
    for (let position = segment.first; position < segment.index.end; position++) {
      const info = segment.index.get(position);
      if (info !== undefined) this.#cursors.lose(position, info, 'overflow');
    }
    const { sizeBytes } = segment;
    await this.#delete([segment]);
    return sizeBytes;
  }

  /** Before a record is stored: the log can be told from others, and no cursor that needs the record can be forgotten by a crash. */
  async #ready(): Promise<void> {
    const { files, dir } = this.#options;
    if (!this.#identified) {
      await writeIdentity(files, dir, this.#logId);
      this.#identified = true;
    }
    await this.#bookmarks.complete();
  }

  async #create(cursor: StoreCursor, from: 'end' | 'oldest'): Promise<void> {
    const end = this.#end;
    if (from === 'oldest') await this.#inTurn(async () => this.#fill(cursor, end));
    await this.#bookmarks.begin(cursor);
  }

  /** In turn, so that no segment is on its way out meanwhile. From `end` on the cursor is told of records as they come. */
  #fill(cursor: StoreCursor, end: number): void {
    for (const segment of this.#segments) {
      for (let position = segment.first; position < Math.min(end, segment.index.end); position++) {
        const info = segment.index.get(position);
        if (info === undefined || !cursor.wants(info)) continue;
        segment.needed += 1;
        cursor.arrive(position, info, 'accepted');
      }
    }
  }

  #inTurn(run: () => Promise<void>): Promise<void> {
    const turn = this.#turn.then(run);
    this.#turn = turn.catch(() => {}); // whoever asked for it is told
    return turn;
  }
}
