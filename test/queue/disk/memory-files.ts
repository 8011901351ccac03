import { dirname } from 'node:path';
import type { Files, OpenFile } from '../../../src/queue/disk/files.ts';
import { Content } from './content.ts';

/** One change of the file system, in the order in which the log made it; `mark` is the test's own. */
export type Op =
  | { readonly kind: 'create'; readonly path: string; readonly inode: number }
  | { readonly kind: 'write'; readonly inode: number; readonly at: number; readonly bytes: Uint8Array }
  | { readonly kind: 'truncate'; readonly inode: number; readonly size: number }
  | { readonly kind: 'sync'; readonly inode: number }
  | { readonly kind: 'rename'; readonly from: string; readonly to: string }
  | { readonly kind: 'unlink'; readonly path: string }
  | { readonly kind: 'syncDir'; readonly dir: string }
  | { readonly kind: 'mark'; readonly text: string };

/** What stands in the files at one moment. */
export type Image = ReadonlyMap<string, Content>;

/** What a call on the file layer does before it is served: throw, or take time. */
export type Fault = (verb: 'open' | 'write' | 'sync' | 'read' | 'remove' | 'rename' | 'syncDir', path: string) => Promise<void> | void;

/** A file system in memory that remembers every change, fails on request, and whose power can be cut. */
export class MemoryFiles implements Files {
  readonly history: Op[] = [];
  fault: Fault = () => {};
  /** At most so many bytes a write. */
  mostPerWrite = Number.POSITIVE_INFINITY;
  /** Bytes of the volume. */
  volumeBytes = 2 ** 40;
  readonly #names = new Map<string, number>();
  readonly #contents = new Map<number, Content>();
  #inodes = 0;

  constructor(image: Image = new Map()) {
    for (const [path, bytes] of image) {
      this.#names.set(path, this.#inodes);
      this.#contents.set(this.#inodes, bytes.clone());
      this.history.push({ kind: 'create', path, inode: this.#inodes }, ...writesOf(this.#inodes, bytes), {
        kind: 'sync',
        inode: this.#inodes,
      });
      this.history.push({ kind: 'syncDir', dir: dirname(path) });
      this.#inodes += 1;
    }
  }

  /** The test's own entry in the history. */
  mark(text: string): void {
    this.history.push({ kind: 'mark', text });
  }

