import { randomBytes } from 'node:crypto';
import type { Clock } from '../../core/clock.ts';
import type { Births } from '../ages.ts';
import type { Files } from './files.ts';
import { markBytes, segmentHeaderBytes } from './frame.ts';
import { Segment, segmentPath } from './segment.ts';
import type { IndexEntry } from './segment-index.ts';

// A file descriptor each.
const mostOpenToRead = 8;

/** Where segments are made. */
export interface SegmentPlace {
  readonly files: Files;
  readonly dir: string;
  readonly logId: Uint8Array;
  readonly clock: Clock;
  readonly births: Births;
  /** A segment takes no more appends. */
  readonly onComplete: () => void;
}

/** All segments of a log in the order of positions, the last of them perhaps open for appending. */
export class Segments {
  readonly #place: SegmentPlace;
  readonly #list: Segment[];
  /** Complete ones whose file may be open, the longest unread first. */
  readonly #read = new Set<Segment>();
  #open: Segment | undefined;
  #dirSynced = true;

  constructor(place: SegmentPlace, found: readonly Segment[]) {
    this.#place = place;
    this.#list = [...found];
  }

  [Symbol.iterator](): Iterator<Segment> {
    return this.#list[Symbol.iterator]();
  }

  /** Bytes on disk of all of them. */
  get sizeBytes(): number {
    let bytes = 0;
    for (const segment of this.#list) bytes += segment.sizeBytes;
    return bytes;
  }

  /** Bytes of those that a cursor still needs: the others go when there is need for room. */
  get neededBytes(): number {
    let bytes = 0;
    for (const segment of this.#list) if (segment.needed > 0) bytes += segment.sizeBytes;
    return bytes;
  }

  get oldest(): Segment | undefined {
    return this.#list[0];
  }

  /** The one that takes appends. */
  get open(): Segment | undefined {
    return this.#open;
  }

  /** The segment that a position lies in. */
  find(position: number): Segment | undefined {
    let [low, high] = [0, this.#list.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#list[middle]?.first ?? 0) <= position) low = middle + 1;
      else high = middle;
    }
    const segment = this.#list[low - 1];
    return segment !== undefined && position < segment.index.end ? segment : undefined;
  }

  info(position: number): IndexEntry | undefined {
    return this.find(position)?.index.get(position);
  }

  /** Bytes of frames that still go into the open segment, or into a new one where none is open. */
  roomBytes(segmentBytes: number): number {
    return segmentBytes - (this.#open?.fileBytes ?? segmentHeaderBytes);
  }

  /** Makes a new segment that begins at a position; the open one is complete then. */
  async begin(first: number): Promise<Segment> {
    await this.complete();
    const { files, dir, logId, clock, births } = this.#place;
    const inTheWay = this.#named(first);
    if (inTheWay !== undefined) await this.#nameRightly(inTheWay);
    const segment = await Segment.create(
      { files, path: segmentPath(dir, first), births },
      { logId, mark: randomBytes(markBytes), first, createdAt: clock.now() },
    );
    this.#dirSynced = false;
    this.#list.push(segment);
    this.#open = segment;
    return segment;
  }

  /** Resolves when the open segment with all that was written to it survives a power loss. */
  async sync(): Promise<void> {
    await this.#open?.sync();
    if (this.#dirSynced) return;
    await this.#place.files.syncDir(this.#place.dir);
    this.#dirSynced = true;
  }

  /** Closes the open segment for appending. Keeps none that holds nothing. */
  async complete(): Promise<void> {
    const segment = this.#open;
    if (segment === undefined) return;
    this.#open = undefined;
    if (segment.index.end === segment.first) {
      this.#list.pop();
      await segment.remove(); // when that fails the next segment, which begins at the same position, takes its place
      return;
    }
    await segment.complete();
    await this.touch(segment);
    this.#place.onComplete();
  }

  /** A segment is read: files of those that were not for long are closed. */
  async touch(segment: Segment): Promise<void> {
    if (segment === this.#open) return;
    this.#read.delete(segment);
    this.#read.add(segment);
    const [longestUnread] = this.#read;
    if (this.#read.size <= mostOpenToRead || longestUnread === undefined) return;
    this.#read.delete(longestUnread);
    await longestUnread.rest();
  }

  /** Deletes a segment that is not open. When that fails it still counts, and is there to be deleted later. */
  async remove(segment: Segment): Promise<void> {
    this.#read.delete(segment);
    await segment.remove();
    const at = this.#list.indexOf(segment);
    if (at >= 0) this.#list.splice(at, 1);
  }

  async close(): Promise<void> {
    await this.complete();
    for (const segment of this.#list) await segment.rest();
  }

  /** The segment whose file has the name of one that begins at a position. */
  #named(first: number): Segment | undefined {
    const path = segmentPath(this.#place.dir, first);
    return this.#list.find((segment) => segment.path === path);
  }

  /** A file that somebody renamed gets its own name, and before that whichever has that name. Ends, because no segment begins where the first
   *  of them was in the way. */
  async #nameRightly(segment: Segment): Promise<void> {
    const inTheWay = this.#named(segment.first);
    if (inTheWay !== undefined) await this.#nameRightly(inTheWay);
    await segment.rename(segmentPath(this.#place.dir, segment.first));
    this.#dirSynced = false;
  }
}
