import { messageOf } from '../../core/errors.ts';
import type { PositionSet } from '../position-set.ts';
import { decodeProgress } from '../progress.ts';
import type { StoreCursor } from '../store.ts';
import { CursorFile, type CursorState, cursorNameOf } from './cursor-file.ts';
import { DirectoryError } from './directory-error.ts';
import { type Files, isBadSector, type OpenFile, readAll } from './files.ts';
import { decodeSegmentHeader, frameHeaderBytes, headerByFirstFrame, type SegmentHeader, segmentHeaderBytes } from './frame.ts';
import type { LogId } from './identity.ts';
import { scanFrames } from './scan.ts';
import { Segment } from './segment.ts';
import { SegmentIndex } from './segment-index.ts';
import type { Segments } from './segments.ts';

/*
 * From a directory to a log. Nothing is deleted but what cannot hold an acknowledged record: temporary files, indexes without a segment.
 *
 * - A segment with a good index is taken as its index says; any other is scanned. A segment ends where the next one begins: frames behind
 *   that were refused to their senders. What a crash left behind the last good frame is passed over.
 * - A file that is no segment of this log, a copy of one, or one in which nothing is left is set aside: renamed to NAME.bad and named.
 * - The log goes on at the highest position that any segment or cursor knows of, so that no cursor is done with a record that is yet to come.
 */

/** A cursor that an earlier process left. */
export interface FoundCursor {
  readonly name: string;
  /** Undefined when both slots are damaged: it starts at the first position there is, and repeats. */
  readonly state: CursorState | undefined;
  readonly generation: number;
}

/** What is in a directory. */
export interface Found {
  readonly id: LogId | undefined;
  readonly segments: readonly Segment[];
  readonly cursors: readonly FoundCursor[];
  /** First position of the next segment. */
  readonly end: number;
  /** Files that were set aside, and why. */
  readonly setAside: readonly string[];
  /** Files that are none of a queue's. */
  readonly foreign: readonly string[];
}

/** A segment file whose header is known. */
interface Candidate {
  readonly name: string;
  readonly header: SegmentHeader;
  readonly fileBytes: number;
}

const ours = /^(log\.json(\.new)?|LOCK|LOCK-journal|cursors|dead|[0-9a-f]{16}\.idx|.*\.bad)$/;

/** Reads a directory. `id`: of the log, undefined when its file is gone; then the segments tell. */
export async function findLog(files: Files, dir: string, knownId: LogId | undefined): Promise<Found> {
  const names = [...(await files.list(dir))].sort();
  const segmentNames = names.filter((name) => /^[0-9a-f]{16}\.seg$/.test(name));
  const setAside: string[] = [];
  const put = async (name: string, why: string): Promise<void> => {
    await files.rename(`${dir}/${name}`, `${dir}/${name}.bad`);
    setAside.push(`${name}: ${why}`);
  };
  const candidates = await readHeaders(files, dir, segmentNames, put);
  const id = knownId ?? (candidates.find(({ header }) => header.createdAt > 0) ?? candidates[0])?.header.logId;
  const chosen = await choose(candidates, id, put);
  const cursors = id === undefined ? [] : await findCursors(files, `${dir}/cursors`, id);
  let end = 0;
  for (const { state } of cursors) if (state !== undefined) end = Math.max(end, state.end);
  const segments: Segment[] = [];
  for (const [at, candidate] of chosen.entries()) {
    const segment = await loadSegment(files, dir, candidate, chosen[at + 1]?.header.first ?? Number.MAX_SAFE_INTEGER);
    if (segment.index.end > segment.first) segments.push(segment);
    else if (at === chosen.length - 1 && end <= segment.first)
      await segment.remove(); // made by a process that acknowledged nothing in it
    else await put(candidate.name, 'no record in it can be read');
  }
  end = Math.max(end, segments.at(-1)?.index.end ?? 0);
  for (const name of names)
    if (name.endsWith('.idx') && !segmentNames.includes(name.replace('.idx', '.seg'))) await files.remove(`${dir}/${name}`);
  const foreign = names.filter((name) => !segmentNames.includes(name) && !ours.test(name));
  return { id, segments, cursors, end, setAside, foreign };
}

/**
 * Where a cursor stands, from what an earlier process stored. Adds to `lost` what it has not passed and nobody has any more. Between what was
 * stored of its progress and the end of the log at that time, when there was no room for all of it, everything counts as its own.
 */
export function restoreCursor(
  cursor: StoreCursor,
  state: CursorState | undefined,
  segments: Segments,
  end: number,
  lost: PositionSet,
): void {
  const known = state === undefined ? { pending: [], end: segments.oldest?.first ?? end } : decodeProgress(state.progress, state.end);
  const cutAt = state?.end ?? 0;
  const isItsOwn = ({ only }: { readonly only: string | undefined }): boolean => only === undefined || only === cursor.name;
  let lostHere = 0;
  const visit = (position: number, sure: boolean): void => {
    const segment = segments.find(position);
    const entry = segment?.index.get(position);
    if (segment !== undefined && entry !== undefined) {
      if (!sure && !(position < cutAt ? isItsOwn(entry) : cursor.wants(entry))) return;
      segment.needed += 1;
      cursor.arrive(position, entry, 'found');
    } else if (sure || !cursor.retired) {
      lost.add(position);
      lostHere += 1;
    }
  };
  for (const { from, to } of known.pending) for (let position = from; position < Math.min(to, end); position++) visit(position, true);
  for (let position = known.end; position < end; position++) visit(position, false);
  cursor.loseUnknown(lostHere);
}

