import type { LogRecord } from './log.ts';

/*
 * Record, version 1, little-endian. The same bytes stand in a segment's frame, and in a message wherever else a log is kept.
 *
 *    0  u8   version            8  u32  head length          24  tenant, UTF-8
 *    1  u8   flags: 1 inOrder  12  u32  profiles              ..  only, UTF-8; empty for none
 *    2  u16  tenant length     16  f64  received at, ms       ..  head
 *    4  u16  only length                                      ..  body: the rest
 *    6  u16  0
 *
 * A reader refuses a version it does not know; everything that may grow lives in the head, a protobuf message.
 */

/** The version that is written, and the newest that is read. */
export const recordVersion = 1;
const fixedBytes = 24;
const inOrderFlag = 1;
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Bytes of a record before its body. */
export function frontBytesOf(record: LogRecord): number {
  return fixedBytes + Buffer.byteLength(record.tenant) + Buffer.byteLength(record.only ?? '') + record.head.length;
}

/** Writes the bytes of a record up to its body, which follows as it is; returns where they end. */
export function writeFront(record: LogRecord, into: Buffer, at: number): number {
  const tenantAt = at + fixedBytes;
  const onlyAt = tenantAt + into.write(record.tenant, tenantAt);
  const headAt = onlyAt + into.write(record.only ?? '', onlyAt);
  into.writeUInt8(recordVersion, at);
  into.writeUInt8(record.inOrder ? inOrderFlag : 0, at + 1);
  into.writeUInt16LE(onlyAt - tenantAt, at + 2);
  into.writeUInt16LE(headAt - onlyAt, at + 4);
  into.writeUInt16LE(0, at + 6);
  into.writeUInt32LE(record.head.length, at + 8);
  into.writeUInt32LE(record.profiles, at + 12);
  into.writeDoubleLE(record.receivedAt, at + 16);
  into.set(record.head, headAt);
  return headAt + record.head.length;
}

/** What stands before head and body. */
export interface RecordFront {
  readonly receivedAt: number;
  readonly tenant: string;
  readonly profiles: number;
  readonly only: string | undefined;
  readonly inOrder: boolean;
  /** Where the head begins. */
  readonly headAt: number;
  /** Where the body begins. */
  readonly bodyAt: number;
}

/** The longest front: fixed part, tenant, only. */
export const longestFrontBytes = fixedBytes + 2 * 0xffff;

/** The front of a record, from its first bytes. Throws a RangeError that says what is wrong with them. */
export function decodeRecordFront(bytes: Uint8Array): RecordFront {
  const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (view.length < fixedBytes) throw new RangeError(`a record has at least ${fixedBytes} bytes, found ${view.length}`);
  const version = view.readUInt8(0);
  if (version !== recordVersion) throw new RangeError(`record version ${version} is not known here, only ${recordVersion}`);
  const onlyAt = fixedBytes + view.readUInt16LE(2);
  const headAt = onlyAt + view.readUInt16LE(4);
  if (headAt > view.length) throw new RangeError(`a record names ${headAt} bytes before its head, found ${view.length}`);
  const only = text(view.subarray(onlyAt, headAt));
  return {
    receivedAt: view.readDoubleLE(16),
    tenant: text(view.subarray(fixedBytes, onlyAt)),
    profiles: view.readUInt32LE(12),
    only: only === '' ? undefined : only,
    inOrder: (view.readUInt8(1) & inOrderFlag) !== 0,
    headAt,
    bodyAt: headAt + view.readUInt32LE(8),
  };
}

/** A record from its bytes; head and body are views into them. Throws a RangeError that says what is wrong with the bytes. */
export function decodeRecord(bytes: Uint8Array): LogRecord {
  const { headAt, bodyAt, ...facts } = decodeRecordFront(bytes);
  if (bodyAt > bytes.length) throw new RangeError(`a record names ${bodyAt} bytes before its body, found ${bytes.length}`);
  return { ...facts, head: bytes.subarray(headAt, bodyAt), body: bytes.subarray(bodyAt) };
}

function text(bytes: Uint8Array): string {
  try {
    return utf8.decode(bytes);
  } catch (why) {
    throw new RangeError('a name in a record is not UTF-8', { cause: why });
  }
}
