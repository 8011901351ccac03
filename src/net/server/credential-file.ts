import { FollowedFile } from '../client/followed-file.ts';
import { tenantFault } from './identity.ts';
import type { Renewable } from './renewal.ts';

/** What one line of a file of credentials gives. */
export interface Entry<T> {
  /** No two lines may have the same one. Never shown. */
  readonly key: string;
  readonly value: T;
}

/** Reads one line. A string is what was expected instead: it goes to the log and must hold nothing of the line. */
export type ParseLine<T> = (line: string) => Entry<T> | string;

/** A file with one sender a line, blank lines and those with # left out; followed when it changes, as a whole or not at all. */
export class CredentialFile<T> implements Renewable {
  readonly what: string;
  readonly #path: string;
  readonly #file: FollowedFile;
  readonly #parse: ParseLine<T>;
  #text: string;
  #entries: ReadonlyMap<string, T>;

  /** `key`: the configuration's name for it. Throws a sentence that names the file, and the line, when it is missing or of no use. */
  constructor(key: string, path: string, parse: ParseLine<T>) {
    this.what = `${key} ${path}`;
    this.#path = path;
    this.#file = new FollowedFile(path);
    this.#parse = parse;
    this.#text = this.#file.readNow();
    this.#entries = this.#read(this.#text);
  }

  get entries(): ReadonlyMap<string, T> {
    return this.#entries;
  }

  async changed(): Promise<boolean> {
    const text = await this.#file.read();
    if (text === this.#text) return false;
    this.#entries = this.#read(text);
    this.#text = text;
    return true;
  }

  #read(text: string): ReadonlyMap<string, T> {
    const entries = new Map<string, T>();
    const lines = new Map<string, number>();
    for (const [at, raw] of text.split('\n').entries()) {
      const line = raw.trim();
      if (line === '' || line.startsWith('#')) continue;
      const entry = this.#parse(line);
      if (typeof entry === 'string') throw new Error(`${this.#path}:${at + 1}: expected ${entry}`);
      const first = lines.get(entry.key);
      if (first !== undefined) throw new Error(`${this.#path}:${at + 1}: the same one stands in line ${first} already`);
      lines.set(entry.key, at + 1);
      entries.set(entry.key, entry.value);
    }
    // A file that is just being written anew is empty for a moment; whoever wants nobody in stops the receiver.
    if (entries.size === 0) throw new Error(`${this.#path} is empty: nobody could send`);
    return entries;
  }
}

/** "a,b": the tenants that a sender may name. A string is what was expected instead; it says nothing of what was found, which may be half a token. */
export function parseTenants(text: string): readonly string[] | string {
  const tenants = text.split(',');
  const isFine = tenants.every((tenant) => tenant !== '' && tenantFault(tenant) === undefined);
  return isFine ? [...new Set(tenants)] : "tenant ids with commas between them, each of at most 150 letters, digits and !-_.*'()";
}
