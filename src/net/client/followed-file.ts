import { readFileSync } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';

/** A file of the configuration that is read again when it has changed: secrets, certificates, keys. Looked at whenever it is asked for. */
export class FollowedFile {
  readonly #path: string;
  #stamp: string | undefined;
  #text = '';

  constructor(path: string) {
    this.#path = path;
  }

  /** The text as it stands now. Rejects with a sentence that names the file; an earlier text is not used then, as with Alloy. */
  async read(): Promise<string> {
    try {
      // Looked at before it is read: a write in between is then seen the next time.
      const { ctimeNs, ino, mtimeNs, size } = await stat(this.#path, { bigint: true });
      const stamp = [ctimeNs, ino, mtimeNs, size].join();
      if (stamp !== this.#stamp) {
        this.#text = await readFile(this.#path, 'utf8');
        this.#stamp = stamp;
      }
      return this.#text;
    } catch (cause) {
      throw this.#unreadable(cause);
    }
  }

  /** The same for the moment when a configuration is taken or refused, which waits for nothing. */
  readNow(): string {
    try {
      return readFileSync(this.#path, 'utf8');
    } catch (cause) {
      throw this.#unreadable(cause);
    }
  }

  #unreadable(cause: unknown): Error {
    const code = cause instanceof Error && 'code' in cause ? cause.code : cause;
    return new Error(`unable to read file ${this.#path}: ${code}`, { cause });
  }
}
