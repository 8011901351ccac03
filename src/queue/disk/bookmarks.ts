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
  readonly #former = new Map<Bookmark, StoreCursor>();
  /** Whose file stands, or will, under a name: another bookmark of that name must not delete it. */
  readonly #owners = new Map<string, Bookmark>();
  /** Deletions under way, by name. */
  readonly #deleting = new Map<string, Promise<void>>();
  /** One rename at a time, so that there and back ends where it began. */
  #renaming: Promise<unknown> = Promise.resolve();

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
      await this.#deleting.get(bookmark.name);
      await bookmark.save();
    } catch (why) {
      if (isFull(why)) return;
      this.#byCursor.delete(cursor);
      this.#disown(bookmark);
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
    const bookmark = this.#create(cursor, undefined);
    const renaming = this.#renaming.then(() => this.#replace(cursor, bookmark));
    this.#renaming = renaming.catch(() => {}); // told to whoever asked for it
    return renaming;
  }

  /** Resolves when the cursor is no longer found. `unlisted`: stores first that it need not be missed. */
  async remove(cursor: StoreCursor, unlisted: () => Promise<void>): Promise<void> {
    await this.#renaming;
    const bookmark = this.#byCursor.get(cursor);
    const former = [...this.#former].flatMap(([other, whose]) => (whose === cursor ? [other] : []));
    this.#byCursor.delete(cursor);
    for (const other of former) this.#former.delete(other);
    await unlisted();
    for (const other of [...(bookmark === undefined ? [] : [bookmark]), ...former]) await this.#delete(other);
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
    for (const [former, cursor] of this.#former) {
      if (this.#byCursor.get(cursor)?.stored !== true) continue;
      try {
        await this.#delete(former);
        this.#former.delete(former);
      } catch (why) {
        this.#place.onFailure(why);
      }
    }
  }

  async #replace(cursor: StoreCursor, bookmark: Bookmark): Promise<void> {
    try {
      await this.#deleting.get(bookmark.name);
      await bookmark.save();
    } catch (why) {
      if (!isFull(why)) {
        this.#disown(bookmark);
        await bookmark.close();
        throw why;
      }
    }
    const old = this.#byCursor.get(cursor);
    this.#byCursor.set(cursor, bookmark);
    await old?.close();
    if (old !== undefined) this.#former.set(old, cursor);
    await this.#removeFormer();
  }

  /** Deletes its file, unless that is another's by now. */
  async #delete(bookmark: Bookmark): Promise<void> {
    const { name } = bookmark;
    const owner = this.#owners.get(name);
    if (owner !== undefined && owner !== bookmark) return bookmark.close();
    const deleting = bookmark.remove();
    this.#deleting.set(
      name,
      deleting.catch(() => {}), // told to whoever asked for it
    );
    try {
      await deleting;
      this.#disown(bookmark);
    } finally {
      this.#deleting.delete(name);
    }
  }

  #disown(bookmark: Bookmark): void {
    if (this.#owners.get(bookmark.name) === bookmark) this.#owners.delete(bookmark.name);
  }

  /** `generation`: of the newest slot in its file, undefined for a new cursor. */
  #create(cursor: StoreCursor, generation: number | 'missing' | undefined): Bookmark {
    const { files, dir, logId, clock, end, onFailure } = this.#place;
    const bookmark = new Bookmark({
      name: cursor.name,
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
    this.#owners.set(cursor.name, bookmark);
    return bookmark;
  }
}
