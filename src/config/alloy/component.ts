import type { z } from 'zod';
import type { BlockReader } from './block-reader.ts';
import type { ForeignValues } from './foreign-values.ts';
import type { Placed } from './placed.ts';
import type { ObjectValue } from './value.ts';

/** Something of the tree that a block becomes. */
export interface Part {
  readonly section: 'receivers' | 'processors' | 'exporters' | 'pipelines' | 'telemetry';
  /** An id, the name of a pipeline, or "logs" and "traces". */
  readonly id: string;
  readonly placed: Placed<unknown>;
}

/** What a block becomes. */
export interface Outcome {
  readonly parts: readonly Part[];
  /** What it exports beside its receiver. */
  readonly exports?: ObjectValue;
}

/** What a component is told of itself and of the world. */
export interface Self {
  /** Its label, with those of the modules around it: the name in "pyroscope/name". */
  readonly name: string;
  readonly world: World;
}

/** Where values come from that are in no expression. */
export interface World {
  /** Text of a file. Throws an Error that says why not. */
  readFile(path: string): string;
  /** Takes note of a file or a directory whose content is a value of the configuration: a change of it is a change of the configuration. */
  follow(path: string): void;
  /** Names of the files in a directory, sorted; undefined when it is none. */
  listFiles(path: string): readonly string[] | undefined;
  /** Of --secrets-dir; undefined when it was not given. */
  readonly secretsDir: string | undefined;
  /** Of --queue-dir; undefined when it was not given. */
  readonly queueDir: string | undefined;
  /** The rules of an HTTP client without a URL, for components that this build has no schema of; undefined when they are not to be checked. */
  readonly httpClient: z.ZodType | undefined;
  /** Takes note of what was read from files and the environment. */
  readonly foreign: ForeignValues;
}

/** One of Alloy's components that has a counterpart here. */
export interface Component {
  /** "pyroscope.write" */
  readonly type: string;
  /** What its receiver is: a pipeline of this kind, "write" of "write/x". Undefined when it exports none. */
  readonly pipeline?: string;
  /** What other components may read of it. */
  readonly exports: readonly string[];
  /** It is there for itself; the others only when something needs them. */
  readonly root: boolean;
  /** Reads the block and reports every mistake in it. */
  read(block: BlockReader, self: Self): Outcome;
}
