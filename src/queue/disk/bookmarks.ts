import type { Clock } from '../../core/clock.ts';
import { encodeProgress } from '../progress.ts';
import type { StoreCursor } from '../store.ts';
import { Bookmark } from './bookmark.ts';
import { CursorFile, cursorPath, maxProgressBytes } from './cursor-file.ts';
import { type Files, isFull } from './files.ts';

/** Where bookmarks are. */
export interface BookmarkPlace {
  readonly files: Files;
  readonly dir: string;
  readonly logId: Uint8Array;
  readonly clock: Clock;
  /** Position of the next record. */
  readonly end: () => number;
  /** Told of every write that failed; it is tried again. */
  readonly onFailure: (why: unknown) => void;
}

/** The bookmark of every cursor of a log. */
export class Bookmarks {
  readonly #place: BookmarkPlace;
  readonly #byCursor = new Map<StoreCursor, Bookmark>();
  /** Under the name before, until the one under the new name is stored. */
  readonly #former = new Map<StoreCursor, Bookmark>();
  #renaming: Promise<void> = Promise.resolve();

  constructor(place: BookmarkPlace) {
    this.#place = place;
  }

  /** Names of the cursors that a start would find, or should miss. */
  get names(): string[] {
    return [...this.#byCursor].flatMap(([{ name }, { isKnown }]) => (isKnown ? [name] : [])).sort();
  }

  /** Of a cursor that an earlier process left; without a generation when its file is gone. */
  found(cursor: StoreCursor, generation: number | undefined): void {
    this.#byCursor.set(cursor, this.#create(cursor, generation ?? 'missing'));
  }

  /** Of a new cursor. Resolves when a start would find it, or when the disk is full: then complete() makes up for it. */
  async begin(cursor: StoreCursor): Promise<void> {
    const bookmark = this.#create(cursor, undefined);
    this.#byCursor.set(cursor, bookmark);
    try {
      await bookmark.save();
    } catch (why) {
      if (isFull(why)) return;
      this.#byCursor.delete(cursor);
      await bookmark.close();
      throw why;
    }
  }

  /** A cursor passed so many profiles. */
  moved(cursor: StoreCursor, profiles: number): void {
    this.#byCursor.get(cursor)?.moved(profiles);
  }

  /** As Store.unstored(). */
  unstored(cursor: StoreCursor): number | undefined {
    return this.#byCursor.get(cursor)?.unstored;
  }

  /** As Store.hurry(). */
  hurry(cursor: StoreCursor): void {
    this.#byCursor.get(cursor)?.hurry();
  }

  /** Resolves when the cursor's state survives a power loss, or when the disk would not take it: that is reported and tried again, and
   *  whoever closes a cursor need not fail by it. */
  async save(cursor: StoreCursor): Promise<void> {
    await this.#byCursor
      .get(cursor)
      ?.save()
      .catch(() => {});
  }

  /** Resolves when the cursor is found under its new name only, or when the disk is full: then complete() makes up for it. When it rejects
   *  the cursor is found under the name before. */
  rename(cursor: StoreCursor): Promise<void> {
    const { name } = cursor;
    // One after the other: each removes the file of the name before.
    const renaming = this.#renaming.then(() => (cursor.name === name ? this.#rename(cursor) : undefined)); // else a later one does it
    this.#renaming = renaming.catch(() => {}); // told to whoever asked for it
    return renaming;
  }

  async #rename(cursor: StoreCursor): Promise<void> {
    const old = this.#byCursor.get(cursor);
    const bookmark = this.#create(cursor, undefined);
    try {
      await bookmark.save();
    } catch (why) {
      if (!isFull(why)) {
        await bookmark.close();
        throw why;
      }
    }
    if (this.#byCursor.get(cursor) !== old) return bookmark.remove(); // forgotten meanwhile
    this.#byCursor.set(cursor, bookmark);
    await old?.close();
    if (old !== undefined && !this.#former.has(cursor)) this.#former.set(cursor, old);
    await this.#removeFormer();
  }

  /** Resolves when the cursor is no longer found. `unlisted`: stores first that it need not be missed. */
  async remove(cursor: StoreCursor, unlisted: () => Promise<void>): Promise<void> {
    const bookmark = this.#byCursor.get(cursor);
    const former = this.#former.get(cursor);
    this.#byCursor.delete(cursor);
    this.#former.delete(cursor);
    await unlisted();
    await bookmark?.remove();
    await former?.remove();
  }

  /** Resolves when a start would find every cursor, and each would take what is appended now. */
  async complete(): Promise<void> {
    for (const bookmark of this.#byCursor.values()) if (!bookmark.stored) await bookmark.sync();
    await this.#removeFormer();
  }

  /** Resolves when every cursor's state survives a power loss. A full disk is no reason to reject: what follows makes room. */
  async sync(): Promise<void> {
    for (const bookmark of this.#byCursor.values()) {
      await bookmark.sync().catch((why: unknown) => {
        if (!isFull(why)) throw why;
      });
    }
  }

  /** Stores what it can. What it cannot is repeated by the next start. */
  async close(): Promise<void> {
    await this.#renaming;
    for (const bookmark of this.#byCursor.values()) {
      await bookmark.sync().catch(() => {});
      await bookmark.close();
    }
    await this.#removeFormer();
  }

  /** What cannot be removed is reported and tried again: until then a start finds the cursor under both names, and repeats. */
  async #removeFormer(): Promise<void> {
    for (const [cursor, former] of this.#former) {
      if (this.#byCursor.get(cursor)?.stored !== true) continue;
      try {
        await former.remove();
        this.#former.delete(cursor);
      } catch (why) {
        this.#place.onFailure(why);
      }
    }
  }

  /** `generation`: of the newest slot in its file, undefined for a new cursor. */
  #create(cursor: StoreCursor, generation: number | 'missing' | undefined): Bookmark {
    const { files, dir, logId, clock, end, onFailure } = this.#place;
    return new Bookmark({
      file: new CursorFile(files, cursorPath(`${dir}/cursors`, cursor.name), logId, typeof generation === 'number' ? generation : 0),
      state: () => {
        const { paused, retired, pending } = cursor;
        return { paused, retired, end: end(), progress: encodeProgress(pending, end(), maxProgressBytes) };
      },
      retired: () => cursor.retired,
      found: generation === undefined ? 'nothing' : generation === 'missing' ? generation : cursor.retired ? 'retired' : 'active',
      clock,
      onFailure,
      onWritten: () => cursor.stored(),
    });
  }
}
