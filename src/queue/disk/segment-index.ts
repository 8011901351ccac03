import { crc32 } from 'node:zlib';
import type { Births } from '../ages.ts';
import type { RecordInfo } from '../store.ts';
import { frameHeaderBytes } from './frame.ts';

/*
 * Index of a complete segment, so that a start need not read the segment. Little-endian; made anew by a scan when it is missing, damaged or
 * of another segment, so nothing depends on it.
 *
 *    0  "FLAMEIDX"      32  mark of the segment      56  u64 bytes of the segment that it describes
 *    8  u16 version     40  u64 first position       64  u32 kinds
 *   10  0               48  u32 records              68  u32 CRC of all but these four bytes
 *   16  log id          52  0                        72  records, 24 bytes each, then kinds
 *
 *   record   0  u32 offset of the frame, 0: there is none     8  u32 profiles      16  f64 received at, ms
 *            4  u32 length of the record                     12  u32 kind
 *   kind     0  u16 tenant length     2  u16 only length     4  u8 flags: 1 inOrder     5  tenant, only
 */

const headerBytes = 72;
const entryBytes = 24;
const timeAt = 16;
const indexVersion = 1;
const magic = Buffer.from('FLAMEIDX');
const inOrderFlag = 1;

/** Which segment an index file must describe. */
export interface IndexOf {
  readonly logId: Uint8Array;
  readonly mark: Uint8Array;
  readonly first: number;
  readonly sizeBytes: number;
}

/** Where a record stands, and what is known of it. */
export interface IndexEntry extends RecordInfo {
  readonly offset: number;
  readonly length: number;
}

/** What records of one segment have in common, kept once. */
interface Kind {
  readonly tenant: string;
  readonly only: string | undefined;
  readonly inOrder: boolean;
}

/** What is known of each record of a segment: 24 bytes of memory a record, as in the file but for the time, which is monotonic here. */
export class SegmentIndex {
  readonly first: number;
  #bytes = Buffer.alloc(16 * entryBytes);
  #records = 0;
  readonly #kinds: Kind[] = [];
  readonly #kindNumbers = new Map<string, number>();
  #lastKind: (Kind & { readonly number: number }) | undefined;

  constructor(first: number) {
    this.first = first;
  }

  /** One above the last position. */
  get end(): number {
    return this.first + this.#records;
  }

