import { crc32 } from 'node:zlib';
import { decodeRecordFront, longestFrontBytes, type RecordFront } from '../record.ts';
import { type OpenFile, salvage } from './files.ts';
import { type BatchPlace, decodeFrameHeader, frameHeaderBytes, markBytes, segmentHeaderBytes } from './frame.ts';

/** A frame that was found in a segment. */
export interface ScannedFrame {
  readonly position: number;
  /** Of the frame in its file. */
  readonly offset: number;
  /** Of the record in it. */
  readonly length: number;
  /** Undefined when its bytes are not those that were written. */
  readonly front: RecordFront | undefined;
  readonly batch: BatchPlace;
}

/** Which frames to look for. */
export interface ScanOptions {
  readonly sizeBytes: number;
  readonly mark: Uint8Array;
  /** First position of the segment. */
  readonly first: number;
  /** Where the next segment begins: what stands here from there on was refused to its sender. */
  readonly end: number;
}

const windowBytes = 2 ** 20;

/**
 * Every frame of a segment in the order of positions, with its checksum compared. Where no frame stands the next one is found by the
 * segment's mark; a bad sector counts as such a place. Frames that stand twice are yielded once; a frame that the file's end cuts is not yielded.
 */
export async function* scanFrames(file: OpenFile, options: ScanOptions): AsyncGenerator<ScannedFrame> {
  const { sizeBytes, mark, end } = options;
  const window = new Window(file);
  let next = options.first;
  let offset: number | undefined = segmentHeaderBytes;
  while (offset !== undefined && offset + frameHeaderBytes <= sizeBytes) {
    const header = decodeFrameHeader(await window.at(offset, frameHeaderBytes), mark);
    const from: number = offset + frameHeaderBytes;
    if (header === undefined || header.position < next || header.position >= end || from + header.length > sizeBytes) {
      offset = await findMark(window, mark, offset + 1, sizeBytes);
      continue;
    }
    const { position, length, crc, batch } = header;
    const sound = (await crcOf(window, from, length)) === crc;
    yield { position, offset, length, batch, front: sound ? await frontOf(window, from, length) : undefined };
    next = position + 1;
    offset = from + length;
  }
}

async function crcOf(window: Window, offset: number, length: number): Promise<number> {
  let crc = 0;
  for (let done = 0; done < length; done += windowBytes)
    crc = crc32(await window.at(offset + done, Math.min(windowBytes, length - done)), crc);
  return crc;
}

async function frontOf(window: Window, offset: number, length: number): Promise<RecordFront | undefined> {
  try {
    const front = decodeRecordFront(await window.at(offset, Math.min(length, longestFrontBytes)));
    return front.bodyAt <= length ? front : undefined;
  } catch (why) {
    if (why instanceof RangeError) return undefined;
    throw why;
  }
}

async function findMark(window: Window, mark: Uint8Array, from: number, sizeBytes: number): Promise<number | undefined> {
  const step = windowBytes - markBytes;
  for (let offset = from; offset < sizeBytes; offset += step) {
    const found = (await window.at(offset, windowBytes)).indexOf(mark);
    if (found >= 0) return offset + found;
  }
  return undefined;
}

/** A piece of a file in memory, read again when something outside it is asked for. */
class Window {
  readonly #file: OpenFile;
  readonly #buffer = Buffer.allocUnsafe(windowBytes);
  #offset = 0;
  #filled = 0;

  constructor(file: OpenFile) {
    this.#file = file;
  }

  /** Bytes that stay as they are until the next call; fewer at the end of the file. At most windowBytes. */
  async at(offset: number, length: number): Promise<Buffer> {
    if (offset < this.#offset || offset + length > this.#offset + this.#filled) {
      this.#filled = await salvage(this.#file, this.#buffer, offset);
      this.#offset = offset;
    }
    const from = offset - this.#offset;
    return this.#buffer.subarray(from, Math.min(this.#filled, from + length));
  }
}
