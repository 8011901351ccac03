import { type Files, type OpenFile, readAll, writeAll } from './files.ts';
import {
  decodeSegmentHeader,
  encodeSegmentHeader,
  frameHeaderBytes,
  headerByFirstFrame,
  type SegmentHeader,
  segmentHeaderBytes,
} from './frame.ts';
import { readIdentity } from './identity.ts';
import { scanFrames } from './scan.ts';

/** What stands in a segment file, every byte of it looked at. */
export interface SegmentCheck {
  readonly file: string;
  readonly sizeBytes: number;
  readonly headerDamaged: boolean;
  readonly records: number;
  /** Frames whose record is not what was written, and positions that stray bytes took the place of. A gap without such bytes is no damage:
   *  that is how rewriteSegment() leaves it. */
  readonly damagedRecords: number;
  /** Bytes between frames that are none: damage. */
  readonly strayBytes: number;
  /** Bytes behind the last frame: what a crash left, or damage. */
  readonly tailBytes: number;
}

/** Names of the segments in a directory, in order. */
export async function segmentFiles(files: Files, dir: string): Promise<string[]> {
  return [...(await files.list(dir))].filter((name) => /^[0-9a-f]{16}\.seg$/.test(name)).sort();
}

/** Whether there is anything in a segment that was not written so. */
export function isSegmentDamaged({ headerDamaged, damagedRecords, strayBytes }: SegmentCheck): boolean {
  return headerDamaged || damagedRecords > 0 || strayBytes > 0;
}

/** Reads a segment from its first byte to its last. */
export async function checkSegment(files: Files, dir: string, file: string): Promise<SegmentCheck> {
  const open = await files.open(`${dir}/${file}`, 'read');
  try {
    const sizeBytes = await open.size();
    const { header, damaged: headerDamaged } = await headerOf(open);
    let [records, damagedRecords, strayBytes] = [0, 0, 0];
    let [next, offset] = [header?.first ?? 0, segmentHeaderBytes];
    if (header !== undefined) {
      for await (const frame of scanFrames(open, allOf(header, sizeBytes))) {
        if (frame.front === undefined) damagedRecords += 1;
        else records += 1;
        if (frame.offset > offset) damagedRecords += frame.position - next;
        strayBytes += frame.offset - offset;
        next = frame.position + 1;
        offset = frame.offset + frameHeaderBytes + frame.length;
      }
    }
    return { file, sizeBytes, headerDamaged, records, damagedRecords, strayBytes, tailBytes: Math.max(0, sizeBytes - offset) };
  } finally {
    await open.close();
  }
}

/**
 * Rewrites a segment with its intact records alone, and deletes its index. The old file is there until the new one survives a power
 * loss. Nothing is done where not even the first frame can be read.
 */
export async function rewriteSegment(files: Files, dir: string, file: string): Promise<void> {
  const [path, fresh] = [`${dir}/${file}`, `${dir}/${file}.new`];
  const from = await files.open(path, 'read');
  try {
    const { header } = await headerOf(from);
    if (header === undefined) return;
    await files.remove(fresh);
    const to = await files.open(fresh, 'new');
    try {
      await copySound(from, to, { ...header, logId: (await readIdentity(files, dir))?.id ?? header.logId });
      await to.sync();
    } finally {
      await to.close();
    }
  } finally {
    await from.close();
  }
  await files.remove(path.replace(/\.seg$/, '.idx'));
  await files.rename(fresh, path);
  await files.syncDir(dir);
}

async function copySound(from: OpenFile, to: OpenFile, header: SegmentHeader): Promise<void> {
  await writeAll(to, [encodeSegmentHeader(header)], 0);
  let offset = segmentHeaderBytes;
  for await (const frame of scanFrames(from, allOf(header, await from.size()))) {
    if (frame.front === undefined) continue;
    const bytes = Buffer.allocUnsafe(frameHeaderBytes + frame.length);
    await readAll(from, bytes, frame.offset);
    await writeAll(to, [bytes], offset);
    offset += bytes.length;
  }
}

function allOf({ mark, first }: SegmentHeader, sizeBytes: number) {
  return { sizeBytes, mark, first, end: Number.MAX_SAFE_INTEGER };
}

async function headerOf(file: OpenFile): Promise<{ readonly header: SegmentHeader | undefined; readonly damaged: boolean }> {
  const bytes = Buffer.alloc(segmentHeaderBytes + frameHeaderBytes);
  await readAll(file, bytes, 0);
  const header = decodeSegmentHeader(bytes);
  if (header === 'newer') return { header: undefined, damaged: false };
  return { header: header ?? headerByFirstFrame(bytes), damaged: header === undefined };
}
