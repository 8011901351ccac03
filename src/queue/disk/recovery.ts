import { messageOf } from '../../core/errors.ts';
import type { Births } from '../ages.ts';
import type { PositionSet } from '../position-set.ts';
import { decodeProgress } from '../progress.ts';
import { turn, workPerTurn } from '../slices.ts';
import type { StoreCursor } from '../store.ts';
import { CursorFile, type CursorState, cursorNameOf } from './cursor-file.ts';
import { DirectoryError } from './directory-error.ts';
import { type Files, isBadSector, type OpenFile, readAll } from './files.ts';
import { decodeSegmentHeader, frameHeaderBytes, headerByFirstFrame, type SegmentHeader, segmentHeaderBytes } from './frame.ts';
import type { Identity, LogId } from './identity.ts';
import { type ScannedFrame, scanFrames } from './scan.ts';
import { Segment, type SegmentFile } from './segment.ts';
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
  /** Undefined when its file is gone or both slots in it are damaged: it starts at the first position there is, and repeats. */
  readonly state: CursorState | undefined;
  /** Undefined when its file is gone. */
  readonly generation: number | undefined;
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

/** Where a log is looked for. */
export interface Place {
  readonly files: Files;
  readonly dir: string;
  readonly births: Births;
}

/** A segment file whose header is known. */
interface Candidate {
  readonly name: string;
  readonly header: SegmentHeader;
  readonly fileBytes: number;
}

const ours = /^(log\.json(\.new)?|LOCK|LOCK-journal|cursors|dead|[0-9a-f]{16}\.idx|.*\.bad)$/;

