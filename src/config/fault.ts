import type { Path } from './tree.ts';

/** One thing wrong with a value, before it is known where the value was written. */
export interface Fault {
  readonly path: Path;
  readonly message: string;
  /** Of the key, not of what stands there: it is not known, or missing. */
  readonly aboutKey: boolean;
  /** Of a key that is not known: the one that was probably meant. */
  readonly meantKey?: string | undefined;
}
