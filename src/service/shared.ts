import type { Held, Shared } from '../core/component.ts';

interface Entry {
  holders: number;
  readonly opening: Promise<Shared>;
}

/** What outlives a reload, by key: open logs, bound listeners. */
export class SharedResources {
  readonly #entries = new Map<string, Entry>();
  readonly #closing = new Map<string, Promise<void>>();

  /** Opened by the first that asks, closed after the last has let go; who asks while it closes waits and opens it anew. */
  async share<T extends Shared>(key: string, open: () => Promise<T>): Promise<Held<T>> {
    const entry = this.#entries.get(key) ?? this.#open(key, open);
    entry.holders += 1;
    let held = true;
    const release = async (): Promise<void> => {
      if (!held) return;
      held = false;
      await this.#release(key, entry);
    };
    try {
      // One key is always asked for with one type: log directories and listener addresses have prefixes of their own.
      const resource = (await entry.opening) as T;
      return { resource, release };
    } catch (why) {
      if (this.#entries.get(key) === entry) this.#entries.delete(key);
      throw why;
    }
  }

  #open(key: string, open: () => Promise<Shared>): Entry {
    const closing = this.#closing.get(key);
    const entry = { holders: 0, opening: closing === undefined ? open() : closing.then(open) };
    this.#entries.set(key, entry);
    return entry;
  }

  async #release(key: string, entry: Entry): Promise<void> {
    entry.holders -= 1;
    if (entry.holders > 0) return;
    this.#entries.delete(key);
    const closing = entry.opening.then((resource) => resource.close());
    this.#closing.set(
      key,
      closing.catch(() => {}), // whoever opens it next sees for itself what is wrong
    );
    try {
      await closing;
    } finally {
      this.#closing.delete(key);
    }
  }
}
