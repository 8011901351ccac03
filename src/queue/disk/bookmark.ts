import type { Clock } from '../../core/clock.ts';
import type { CursorFile, CursorState } from './cursor-file.ts';
import { isFull } from './files.ts';

// After a crash a cursor repeats what it passed since the last write: with what is leased not more than 200 profiles (cursor.ts).
const mostProfiles = 64;
const latestMs = 50;
const retryMs = 1000;

/** What a bookmark works with. */
export interface BookmarkOptions {
  /** Of the cursor. */
  readonly name: string;
  readonly file: CursorFile;
  /** The cursor's state now. */
  readonly state: () => CursorState;
  /** Whether the cursor is retired now. */
  readonly retired: () => boolean;
  /** What this start found: no such cursor, one without a file, or one that is retired or not. */
  readonly found: 'nothing' | 'missing' | 'active' | 'retired';
  readonly clock: Clock;
  /** Told of every write that failed; it is tried again. */
  readonly onFailure: (why: unknown) => void;
  /** Told of every write, when it has succeeded or failed. */
  readonly onWritten: () => void;
}

/** Keeps one cursor's place on disk: soon after it moved, at once and durably when asked to. One write at a time. */
export class Bookmark {
  readonly #options: BookmarkOptions;
  #stored: boolean;
  /** Whether a start may find it retired. */
  #retiredOnDisk: boolean;
  /** Whether the file is there and may be written in place. */
  #sound: boolean;
  /** Profiles passed since the last write began, and those that it stores. */
  #moved = 0;
  #writing = 0;
  #failing = false;
  /** Whether the disk may not know the state after a power loss. */
  #unsynced = false;
  #turn: Promise<void> = Promise.resolve();
  /** The last sync, which may be under way. */
  #synced: Promise<void> = Promise.resolve();
  #queued = false;
  #closed = false;
  #cancelTimer: (() => void) | undefined;

  constructor(options: BookmarkOptions) {
    this.#options = options;
    this.#stored = options.found === 'active' || options.found === 'retired';
    this.#sound = this.#stored;
    this.#retiredOnDisk = options.found === 'retired';
  }

  /** Under which a start finds it. */
  get name(): string {
    return this.#options.name;
  }

  /** Whether a start would find the cursor, and take for its own what is appended now. */
  get stored(): boolean {
    return this.#stored && (this.#options.retired() || !this.#retiredOnDisk);
  }

  /** Whether a start would find the cursor, or should miss it. */
  get isKnown(): boolean {
    return this.#stored || this.#options.found === 'missing';
  }

  /** Profiles that the cursor has passed and that a start would not know of; undefined while the disk does not take them. */
  get unstored(): number | undefined {
    return this.#failing ? undefined : this.#moved + this.#writing;
  }

  /** Stores what the cursor has passed as soon as it can. */
  hurry(): void {
    if (this.#moved > 0) this.#writeSoon();
  }

  /** The cursor passed so many profiles. */
  moved(profiles: number): void {
    this.#moved += profiles;
    this.#unsynced = true;
    if (this.#moved >= mostProfiles) this.#writeSoon();
    else this.#writeAfter(latestMs);
  }

  /** Resolves when the state as it is now survives a power loss. */
  save(): Promise<void> {
    this.#unsynced = true;
    return this.sync();
  }

  /** Resolves when every state so far survives a power loss. Later writes do not wait for that. */
  async sync(): Promise<void> {
    let synced = this.#synced;
    await this.#inTurn(async () => {
      if (this.#unsynced || !this.#sound) {
        this.#unsynced = false;
        this.#synced = this.#syncFile(await this.#write());
        this.#synced.catch(() => {}); // told below and by the next write
      }
      synced = this.#synced;
    });
    await synced;
  }

  /** Ends with the write that is under way. */
  async close(): Promise<void> {
    this.#end();
    await this.#inTurn(() => this.#options.file.close());
  }

  /** Deletes the file. */
  async remove(): Promise<void> {
    this.#end();
    await this.#inTurn(() => this.#options.file.remove());
  }

  #end(): void {
    this.#closed = true;
    this.#cancelTimer?.();
  }

  #writeAfter(ms: number): void {
    if (this.#closed) return;
    this.#cancelTimer ??= this.#options.clock.after(ms, () => {
      this.#cancelTimer = undefined;
      this.#writeSoon();
    });
  }

  /** Writes without syncing: a crash of the process forgets nothing by it, a power loss repeats records. */
  #writeSoon(): void {
    if (this.#queued || this.#closed) return;
    this.#queued = true;
    const write = this.#inTurn(async () => {
      this.#queued = false;
      if (this.#moved > 0) await this.#write();
    });
    write.catch(() => {}); // told and tried again by #write
  }

  /** Resolves to the state that was written. */
  async #write(): Promise<CursorState> {
    const { file } = this.#options;
    const state = this.#options.state();
    this.#writing += this.#moved;
    this.#moved = 0;
    if (state.retired) this.#retiredOnDisk = true;
    try {
      if (this.#sound) await file.write(state);
      else await file.create(state);
      this.#failing = false;
    } catch (why) {
      this.#moved += this.#writing;
      throw this.#failed(why);
    } finally {
      this.#writing = 0;
      this.#options.onWritten();
    }
    this.#stored = true;
    this.#sound = true;
    return state;
  }

  async #syncFile({ retired }: CursorState): Promise<void> {
    try {
      await this.#options.file.sync();
    } catch (why) {
      throw this.#failed(why);
    }
    this.#retiredOnDisk = retired;
  }

  /** A file that failed for another reason than want of room is not trusted again: the next write makes a new one. */
  #failed(why: unknown): unknown {
    if (!isFull(why)) this.#sound = false;
    this.#unsynced = true;
    this.#failing = true;
    this.#moved = Math.max(1, this.#moved);
    this.#options.onFailure(why);
    this.#writeAfter(retryMs);
    return why;
  }

  #inTurn(run: () => Promise<void>): Promise<void> {
    const turn = this.#turn.then(run);
    this.#turn = turn.catch(() => {}); // whoever asked for it is told
    return turn;
  }
}