  image(): Map<string, Content> {
    return new Map([...this.#names].map(([path, inode]) => [path, (this.#contents.get(inode) ?? new Content()).clone()]));
  }

  get usedBytes(): number {
    let bytes = 0;
    for (const inode of this.#names.values()) bytes += this.#contents.get(inode)?.length ?? 0;
    return bytes;
  }

  async open(path: string, mode: 'new' | 'write' | 'read'): Promise<OpenFile> {
    await this.fault('open', path);
    let inode = this.#names.get(path);
    if (mode === 'new') {
      if (inode !== undefined) throw failure('EEXIST', path);
      inode = this.#inodes++;
      this.#names.set(path, inode);
      this.#contents.set(inode, new Content());
      this.history.push({ kind: 'create', path, inode });
    }
    if (inode === undefined) throw failure('ENOENT', path);
    return this.#openFile(path, inode);
  }

  async read(path: string): Promise<Uint8Array | undefined> {
    await this.fault('read', path);
    const inode = this.#names.get(path);
    return inode === undefined ? undefined : this.#contents.get(inode)?.bytes;
  }

  async list(dir: string): Promise<readonly string[]> {
    const names = new Set<string>();
    for (const path of this.#names.keys()) if (path.startsWith(`${dir}/`)) names.add(path.slice(dir.length + 1).split('/')[0] ?? '');
    return [...names];
  }

  async makeDir(): Promise<void> {}

  async removeDir(): Promise<void> {}

  async rename(from: string, to: string): Promise<void> {
    await this.fault('rename', from);
    const inode = this.#names.get(from);
    if (inode === undefined) throw failure('ENOENT', from);
    this.#names.delete(from);
    this.#names.set(to, inode);
    this.history.push({ kind: 'rename', from, to });
  }

  async remove(path: string): Promise<void> {
    await this.fault('remove', path);
    if (!this.#names.delete(path)) return;
    this.history.push({ kind: 'unlink', path });
  }

  async syncDir(dir: string): Promise<void> {
    await this.fault('syncDir', dir);
    this.history.push({ kind: 'syncDir', dir });
  }

  async describe(): Promise<{ uid: number; mode: number; device: number }> {
    return { uid: 0, mode: 0o755, device: 1 };
  }

  async space(): Promise<{ freeBytes: number; totalBytes: number }> {
    return { freeBytes: this.volumeBytes - this.usedBytes, totalBytes: this.volumeBytes };
  }

  freeBytesNow(): number {
    return this.volumeBytes - this.usedBytes;
  }

  async lock(): Promise<() => void> {
    return () => {};
  }

  async realPath(dir: string): Promise<string> {
    return dir;
  }

  #openFile(path: string, inode: number): OpenFile {
    const content = this.#contents.get(inode) ?? new Content();
    return {
      write: async (pieces, at) => {
        await this.fault('write', path);
        const bytes = Buffer.concat(pieces).subarray(0, this.mostPerWrite);
        const growth = Math.max(0, at + bytes.length - content.length);
        if (this.usedBytes + growth > this.volumeBytes) throw failure('ENOSPC', path);
        content.write(at, bytes);
        this.history.push({ kind: 'write', inode, at, bytes: Uint8Array.from(bytes) });
        return bytes.length;
      },
      read: async (into, at) => {
        await this.fault('read', path);
        return content.read(into, at);
      },
      sync: async () => {
        await this.fault('sync', path);
        this.history.push({ kind: 'sync', inode });
      },
      size: async () => content.length,
      truncate: async (size) => {
        content.truncate(size);
        this.history.push({ kind: 'truncate', inode, size });
      },
      close: async () => {},
    };
  }
}

function writesOf(inode: number, content: Content): Op[] {
  return content.pieces().map(({ at, bytes }) => ({ kind: 'write', inode, at, bytes }));
}

/** An error as the system would throw it. */
export function failure(code: string, path: string): Error {
  return Object.assign(new Error(`${code}: ${path}`), { code });
}

/** What becomes of a change that was not synced: done, not done, or done in part. */
export type Fate = 'kept' | 'dropped' | 'torn';

/**
 * The files after the first `count` changes of a history and a power loss: what was synced is there, of the rest each write has the fate
 * that `fateOf` draws, whatever the order. Of a directory's unsynced changes a prefix is kept, as a journal does.
 */
export function afterPowerLoss(history: readonly Op[], count: number, fateOf: () => Fate): Image {
  const files = new Map<number, { readonly durable: Content; readonly unsynced: { at: number; bytes: Uint8Array }[] }>();
  const names = new Map<string, number>();
  const unsyncedNames = new Map<string, Op[]>();
  const note = (path: string, op: Op): void => {
    unsyncedNames.set(dirname(path), [...(unsyncedNames.get(dirname(path)) ?? []), op]);
  };
  const apply = (op: Op): void => {
    if (op.kind === 'create') names.set(op.path, op.inode);
    if (op.kind === 'unlink') names.delete(op.path);
    if (op.kind !== 'rename') return;
    const inode = names.get(op.from);
    names.delete(op.from);
    if (inode !== undefined) names.set(op.to, inode);
  };
  for (const op of history.slice(0, count)) {
    switch (op.kind) {
      case 'create':
        files.set(op.inode, { durable: new Content(), unsynced: [] });
        note(op.path, op);
        break;
      case 'write':
        files.get(op.inode)?.unsynced.push(op);
        break;
      case 'sync': {
        const file = files.get(op.inode);
        for (const { at, bytes } of file?.unsynced.splice(0) ?? []) file?.durable.write(at, bytes);
        break;
      }
      case 'rename':
        note(op.to, op);
        break;
      case 'unlink':
        note(op.path, op);
        break;
      case 'syncDir':
        for (const change of unsyncedNames.get(op.dir) ?? []) apply(change);
        unsyncedNames.delete(op.dir);
        break;
      case 'truncate':
      case 'mark':
        break;
      default:
        op satisfies never;
    }
  }
  for (const changes of unsyncedNames.values()) {
    for (const change of changes) {
      if (fateOf() !== 'kept') break;
      apply(change);
    }
  }
  const image = new Map<string, Content>();
  for (const [path, inode] of names) {
    const file = files.get(inode);
    for (const { at, bytes } of file?.unsynced ?? []) {
      const fate = fateOf();
      if (fate !== 'dropped') file?.durable.write(at, bytes.subarray(0, fate === 'torn' ? bytes.length / 2 : undefined));
    }
    image.set(path, file?.durable ?? new Content());
  }
  return image;
}

/** The files after the first `count` changes when only the process dies: the kernel has them all. */
export function afterKill(history: readonly Op[], count: number): Image {
  const synced: Op[] = [];
  const dirs = new Set<string>();
  for (const op of history.slice(0, count)) {
    if (op.kind === 'create' || op.kind === 'unlink') dirs.add(dirname(op.path));
    if (op.kind === 'rename') dirs.add(dirname(op.to));
    synced.push(op);
    if (op.kind === 'write') synced.push({ kind: 'sync', inode: op.inode });
  }
  for (const dir of dirs) synced.push({ kind: 'syncDir', dir });
  return afterPowerLoss(synced, synced.length, () => 'kept');
}
