import { crc32 } from 'node:zlib';
import type { Births } from '../ages.ts';
import type { LogRecord } from '../log.ts';
import { decodeRecord, frontBytesOf, writeFront } from '../record.ts';
import type { RecordInfo } from '../store.ts';
import { type Files, type OpenFile, readAll, writeAll } from './files.ts';
import {
  type BatchPlace,
  decodeFrameHeader,
  encodeSegmentHeader,
  frameHeaderBytes,
  mostInBatch,
  type SegmentHeader,
  segmentHeaderBytes,
  writeFrameHeader,
} from './frame.ts';
import { SegmentIndex } from './segment-index.ts';

/** A record on its way into a segment, and what cursors will know of it. */
export interface Outgoing extends RecordInfo {
  readonly record: LogRecord;
  /** Up to the body, without its frame. */
  readonly frontBytes: number;
  /** With its frame. */
  readonly frameBytes: number;
}

/** A record ready to be written. */
export function outgoing(record: LogRecord, bornAt: number): Outgoing {
  const { tenant, profiles, only, inOrder } = record;
  const frontBytes = frontBytesOf(record);
  const sizeBytes = frontBytes + record.body.length;
  return { record, bornAt, tenant, profiles, only, inOrder, frontBytes, sizeBytes, frameBytes: frameHeaderBytes + sizeBytes };
}

// Below, a copy costs less than one piece more in a write.
const mostCopiedBytes = 4096;

/** Path of the segment that begins at a position. */
export function segmentPath(dir: string, first: number): string {
  return `${dir}/${first.toString(16).padStart(16, '0')}.seg`;
}

/** Where a segment's file is. */
export interface SegmentFile {
  readonly files: Files;
  readonly path: string;
  readonly births: Births;
}

/**
 * One file of the log. It takes frames until it is complete and is only read from then on. A file that could not be written or synced is
 * never written again: it is complete with what was acknowledged.
 */
export class Segment {
  readonly header: SegmentHeader;
  readonly index: SegmentIndex;
  /** Sum over the cursors of what they have not passed here. */
  needed = 0;
  readonly #files: Files;
  readonly #births: Births;
  #path: string;
  #file: Promise<OpenFile> | undefined;
  /** Where the next frame goes: all before is acknowledged. */
  #sizeBytes: number;
  /** What the file may have grown to: more than #sizeBytes after a write that failed. */
  #fileBytes: number;
  #indexBytes: number;
  #group: 0 | 1 = 0;

  constructor(
    place: SegmentFile,
    header: SegmentHeader,
    index: SegmentIndex,
    sizes: { readonly fileBytes: number; readonly indexBytes: number },
  ) {
    this.#files = place.files;
    this.#path = place.path;
    this.#births = place.births;
    this.header = header;
    this.index = index;
    this.#sizeBytes = sizes.fileBytes;
    this.#fileBytes = sizes.fileBytes;
    this.#indexBytes = sizes.indexBytes;
  }

  /** A new file with its header, not yet synced. What is left of an earlier attempt at the same position is replaced: nothing in it was
   *  acknowledged. */
  static async create(place: SegmentFile, header: SegmentHeader): Promise<Segment> {
    await place.files.remove(place.path);
    const file = await place.files.open(place.path, 'new');
    const segment = new Segment(place, header, new SegmentIndex(header.first), { fileBytes: segmentHeaderBytes, indexBytes: 0 });
    segment.#file = Promise.resolve(file);
    try {
      await writeAll(file, [encodeSegmentHeader(header)], 0);
    } catch (why) {
      await segment.remove();
      throw why;
    }
    return segment;
  }

  get path(): string {
    return this.#path;
  }

  get first(): number {
    return this.index.first;
  }

  /** Bytes of the frames that count, header included. */
  get fileBytes(): number {
    return this.#sizeBytes;
  }

  /** Bytes on disk, index file included. */
  get sizeBytes(): number {
    return this.#fileBytes + this.#indexBytes;
  }

