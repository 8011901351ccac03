import { crc32 } from 'node:zlib';

/*
 * A segment is a 64-byte header and frames; a frame is 32 bytes and a record. Little-endian. CRC is CRC-32 (IEEE), the one Node has.
 *
 *   segment   0  "FLAMESEG"        16  log id, 16 bytes       48  u64 created, ms
 *             8  u16 version       32  mark, 8 random bytes   56  0
 *            10  u16 header size   40  u64 first position     60  u32 CRC of 0..60
 *   frame     0  mark              16  u32 record length
 *             8  u64 position      20  u32 CRC of the record  26  u16 frames of its batch that follow
 *                                  24  u16 bits 0..14: frames of its batch that come before; bit 15: other in each group than in the last
 *                                                             28  u32 CRC of 0..28
 *
 * The mark is drawn anew for each segment and told to nobody, so no payload contains it, neither by accident nor on purpose: searching for
 * the mark finds frames only. Positions are dense: a gap between two frames is the exact number of records lost between them.
 *
 * Frames of a batch are acknowledged together, after one sync with all of their group. So a crash can leave a batch in part only in the last
 * group of the last segment; there a start drops what is left of it (disk/recovery.ts). Earlier builds wrote 0 at 24 and ignore what is there.
 */

export const segmentHeaderBytes = 64;
export const frameHeaderBytes = 32;
export const markBytes = 8;
export const logIdBytes = 16;
/** The version that is written, and the newest that is read. */
export const segmentVersion = 1;
const magic = Buffer.from('FLAMESEG');

/** What a segment says of itself. */
export interface SegmentHeader {
  readonly logId: Uint8Array;
  readonly mark: Uint8Array;
  readonly first: number;
  /** Milliseconds since the Unix epoch. */
  readonly createdAt: number;
}

/** What stands before a record. */
export interface FrameHeader {
  readonly position: number;
  readonly length: number;
  readonly crc: number;
  readonly batch: BatchPlace;
}

/** Where a frame stands in its batch. */
export interface BatchPlace {
  readonly before: number;
  readonly after: number;
  /** 0 and 1 in turn from group to group. */
  readonly group: 0 | 1;
}

/** Frames that a batch may have; of a larger one a crash may leave a part. */
export const mostInBatch = 0x7fff;

/** The first bytes of a segment. */
export function encodeSegmentHeader(header: SegmentHeader): Uint8Array {
  const bytes = Buffer.alloc(segmentHeaderBytes);
  bytes.set(magic, 0);
  bytes.writeUInt16LE(segmentVersion, 8);
  bytes.writeUInt16LE(segmentHeaderBytes, 10);
  bytes.set(header.logId, 16);
  bytes.set(header.mark, 32);
  bytes.writeBigUInt64LE(BigInt(header.first), 40);
  bytes.writeBigUInt64LE(BigInt(Math.max(0, Math.floor(header.createdAt))), 48);
  bytes.writeUInt32LE(crc32(bytes.subarray(0, 60)), 60);
  return bytes;
}

/** Undefined when the bytes are no whole segment header; 'newer' when they are one of a later version. */
export function decodeSegmentHeader(bytes: Uint8Array): SegmentHeader | 'newer' | undefined {
  const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (view.length < segmentHeaderBytes || !view.subarray(0, 8).equals(magic) || crc32(view.subarray(0, 60)) !== view.readUInt32LE(60)) {
    return undefined;
  }
  if (view.readUInt16LE(8) > segmentVersion) return 'newer';
  return {
    logId: view.subarray(16, 32),
    mark: view.subarray(32, 40),
    first: Number(view.readBigUInt64LE(40)),
    createdAt: Number(view.readBigUInt64LE(48)),
  };
}

/** What stands in for a damaged header: the first frame has mark and position too. The id is whatever stands where it should. Undefined when
 *  the frame is damaged as well. */
export function headerByFirstFrame(bytes: Uint8Array): SegmentHeader | undefined {
  const mark = bytes.subarray(segmentHeaderBytes, segmentHeaderBytes + markBytes);
  const frame = decodeFrameHeader(bytes.subarray(segmentHeaderBytes), mark);
  return frame === undefined ? undefined : { logId: bytes.subarray(16, 32), mark, first: frame.position, createdAt: 0 };
}

/** Writes the bytes before a record. */
export function writeFrameHeader(into: Buffer, at: number, mark: Uint8Array, { position, length, crc, batch }: FrameHeader): void {
  into.set(mark, at);
  into.writeUInt32LE(position % 2 ** 32, at + 8);
  into.writeUInt32LE(Math.floor(position / 2 ** 32), at + 12);
  into.writeUInt32LE(length, at + 16);
  into.writeUInt32LE(crc, at + 20);
  into.writeUInt16LE(batch.before | (batch.group << 15), at + 24);
  into.writeUInt16LE(batch.after, at + 26);
  into.writeUInt32LE(crc32(into.subarray(at, at + 28)), at + 28);
}

/** Undefined when the bytes are no frame header with this mark. */
export function decodeFrameHeader(bytes: Uint8Array, mark: Uint8Array): FrameHeader | undefined {
  const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (view.length < frameHeaderBytes || !view.subarray(0, markBytes).equals(mark)) return undefined;
  if (crc32(view.subarray(0, 28)) !== view.readUInt32LE(28)) return undefined;
  const before = view.readUInt16LE(24);
  return {
    position: view.readUInt32LE(8) + view.readUInt32LE(12) * 2 ** 32,
    length: view.readUInt32LE(16),
    crc: view.readUInt32LE(20),
    batch: { before: before & 0x7fff, after: view.readUInt16LE(26), group: before >>> 15 === 0 ? 0 : 1 },
  };
}
