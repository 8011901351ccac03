import { crc32 } from 'node:zlib';
import type { LogRecord } from '../log.ts';
import { decodeRecord, encodeRecord } from '../record.ts';
import { type Files, type OpenFile, readAll, writeAll } from './files.ts';
import {
  decodeFrameHeader,
  encodeFrameHeader,
  encodeSegmentHeader,
  frameHeaderBytes,
  type SegmentHeader,
  segmentHeaderBytes,
} from './frame.ts';
import { SegmentIndex } from './segment-index.ts';

/** A record on its way into a segment. */
export interface Outgoing {
  readonly record: LogRecord;
  /** Its bytes, in pieces. */
  readonly pieces: readonly Uint8Array[];
  /** With its frame. */
  readonly sizeBytes: number;
}

/** A record ready to be written. */
export function outgoing(record: LogRecord): Outgoing {
  const pieces = encodeRecord(record);
  let sizeBytes = frameHeaderBytes;
  for (const piece of pieces) sizeBytes += piece.length;
  return { record, pieces, sizeBytes };
}

/** Path of the segment that begins at a position. */
export function segmentPath(dir: string, first: number): string {
  return `${dir}/${first.toString(16).padStart(16, '0')}.seg`;
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
  #path: string;
  #file: Promise<OpenFile> | undefined;
  /** Where the next frame goes: all before is acknowledged. */
  #sizeBytes: number;
  /** What the file may have grown to: more than #sizeBytes after a write that failed. */
  #fileBytes: number;
  #indexBytes: number;

  constructor(files: Files, path: string, header: SegmentHeader, index: SegmentIndex, sizes: { fileBytes: number; indexBytes: number }) {
    this.#files = files;
    this.#path = path;
    this.header = header;
    this.index = index;
    this.#sizeBytes = sizes.fileBytes;
    this.#fileBytes = sizes.fileBytes;
    this.#indexBytes = sizes.indexBytes;
  }

  /** A new file with its header, not yet synced. What is left of an earlier attempt at the same position is replaced: nothing in it was
   *  acknowledged. */
  static async create(files: Files, dir: string, header: SegmentHeader): Promise<Segment> {
    const path = segmentPath(dir, header.first);
    await files.remove(path);
    const file = await files.open(path, 'new');
    const segment = new Segment(files, path, header, new SegmentIndex(header.first), { fileBytes: segmentHeaderBytes, indexBytes: 0 });
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

  /** Writes frames at positions from the index's end on. They count only once publish() says so. */
  async write(batch: readonly Outgoing[]): Promise<void> {
    const pieces: Uint8Array[] = [];
    let bytes = 0;
    for (const [at, { pieces: record, sizeBytes }] of batch.entries()) {
      pieces.push(encodeFrameHeader(this.header.mark, this.index.end + at, record), ...record);
      bytes += sizeBytes;
    }
    this.#fileBytes = this.#sizeBytes + bytes;
    await writeAll(await this.#open(), pieces, this.#sizeBytes);
  }

  async sync(): Promise<void> {
    await (await this.#open()).sync();
  }

  /** What write() wrote is stored: it is in the index from now on. */
  publish(batch: readonly Outgoing[]): void {
    for (const { record, sizeBytes } of batch) {
      this.index.add(this.index.end, this.#sizeBytes, sizeBytes - frameHeaderBytes, record);
      this.#sizeBytes += sizeBytes;
    }
  }

  /** Undefined when the bytes are not those that were written. Rejects when they cannot be read. */
  async read(position: number): Promise<LogRecord | undefined> {
    const entry = this.index.get(position);
    if (entry === undefined) return undefined;
    const bytes = Buffer.allocUnsafeSlow(frameHeaderBytes + entry.length);
    const filled = await readAll(await this.#open(), bytes, entry.offset);
    const header = decodeFrameHeader(bytes, this.header.mark);
    const record = bytes.subarray(frameHeaderBytes);
    if (filled < bytes.length || header?.position !== position || crc32(record) !== header.crc) return undefined;
    return decoded(record);
  }

  /** Takes no more frames: writes the index file, without which a start only takes longer. */
  async complete(): Promise<void> {
    const bytes = this.index.encode({ ...this.header, sizeBytes: this.#sizeBytes });
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
