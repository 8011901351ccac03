const pageBytes = 4096;

/** A file's bytes with holes, as a file system keeps them. */
export class Content {
  readonly #pages = new Map<number, Uint8Array>();
  length = 0;

  static of(bytes: Uint8Array): Content {
    const content = new Content();
    content.write(0, bytes);
    return content;
  }

  get bytes(): Uint8Array {
    const bytes = new Uint8Array(this.length);
    this.read(bytes, 0);
    return bytes;
  }

  /** What is not a hole. */
  pieces(): { readonly at: number; readonly bytes: Uint8Array }[] {
    return [...this.#pages].map(([page, bytes]) => ({ at: page * pageBytes, bytes: bytes.slice(0, this.length - page * pageBytes) }));
  }

  clone(): Content {
    const content = new Content();
    content.length = this.length;
    for (const [page, bytes] of this.#pages) content.#pages.set(page, Uint8Array.from(bytes));
    return content;
  }

  /** Bytes that were there. */
  read(into: Uint8Array, at: number): number {
    const count = Math.max(0, Math.min(into.length, this.length - at));
    for (let done = 0; done < count; ) {
      const offset = (at + done) % pageBytes;
      const part = into.subarray(done, Math.min(count, done + pageBytes - offset));
      const page = this.#pages.get((at + done - offset) / pageBytes);
      if (page === undefined) part.fill(0);
      else part.set(page.subarray(offset, offset + part.length));
      done += part.length;
    }
    return count;
  }

  write(at: number, bytes: Uint8Array): void {
    for (let done = 0; done < bytes.length; ) {
      const offset = (at + done) % pageBytes;
      const number = (at + done - offset) / pageBytes;
      const page = this.#pages.get(number) ?? new Uint8Array(pageBytes);
      this.#pages.set(number, page);
      const part = bytes.subarray(done, done + pageBytes - offset);
      page.set(part, offset);
      done += part.length;
    }
    this.length = Math.max(this.length, at + bytes.length);
  }

  truncate(size: number): void {
    this.write(size, new Uint8Array(Math.max(0, this.length - size)));
    this.length = size;
  }
}
