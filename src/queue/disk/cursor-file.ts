import { dirname } from 'node:path';
import { crc32 } from 'node:zlib';
import type { Progress } from '../progress.ts';
import { type Files, type OpenFile, salvage, writeAll } from './files.ts';

/*
 * Cursor file: slot 0 at 0, slot 1 at 1 MiB, written in turn; the newest whose checksum and log id are right counts. Little-endian.
 *
 *    0  "FLAMECUR"       12  u32 length             40  u64 low: all below is done      56  u32 CRC of runs or bits
 *    8  u16 version      16  log id                 48  u64 end of the log              60  u32 CRC of 0..60
 *   10  u16 1 paused     32  u64 generation                                             64  runs or bits (progress.ts); cut at 1 MiB
 *           2 retired
 *
 * Version 1 has runs, version 2 bits.
 */

const slotBytes = 2 ** 20;
const headerBytes = 64;
/** Longest runs or bits of a slot. */
export const maxProgressBytes = slotBytes - headerBytes;
const versions = { runs: 1, bits: 2 } as const;
const magic = Buffer.from('FLAMECUR');
// NAME_MAX is 255, less our endings.
const longestNameBytes = 240;
const pausedFlag = 1;
const retiredFlag = 2;

/** What a start must know of a cursor. */
export interface CursorState {
  readonly paused: boolean;
  readonly retired: boolean;
  /** End of the log when it was stored. */
  readonly end: number;
  readonly progress: Progress;
}

/** A slot as it was read. */
export interface Slot {
  readonly generation: number;
  readonly state: CursorState;
}

/** Path of a cursor's file in its directory. Throws when no file system takes a name so long. */
export function cursorPath(dir: string, name: string): string {
  const encoded = encodeName(name);
  if (encoded.length > longestNameBytes)
    throw new Error(`an endpoint's name is too long for a file name: give it a shorter one with \`name\`: ${name}`);
  return `${dir}/${encoded}.cur`;
}

/** The name of the cursor that a file belongs to; undefined when it is no cursor's file. */
export function cursorNameOf(file: string): string | undefined {
  if (!file.endsWith('.cur')) return undefined;
  try {
    return decodeURIComponent(file.slice(0, -'.cur'.length));
  } catch {
    return undefined;
  }
}

/** A name as a file may be called. */
export function encodeName(name: string): string {
  return encodeURIComponent(name).replace(/^\./, '%2E');
}

/** The bytes of a slot. */
export function encodeSlot(logId: Uint8Array, { generation, state }: Slot): Uint8Array {
  const { low, form, bytes } = state.progress;
  const header = Buffer.alloc(headerBytes);
  header.set(magic, 0);
  header.writeUInt16LE(versions[form], 8);
  header.writeUInt16LE((state.paused ? pausedFlag : 0) | (state.retired ? retiredFlag : 0), 10);
  header.writeUInt32LE(bytes.length, 12);
  header.set(logId, 16);
  header.writeBigUInt64LE(BigInt(generation), 32);
  header.writeBigUInt64LE(BigInt(low), 40);
  header.writeBigUInt64LE(BigInt(state.end), 48);
  header.writeUInt32LE(crc32(bytes), 56);
  header.writeUInt32LE(crc32(header.subarray(0, 60)), 60);
  return Buffer.concat([header, bytes]);
}

/** A slot from its bytes and whatever follows them; undefined when they are damaged or of another log. */
export function decodeSlot(logId: Uint8Array, bytes: Uint8Array): Slot | undefined {
  const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (view.length < headerBytes || !view.subarray(0, 8).equals(magic) || crc32(view.subarray(0, 60)) !== view.readUInt32LE(60))
    return undefined;
  const form = formOf(view.readUInt16LE(8));
  if (form === undefined || !view.subarray(16, 32).equals(logId)) return undefined;
  const progress = view.subarray(headerBytes, headerBytes + view.readUInt32LE(12));
  if (progress.length !== view.readUInt32LE(12) || crc32(progress) !== view.readUInt32LE(56)) return undefined;
  const flags = view.readUInt16LE(10);
  return {
    generation: Number(view.readBigUInt64LE(32)),
    state: {
      paused: (flags & pausedFlag) !== 0,
      retired: (flags & retiredFlag) !== 0,
      end: Number(view.readBigUInt64LE(48)),
      progress: { low: Number(view.readBigUInt64LE(40)), form, bytes: Uint8Array.from(progress) },
    },
  };
}

function formOf(version: number): Progress['form'] | undefined {
  if (version === versions.runs) return 'runs';
  return version === versions.bits ? 'bits' : undefined;
}

/** One cursor's file. */
export class CursorFile {
  readonly #files: Files;
  readonly #path: string;
  readonly #logId: Uint8Array;
  #file: OpenFile | undefined;
  #generation: number;

  /** `generation`: of the newest slot there is, 0 for none. */
  constructor(files: Files, path: string, logId: Uint8Array, generation: number) {
    this.#files = files;
    this.#path = path;
    this.#logId = logId;
    this.#generation = generation;
  }

  /** The newest good slot of a file; undefined when there is none. */
  static async read(files: Files, path: string, logId: Uint8Array): Promise<Slot | undefined> {
    const file = await files.open(path, 'read');
    try {
      const slots: Slot[] = [];
      for (const at of [0, slotBytes]) {
        const header = Buffer.alloc(headerBytes);
        await salvage(file, header, at);
        const bytes = Buffer.alloc(headerBytes + Math.min(maxProgressBytes, header.readUInt32LE(12)));
        const slot = decodeSlot(logId, bytes.subarray(0, await salvage(file, bytes, at)));
        if (slot !== undefined) slots.push(slot);
      }
      return slots.sort((a, b) => b.generation - a.generation)[0];
    } finally {
      await file.close();
    }
  }

  /** Replaces whatever file there is by one with both slots filled, so that later writes need no new blocks on a full disk. Resolves when it
   *  survives a power loss. */
  async create(state: CursorState): Promise<void> {
    await this.close();
    const fresh = `${this.#path}.new`;
    const dir = dirname(this.#path);
    await this.#files.makeDir(dir);
    await this.#files.remove(fresh);
    const file = await this.#files.open(fresh, 'new');
    try {
      for (let slot = 0; slot < 2; slot++) await this.#writeSlot(file, state);
      await file.sync();
      await this.#files.rename(fresh, this.#path);
      await this.#files.syncDir(dir);
      await this.#files.syncDir(dirname(dir));
    } catch (why) {
      await file.close();
      throw why;
    }
    this.#file = file;
  }

  /** Writes into the slot that is not the newest. */
  async write(state: CursorState): Promise<void> {
    this.#file ??= await this.#files.open(this.#path, 'write');
    await this.#writeSlot(this.#file, state);
  }

  async sync(): Promise<void> {
    await this.#file?.sync();
  }

  async close(): Promise<void> {
    const file = this.#file;
    this.#file = undefined;
    await file?.close();
  }

  async remove(): Promise<void> {
    await this.close();
    await this.#files.remove(this.#path);
    await this.#files.syncDir(dirname(this.#path));
  }

  async #writeSlot(file: OpenFile, state: CursorState): Promise<void> {
    const generation = this.#generation + 1;
    await writeAll(file, [encodeSlot(this.#logId, { generation, state })], (generation % 2) * slotBytes);
    this.#generation = generation;
  }
}