  /** Positions between the last one and this one are gone. */
  add(position: number, offset: number, length: number, facts: Omit<RecordInfo, 'sizeBytes'>): void {
    const at = (position - this.first) * entryBytes;
    if (at + entryBytes > this.#bytes.length) this.#grow(at + entryBytes);
    this.#bytes.writeUInt32LE(offset, at);
    this.#bytes.writeUInt32LE(length, at + 4);
    this.#bytes.writeUInt32LE(facts.profiles, at + 8);
    this.#bytes.writeUInt32LE(this.#numberOf(facts), at + 12);
    this.#bytes.writeDoubleLE(facts.bornAt, at + timeAt);
    this.#records = position - this.first + 1;
  }

  /** Its bytes turned out damaged. */
  forget(position: number): void {
    this.#bytes.fill(0, (position - this.first) * entryBytes, (position - this.first + 1) * entryBytes);
  }

  get(position: number): IndexEntry | undefined {
    if (position < this.first || position >= this.end) return undefined;
    const at = (position - this.first) * entryBytes;
    const offset = this.#bytes.readUInt32LE(at);
    const kind = this.#kinds[this.#bytes.readUInt32LE(at + 12)];
    if (offset === 0 || kind === undefined) return undefined;
    const length = this.#bytes.readUInt32LE(at + 4);
    return {
      offset,
      length,
      sizeBytes: length,
      profiles: this.#bytes.readUInt32LE(at + 8),
      bornAt: this.#bytes.readDoubleLE(at + timeAt),
      tenant: kind.tenant,
      only: kind.only,
      inOrder: kind.inOrder,
    };
  }

  /** Offset of the byte behind the frame of a record; undefined when that position is gone or damaged. */
  endOffset(position: number): number | undefined {
    const at = (position - this.first) * entryBytes;
    if (at < 0 || position >= this.end) return undefined;
    const offset = this.#bytes.readUInt32LE(at);
    return offset === 0 ? undefined : offset + frameHeaderBytes + this.#bytes.readUInt32LE(at + 4);
  }

  /** The bytes of its file. */
  encode(segment: IndexOf, births: Births): Uint8Array {
    const header = Buffer.alloc(headerBytes);
    header.set(magic, 0);
    header.writeUInt16LE(indexVersion, 8);
    header.set(segment.logId, 16);
    header.set(segment.mark, 32);
    header.writeBigUInt64LE(BigInt(this.first), 40);
    header.writeUInt32LE(this.#records, 48);
    header.writeBigUInt64LE(BigInt(segment.sizeBytes), 56);
    header.writeUInt32LE(this.#kinds.length, 64);
    const bytes = Buffer.concat([header, this.#bytes.subarray(0, this.#records * entryBytes), ...this.#kinds.map(encodeKind)]);
    births.toReceivedAt(new DataView(bytes.buffer, bytes.byteOffset + headerBytes, this.#records * entryBytes), timeAt, entryBytes);
    bytes.writeUInt32LE(crcOf(bytes), 68);
    return bytes;
  }

  /** Which segment the bytes of a file describe; undefined when they are damaged. */
  static describes(bytes: Uint8Array): IndexOf | undefined {
    const view = viewOf(bytes);
    return view === undefined ? undefined : segmentOf(view);
  }

  /** From the bytes of a file; undefined when they are damaged or describe another segment, or more of this one than there is. */
  static decode(bytes: Uint8Array, segment: IndexOf, births: Births): SegmentIndex | undefined {
    const view = viewOf(bytes);
    if (view === undefined) return undefined;
    const found = segmentOf(view);
    const same = Buffer.compare(found.logId, segment.logId) === 0 && Buffer.compare(found.mark, segment.mark) === 0;
    const { first } = found;
    if (!same || first !== segment.first || found.sizeBytes > segment.sizeBytes) return undefined;
    const index = new SegmentIndex(first);
    index.#records = view.readUInt32LE(48);
    const kindsAt = headerBytes + index.#records * entryBytes;
    index.#bytes = Buffer.from(view.subarray(headerBytes, kindsAt));
    births.toBornAt(new DataView(index.#bytes.buffer, index.#bytes.byteOffset, index.#bytes.length), timeAt, entryBytes);
    for (let kind = 0, at = kindsAt; kind < view.readUInt32LE(64); kind++) at = index.#decodeKind(view, at);
    return index;
  }

  #decodeKind(view: Buffer, at: number): number {
    const onlyAt = at + 5 + view.readUInt16LE(at);
    const end = onlyAt + view.readUInt16LE(at + 2);
    const only = view.toString('utf8', onlyAt, end);
    this.#numberOf({
      tenant: view.toString('utf8', at + 5, onlyAt),
      only: only === '' ? undefined : only,
      inOrder: (view.readUInt8(at + 4) & inOrderFlag) !== 0,
    });
    return end;
  }

  #numberOf({ tenant, only, inOrder }: Kind): number {
    const last = this.#lastKind;
    if (last !== undefined && last.tenant === tenant && last.only === only && last.inOrder === inOrder) return last.number;
    const number = this.#findNumber({ tenant, only, inOrder });
    this.#lastKind = { tenant, only, inOrder, number };
    return number;
  }

  #findNumber({ tenant, only, inOrder }: Kind): number {
    const key = `${inOrder ? '+' : '-'}${only?.length ?? ''}:${only ?? ''}${tenant}`;
    const known = this.#kindNumbers.get(key);
    if (known !== undefined) return known;
    this.#kindNumbers.set(key, this.#kinds.length);
    return this.#kinds.push({ tenant, only, inOrder }) - 1;
  }

  #grow(neededBytes: number): void {
    const grown = Buffer.alloc(Math.max(neededBytes, 2 * this.#bytes.length));
    grown.set(this.#bytes.subarray(0, this.#records * entryBytes));
    this.#bytes = grown;
  }
}

function encodeKind({ tenant, only, inOrder }: Kind): Uint8Array {
  const names = [Buffer.from(tenant), Buffer.from(only ?? '')] as const;
  const front = Buffer.alloc(5);
  front.writeUInt16LE(names[0].length, 0);
  front.writeUInt16LE(names[1].length, 2);
  front.writeUInt8(inOrder ? inOrderFlag : 0, 4);
  return Buffer.concat([front, ...names]);
}

function segmentOf(view: Buffer): IndexOf {
  return {
    logId: view.subarray(16, 32),
    mark: view.subarray(32, 40),
    first: Number(view.readBigUInt64LE(40)),
    sizeBytes: Number(view.readBigUInt64LE(56)),
  };
}

/** Undefined when the bytes are not those that were written. */
function viewOf(bytes: Uint8Array): Buffer | undefined {
  const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (view.length < headerBytes || !view.subarray(0, 8).equals(magic) || view.readUInt16LE(8) !== indexVersion) return undefined;
  return crcOf(view) === view.readUInt32LE(68) ? view : undefined;
}

function crcOf(bytes: Buffer): number {
  return crc32(bytes.subarray(headerBytes), crc32(bytes.subarray(0, 68)));
}