  /** Writes the frames of batches at positions from the index's end on, a group. They count only once publish() says so. */
  async write(group: readonly (readonly Outgoing[])[]): Promise<void> {
    this.#group = this.#group === 0 ? 1 : 0;
    let [bytes, ownBytes] = [0, 0];
    for (const batch of group) {
      for (const { frameBytes, record } of batch) {
        bytes += frameBytes;
        ownBytes += record.body.length <= mostCopiedBytes ? frameBytes : frameBytes - record.body.length;
      }
    }
    const pieces = this.#pieces(group, Buffer.allocUnsafe(ownBytes));
    this.#fileBytes = this.#sizeBytes + bytes;
    await writeAll(await this.#open(), pieces, this.#sizeBytes);
  }

  /** The bytes of a group: short bodies and all that stands before a body in `own`, long bodies as they are. */
  #pieces(group: readonly (readonly Outgoing[])[], own: Buffer): Uint8Array[] {
    const pieces: Uint8Array[] = [];
    let position = this.index.end;
    let [from, at] = [0, 0];
    for (const batch of group) {
      for (const [place, { record, sizeBytes }] of batch.entries()) {
        const recordAt = at + frameHeaderBytes;
        let end = writeFront(record, own, recordAt);
        const isCopied = record.body.length <= mostCopiedBytes;
        if (isCopied) {
          own.set(record.body, end);
          end += record.body.length;
        }
        let crc = crc32(own.subarray(recordAt, end));
        if (!isCopied) crc = crc32(record.body, crc);
        writeFrameHeader(own, at, this.header.mark, { position, length: sizeBytes, crc, batch: this.#placeIn(batch, place) });
        position += 1;
        at = end;
        if (isCopied) continue;
        pieces.push(own.subarray(from, at), record.body);
        from = at;
      }
    }
    if (from < at) pieces.push(own.subarray(from, at));
    return pieces;
  }

  #placeIn(batch: readonly Outgoing[], place: number): BatchPlace {
    const isTied = batch.length <= mostInBatch;
    return { before: isTied ? place : 0, after: isTied ? batch.length - 1 - place : 0, group: this.#group };
  }

  async sync(): Promise<void> {
    await (await this.#open()).sync();
  }

  /** What write() wrote is stored: it is in the index from now on. */
  publish(group: readonly (readonly Outgoing[])[]): void {
    for (const batch of group) {
      for (const each of batch) {
        this.index.add(this.index.end, this.#sizeBytes, each.sizeBytes, each);
        this.#sizeBytes += each.frameBytes;
      }
    }
  }

  /** Undefined when the bytes are not those that were written. Rejects when they cannot be read. */
  async read(position: number): Promise<LogRecord | undefined> {
    return (await this.readRun([position])).get(position);
  }

  /** Reads records, ascending, in one go with whatever lies between them. Those whose bytes are not what was written are left out. */
  async readRun(positions: readonly number[]): Promise<Map<number, LogRecord>> {
    const found = new Map<number, LogRecord>();
    const [first] = positions;
    const last = positions.at(-1);
    const from = first === undefined ? undefined : this.index.get(first)?.offset;
    const end = last === undefined ? undefined : this.index.endOffset(last);
    if (from === undefined || end === undefined) return found;
    const bytes = Buffer.allocUnsafeSlow(end - from);
    const filled = await readAll(await this.#open(), bytes, from);
    for (const position of positions) {
      const to = this.index.endOffset(position);
      const at = to === undefined ? undefined : this.index.get(position)?.offset;
      if (at === undefined || to === undefined || to - from > filled) continue;
      const frame = bytes.subarray(at - from, to - from);
      const header = decodeFrameHeader(frame, this.header.mark);
      const content = frame.subarray(frameHeaderBytes);
      const record = header?.position === position && crc32(content) === header.crc ? decoded(content) : undefined;
      if (record !== undefined) found.set(position, record);
    }
    return found;
  }

  /** Takes no more frames: writes the index file, without which a start only takes longer. */
  async complete(): Promise<void> {
    const bytes = this.index.encode({ ...this.header, sizeBytes: this.#sizeBytes }, this.#births);
    try {
      await this.#files.remove(this.#indexPath);
      const file = await this.#files.open(this.#indexPath, 'new');
      await writeAll(file, [bytes], 0).finally(() => file.close());
      this.#indexBytes = bytes.length;
    } catch {
      // A full or failing disk: the next start scans the segment.
    }
  }

  /** Gives back what a failed write left behind the last frame that counts. */
  async trim(): Promise<void> {
    if (this.#fileBytes === this.#sizeBytes) return;
    await (await this.#open()).truncate(this.#sizeBytes);
    this.#fileBytes = this.#sizeBytes;
  }

  /** Closes the file until it is read again. */
  async rest(): Promise<void> {
    const file = this.#file;
    this.#file = undefined;
    await (await file?.catch(() => undefined))?.close();
  }

  /** Gives the file another name; its index is made anew by the next start. */
  async rename(path: string): Promise<void> {
    await this.rest();
    await this.#files.remove(this.#indexPath);
    this.#indexBytes = 0;
    await this.#files.rename(this.#path, path);
    this.#path = path;
  }

  /** Deletes the files. A read under way still ends well. */
  async remove(): Promise<void> {
    await this.rest();
    await this.#files.remove(this.#path);
    await this.#files.remove(this.#indexPath);
  }

  get #indexPath(): string {
    return `${this.#path.slice(0, -'.seg'.length)}.idx`;
  }

  #open(): Promise<OpenFile> {
    const file = this.#file ?? this.#files.open(this.#path, 'read');
    this.#file = file;
    file.catch(() => {
      if (this.#file === file) this.#file = undefined; // the next to read tries again
    });
    return file;
  }
}

/** Undefined when the bytes are sound and no record all the same. */
function decoded(bytes: Uint8Array): LogRecord | undefined {
  try {
    return decodeRecord(bytes);
  } catch (why) {
    if (why instanceof RangeError) return undefined;
    throw why;
  }
}
