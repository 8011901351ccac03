import type { Clock } from '../core/clock.ts';
import type { Invalid, Refused } from '../core/errors.ts';
import { Births } from './ages.ts';
import { Cursors } from './cursors.ts';
import { type Append, Appender } from './disk/appender.ts';
import { Bookmarks } from './disk/bookmarks.ts';
import { type Directory, type OpenDirectory, openDirectory } from './disk/directory.ts';
import { isFull } from './disk/files.ts';
import { writeIdentity } from './disk/identity.ts';
import { Reader } from './disk/reader.ts';
import { type FoundCursor, fillCursor, restoreCursor } from './disk/recovery.ts';
import type { DiskReport } from './disk/report.ts';
import { outgoing, type Segment } from './disk/segment.ts';
import { Segments } from './disk/segments.ts';
import {
  type Cursor,
  type CursorOptions,
  type Limits,
  type Log,
  type LogRecord,
  type LogStats,
  recordsSize,
  type StoredRecord,
  type Traits,
} from './log.ts';
import { PositionSet } from './position-set.ts';
import { closing, diskBehind, queueFull, tooLarge } from './refusals.ts';
import { turn, workPerTurn } from './slices.ts';
import type { Store, StoreCursor } from './store.ts';

/*
 * The log on disk. Its directory:
 *
 *   log.json                 format version, log id, names of the cursors; one of a later version is refused and nothing touched
 *   LOCK                     held by the kernel for the life of the process (disk/lock.ts)
 *   0000000000000000.seg     segments, named by their first position in hex, of max_size / 16 (disk/frame.ts, disk/segment.ts)
 *   0000000000000000.idx     index of a complete segment; made anew when missing or damaged (disk/segment-index.ts)
 *   cursors/NAME.cur         one per cursor, name percent-encoded (disk/cursor-file.ts)
 *   dead/NAME/               the dead letters of an endpoint: a directory of the same form
 *   NAME.bad                 what a start could make no use of
 *
 * - A record is written once, whatever the number of cursors, and acknowledged after an fdatasync that its group shares (disk/appender.ts).
 *   Before the first acknowledgement in a segment its directory entry is synced, and every cursor has a file and stands in log.json.
 * - A cursor's file is written soon after it moved, unsynced: a crash repeats a little and skips nothing. Before a segment is deleted, the
 *   files that say it is not needed are synced. One whose file is gone begins at the oldest record.
 * - A segment goes when every cursor has passed it, or as the oldest when the log is full. Everything that changes files takes its turn.
 * - In memory: 24 bytes a record (its index), some bits for each cursor, what was written lately and what is read ahead. No walk over many
 *   records keeps others from running for long.
 */

const mostFreshBytes = 32 * 2 ** 20;
// What the disk has not taken yet is in memory, and nothing else bounds it when pushes are answered at once.
const mostWaitingBytes = 64 * 2 ** 20;
const collectRetryMs = 1000;

/** How a log on disk is opened. */
export interface DiskLogOptions extends Directory {
  readonly limits: Limits;
  readonly clock: Clock;
  readonly report: DiskReport;
  /** Bytes of records that are kept in memory for cursors near the end; 0 where nobody reads soon. */
  readonly freshBytes?: number;
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
  readonly #reader: Reader;
  readonly #births: Births;
  readonly #unlock: () => void;
  #limits: Limits;
  #end: number;
  /** Names of the cursors in log.json; undefined when that is yet to be written. */
  #listed: string | undefined;
  #damagedRecords = 0;
  #turn: Promise<void> = Promise.resolve();
  #collecting = false;
  #cancelCollect: (() => void) | undefined;
  #closed = false;