async function readHeaders(
  files: Files,
  dir: string,
  names: readonly string[],
  put: (name: string, why: string) => Promise<void>,
): Promise<Candidate[]> {
  const candidates: Candidate[] = [];
  for (const name of names) {
    try {
      const file = await files.open(`${dir}/${name}`, 'read');
      try {
        const fileBytes = await file.size();
        const header = await readHeader(file, dir).catch((why: unknown) => {
          if (isBadSector(why)) return headerFromIndex(files, `${dir}/${name}`);
          throw why;
        });
        if (header !== undefined) candidates.push({ name, header, fileBytes });
        else if (fileBytes === 0) await files.remove(`${dir}/${name}`);
        else await put(name, 'its header cannot be read');
      } finally {
        await file.close();
      }
    } catch (why) {
      if (why instanceof DirectoryError) throw why;
      if (!isBadSector(why)) throw new DirectoryError(dir, `${name} cannot be read: ${messageOf(why)}`, { cause: why });
      await put(name, messageOf(why));
    }
  }
  return candidates;
}

/** A damaged header is made up for by the first frame. */
async function readHeader(file: OpenFile, dir: string): Promise<SegmentHeader | undefined> {
  const bytes = Buffer.alloc(segmentHeaderBytes + frameHeaderBytes);
  const filled = await readAll(file, bytes, 0);
  const header = decodeSegmentHeader(bytes.subarray(0, filled));
  if (header === 'newer') throw new DirectoryError(dir, 'a later release of flamegate wrote segments in it; nothing was changed');
  return header ?? headerByFirstFrame(bytes.subarray(0, filled));
}

/** A header in a bad sector is made up for by the index of the segment, if it has one. */
async function headerFromIndex(files: Files, path: string): Promise<SegmentHeader | undefined> {
  const bytes = await readIndex(files, path);
  const segment = bytes === undefined ? undefined : SegmentIndex.describes(bytes);
  return segment === undefined ? undefined : { ...segment, createdAt: 0 };
}

/** Undefined when there is none, or none that can be read. */
function readIndex(files: Files, path: string): Promise<Uint8Array | undefined> {
  return files.read(path.replace(/\.seg$/, '.idx')).catch(() => undefined);
}

/** The segments of this log in the order of positions, each once. */
async function choose(
  candidates: readonly Candidate[],
  id: LogId | undefined,
  put: (name: string, why: string) => Promise<void>,
): Promise<Candidate[]> {
  const chosen = new Map<string, Candidate>();
  for (const candidate of [...candidates].sort((a, b) => Number(isMisnamed(a)) - Number(isMisnamed(b)))) {
    const { name, header } = candidate;
    const mark = Buffer.from(header.mark).toString('hex');
    // Without a creation time the header was damaged, and with it perhaps the id; the mark of its frames is proof enough.
    if (header.createdAt > 0 && id !== undefined && Buffer.compare(header.logId, id) !== 0) await put(name, 'it belongs to another log');
    else if (chosen.has(mark) || [...chosen.values()].some((other) => other.header.first === header.first))
      await put(name, 'it is a copy of another segment');
    else chosen.set(mark, candidate);
  }
  return [...chosen.values()].sort((a, b) => a.header.first - b.header.first);
}

function isMisnamed({ name, header }: Candidate): boolean {
  return Number.parseInt(name, 16) !== header.first;
}

async function loadSegment(files: Files, dir: string, { name, header, fileBytes }: Candidate, end: number): Promise<Segment> {
  const path = `${dir}/${name}`;
  const indexFile = await readIndex(files, path);
  const index = indexFile === undefined ? undefined : SegmentIndex.decode(indexFile, { ...header, sizeBytes: fileBytes });
  if (index !== undefined && index.end <= end)
    return new Segment(files, path, header, index, { fileBytes, indexBytes: indexFile?.length ?? 0 });
  const segment = new Segment(files, path, header, await scanSegment(files, path, { header, fileBytes, end }), {
    fileBytes,
    indexBytes: 0,
  });
  if (segment.index.end > segment.first) await segment.complete();
  return segment;
}

async function scanSegment(
  files: Files,
  path: string,
  segment: { header: SegmentHeader; fileBytes: number; end: number },
): Promise<SegmentIndex> {
  const { header, fileBytes, end } = segment;
  const index = new SegmentIndex(header.first);
  const file = await files.open(path, 'read');
  try {
    for await (const frame of scanFrames(file, { sizeBytes: fileBytes, mark: header.mark, first: header.first, end })) {
      if (frame.front !== undefined) index.add(frame.position, frame.offset, frame.length, frame.front);
    }
  } finally {
    await file.close();
  }
  return index;
}

async function findCursors(files: Files, dir: string, id: LogId): Promise<FoundCursor[]> {
  const found: FoundCursor[] = [];
  for (const file of [...(await files.list(dir))].sort()) {
    if (file.endsWith('.cur.new')) await files.remove(`${dir}/${file}`);
    const name = cursorNameOf(file);
    if (name === undefined) continue;
    const slot = await CursorFile.read(files, `${dir}/${file}`, id);
    found.push({ name, state: slot?.state, generation: slot?.generation ?? 0 });
  }
  return found;
}