/** Reads a directory. `identity`: what log.json says, undefined when it is gone; then the segments tell the id. */
export async function findLog(place: Place, identity: Identity | undefined): Promise<Found> {
  const { files, dir } = place;
  const names = [...(await files.list(dir))].sort();
  const segmentNames = names.filter((name) => /^[0-9a-f]{16}\.seg$/.test(name));
  const setAside: string[] = [];
  const put = async (name: string, why: string): Promise<void> => {
    await files.rename(`${dir}/${name}`, `${dir}/${name}.bad`);
    setAside.push(`${name}: ${why}`);
  };
  const candidates = await readHeaders(files, dir, segmentNames, put);
  const id = identity?.id ?? (candidates.find(({ header }) => header.createdAt > 0) ?? candidates[0])?.header.logId;
  const chosen = await choose(candidates, id, put);
  const cursors = id === undefined ? [] : await findCursors(files, `${dir}/cursors`, id, identity?.cursors ?? []);
  let end = 0;
  for (const { state } of cursors) if (state !== undefined) end = Math.max(end, state.end);
  const segments: Segment[] = [];
  for (const [at, candidate] of chosen.entries()) {
    const segment = await loadSegment(place, candidate, chosen[at + 1]?.header.first);
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
export async function restoreCursor(
  cursor: StoreCursor,
  state: CursorState | undefined,
  segments: Segments,
  end: number,
  lost: PositionSet,
): Promise<void> {
  const known = state === undefined ? { pending: [], end: segments.oldest?.first ?? end } : decodeProgress(state.progress, state.end);
  const cutAt = state?.end ?? 0;
  const isItsOwn = ({ only }: { readonly only: string | undefined }): boolean => only === undefined || only === cursor.name;
  let lostHere = 0;
  let work = 0;
  let segment: Segment | undefined;
  const visit = async (from: number, to: number, sure: boolean): Promise<void> => {
    for (let position = from; position < to; position++) {
      if (++work % workPerTurn === 0) await turn();
      if (segment === undefined || position < segment.first || position >= segment.index.end) segment = segments.find(position);
      const entry = segment?.index.get(position);
      if (segment !== undefined && entry !== undefined) {
        if (!sure && !(position < cutAt ? isItsOwn(entry) : cursor.wants(entry))) continue;
        segment.needed += 1;
        cursor.arrive(position, entry, 'found');
      } else if (sure || !cursor.retired) {
        lost.add(position);
        lostHere += 1;
      }
    }
  };
  for (const { from, to } of known.pending) await visit(from, Math.min(to, end), true);
  await visit(known.end, end, false);
  cursor.loseUnknown(lostHere);
}

/** Gives a new cursor all that is there and comes before `end`. */
export async function fillCursor(cursor: StoreCursor, segments: Segments, end: number): Promise<void> {
  let work = 0;
  for (const segment of segments) {
    for (let position = segment.first; position < Math.min(end, segment.index.end); position++) {
      if (++work % workPerTurn === 0) await turn();
      const info = segment.index.get(position);
      if (info === undefined || !cursor.wants(info)) continue;
      segment.needed += 1;
      cursor.arrive(position, info, 'accepted');
    }
  }
  cursor.ring();
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

/** `next`: where the next segment begins; undefined for the last one. */
async function loadSegment(place: Place, { name, header, fileBytes }: Candidate, next: number | undefined): Promise<Segment> {
  const { files, dir, births } = place;
  const file = { files, path: `${dir}/${name}`, births };
  const indexFile = await readIndex(files, file.path);
  const index = indexFile === undefined ? undefined : SegmentIndex.decode(indexFile, { ...header, sizeBytes: fileBytes }, births);
  if (index !== undefined && index.end <= (next ?? Number.MAX_SAFE_INTEGER))
    return new Segment(file, header, index, { fileBytes, indexBytes: indexFile?.length ?? 0 });
  const segment = new Segment(file, header, await scanSegment(file, { header, fileBytes, next }), { fileBytes, indexBytes: 0 });
  if (segment.index.end > segment.first) await segment.complete();
  return segment;
}

/** What the last segment's last group leaves of a batch that is not whole is left out: a crash came before that was acknowledged. */
async function scanSegment(
  { files, path, births }: SegmentFile,
  { header, fileBytes, next }: { readonly header: SegmentHeader; readonly fileBytes: number; readonly next: number | undefined },
): Promise<SegmentIndex> {
  const index = new SegmentIndex(header.first);
  const add = ({ position, offset, length, front }: ScannedFrame): void => {
    if (front !== undefined) index.add(position, offset, length, { ...front, bornAt: births.bornAt(front.receivedAt) });
  };
  /** Frames of the last group, from the first that belongs to a batch of several on. */
  let undecided: ScannedFrame[] = [];
  let work = 0;
  const file = await files.open(path, 'read');
  try {
    const end = next ?? Number.MAX_SAFE_INTEGER;
    for await (const frame of scanFrames(file, { sizeBytes: fileBytes, mark: header.mark, first: header.first, end })) {
      if (++work % workPerTurn === 0) await turn();
      const { group, before, after } = frame.batch;
      if (undecided.length > 0 && undecided[0]?.batch.group !== group) {
        for (const each of undecided) add(each);
        undecided = [];
      }
      if (undecided.length > 0 || before + after > 0) undecided.push(frame);
      else add(frame);
    }
  } finally {
    await file.close();
  }
  for (const frame of next === undefined ? wholeBatches(undecided) : undecided) add(frame);
  return index;
}

/** Frames of batches of which every frame is there and sound; one by itself is its own affair. */
function wholeBatches(frames: readonly ScannedFrame[]): ScannedFrame[] {
  const sound = new Map<number, number>();
  const batchOf = ({ position, batch }: ScannedFrame): number => position - batch.before;
  for (const frame of frames) if (frame.front !== undefined) sound.set(batchOf(frame), (sound.get(batchOf(frame)) ?? 0) + 1);
  return frames.filter((frame) => sound.get(batchOf(frame)) === frame.batch.before + 1 + frame.batch.after);
}

/** By their files, and those that have none any more by what log.json says. */
async function findCursors(files: Files, dir: string, id: LogId, names: readonly string[]): Promise<FoundCursor[]> {
  const found: FoundCursor[] = [];
  for (const file of [...(await files.list(dir))].sort()) {
    if (file.endsWith('.cur.new')) await files.remove(`${dir}/${file}`);
    const name = cursorNameOf(file);
    if (name === undefined) continue;
    const slot = await CursorFile.read(files, `${dir}/${file}`, id);
    found.push({ name, state: slot?.state, generation: slot?.generation ?? 0 });
  }
  for (const name of names) {
    if (!found.some((cursor) => cursor.name === name)) found.push({ name, state: undefined, generation: undefined });
  }
  return found;
}