  private constructor(options: DiskLogOptions, directory: OpenDirectory, births: Births) {
    this.#options = options;
    this.#limits = options.limits;
    this.#births = births;
    this.#logId = directory.id;
    this.#listed = directory.identity?.cursors.join('\n');
    this.#unlock = directory.unlock;
    this.#end = directory.end;
    const { id: logId, segments } = directory;
    this.#segments = new Segments({ ...options, logId, births, onComplete: () => this.#collectSoon() }, segments);
    this.#bookmarks = new Bookmarks({
      ...options,
      logId,
      end: () => this.#end,
      onFailure: (why) => options.report.failed('cursor', why),
    });
    this.#cursors = new Cursors(this.#store, options.clock);
    this.#reader = new Reader({
      segments: this.#segments,
      freshBytes: options.freshBytes ?? mostFreshBytes,
      neededFrom: (position) => this.#cursors.neededFrom(position),
      onDamaged: (position) => this.#forgetDamaged(position),
      onFailure: (why) => options.report.failed('read', why),
    });
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
    const births = new Births(options.clock);
    const directory = await openDirectory(options, births);
    const log = new DiskLog(options, directory, births);
    await log.#restore(directory.cursors);
    const { setAside, foreign, cursors } = directory;
    const lostPlaces = cursors.flatMap(({ name, state }) => (state === undefined ? [name] : []));
    const { records, sizeBytes } = log.stats;
    options.report.opened({ records, sizeBytes, setAside, foreign, lostPlaces });
    return log;
  }

  get stats(): LogStats {
    const cursors = this.#cursors;
    return {
      sizeBytes: this.#segments.sizeBytes + this.#appender.waitingBytes,
      capacityBytes: this.#limits.maxSizeBytes,
      get records() {
        return PositionSet.unionSize([...cursors].map(({ pending }) => pending));
      },
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

  append(records: readonly LogRecord[]): Promise<void> | undefined {
    const refusal = this.refusal(recordsSize(records));
    if (refusal !== undefined) throw refusal;
    if (!records.some((record) => this.#cursors.wanting(record) > 0)) return undefined;
    return this.#appender.append(
      records.map((record) => outgoing(record, this.#births.bornAt(record.receivedAt))),
      'accepted',
    );
  }

  cursor(name: string, options: CursorOptions): Promise<Cursor> {
    return this.#cursors.open(name, options);
  }

  forget(name: string): Promise<void> {
    return this.#cursors.forget(name);
  }

  names(): readonly { readonly name: string; readonly retired: boolean }[] {
    return this.#cursors.names();
  }

  async *records(): AsyncGenerator<StoredRecord> {
    for (let position = this.#cursors.neededFrom(0); position !== undefined; position = this.#cursors.neededFrom(position + 1)) {
      const record = await this.#reader.read(position);
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
    this.#cursors.close();
    this.#unlock();
  }

  readonly #store: Store = {
    info: (position) => this.#segments.info(position),
    read: (position) => this.#reader.read(position),
    passed: (cursor, position, profiles) => this.#passed(cursor, position, profiles),
    unstored: (cursor) => this.#bookmarks.unstored(cursor),
    hurry: (cursor) => this.#bookmarks.hurry(cursor),
    move: (record, bornAt) => this.#move(record, bornAt),
    create: (cursor, from) => this.#create(cursor, from),
    save: (cursor) => this.#bookmarks.save(cursor),
    rename: (cursor) => this.#rename(cursor),
    remove: (cursor) => this.#remove(cursor),
  };

  async #restore(found: readonly FoundCursor[]): Promise<void> {
    const lost = new PositionSet();
    for (const { name, state, generation } of found) {
      const cursor = this.#cursors.add(name, state ?? { retired: false, paused: false });
      this.#bookmarks.found(cursor, generation);
      await restoreCursor(cursor, state, this.#segments, this.#end, lost);
      if (generation === undefined) await this.#bookmarks.save(cursor);
    }
    await this.#list();
    this.#damage(lost.size);
    this.#collectSoon();
  }

  /** Writes into log.json who has a place in the log, where that has changed. A full disk is no reason to fail: before the next record is
   *  stored it is tried again. */
  async #list(whenFull: 'go on' | 'reject' = 'go on'): Promise<void> {
    const { files, dir } = this.#options;
    const cursors = this.#bookmarks.names;
    const listed = cursors.join('\n');
    if (listed === this.#listed) return;
    try {
      await writeIdentity(files, dir, { id: this.#logId, cursors });
      this.#listed = listed;
    } catch (why) {
      if (whenFull === 'reject' || !isFull(why)) throw why;
    }
  }

  async #move(record: LogRecord, bornAt: number): Promise<void> {
    if (this.#closed) throw closing();
    await this.#appender.append([outgoing(record, bornAt)], 'moved');
  }

  #synced(seconds: number): void {
    this.#reader.worked();
    this.#options.report.synced(seconds);
  }

  #publish(group: readonly Append[]): void {
    const segment = this.#segments.open;
    if (segment === undefined) throw new Error('a group was stored and no segment is open');
    segment.publish(group.map(({ records }) => records));
    for (const { records, how } of group) {
      for (const each of records) {
        const position = this.#end;
        this.#end += 1;
        this.#options.report.appended(each.frameBytes);
        const wanting = this.#cursors.wanting(each);
        if (wanting === 0) continue;
        segment.needed += wanting;
        this.#reader.written(position, each.record);
        this.#cursors.arrive(position, each, how);
      }
    }
    this.#cursors.ring();
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

  #passed(cursor: StoreCursor, position: number, profiles: number): void {
    this.#bookmarks.moved(cursor, profiles);
    if (!this.#isNeeded(position)) this.#reader.forget(position);
    const segment = this.#segments.find(position);
    if (segment === undefined) return;
    segment.needed -= 1;
    if (segment.needed === 0 && segment !== this.#segments.open) this.#collectSoon();
  }

  #isNeeded(position: number): boolean {
    for (const { pending } of this.#cursors) if (pending.has(position)) return true;
    return false;
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
      if ((position - segment.first + 1) % workPerTurn === 0) await turn();
      const info = this.#isNeeded(position) ? segment.index.get(position) : undefined;
      if (info !== undefined) this.#cursors.lose(position, info, 'overflow');
    }
    const { sizeBytes } = segment;
    await this.#delete([segment]);
    return sizeBytes;
  }

  /** Before a record is stored: the log can be told from others, and no cursor that needs the record can be forgotten by a crash. */
  async #ready(): Promise<void> {
    await this.#bookmarks.complete();
    await this.#list('reject');
  }

  async #create(cursor: StoreCursor, from: 'end' | 'oldest'): Promise<void> {
    const end = this.#end;
    // In turn, so that no segment is on its way out meanwhile. From `end` on the cursor is told of records as they come.
    if (from === 'oldest') await this.#inTurn(() => fillCursor(cursor, this.#segments, end));
    await this.#bookmarks.begin(cursor);
    await this.#inTurn(() => this.#list());
  }

  async #rename(cursor: StoreCursor): Promise<void> {
    await this.#bookmarks.rename(cursor);
    await this.#inTurn(() => this.#list());
  }

  async #remove(cursor: StoreCursor): Promise<void> {
    for (const segment of this.#segments) segment.needed -= cursor.pending.count(segment.first, segment.index.end);
    this.#collectSoon();
    await this.#bookmarks.remove(cursor, () => this.#inTurn(() => this.#list().catch(() => {})));
  }

  #inTurn(run: () => Promise<void>): Promise<void> {
    const turn = this.#turn.then(run);
    this.#turn = turn.catch(() => {}); // whoever asked for it is told
    return turn;
  }
}
