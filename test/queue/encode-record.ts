import type { LogRecord } from '../../src/queue/log.ts';
import { frontBytesOf, writeFront } from '../../src/queue/record.ts';

/** The bytes of a record, in one piece. */
export function encodeRecord(record: LogRecord): Buffer {
  const bytes = Buffer.alloc(frontBytesOf(record) + record.body.length);
  bytes.set(record.body, writeFront(record, bytes, 0));
  return bytes;
}
