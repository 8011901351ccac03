/** Keys and indexes from the top of a file to a value. */
export type Path = readonly (string | number)[];

/** Where a value was written. */
export interface Place {
  /** "flamegate.yaml", "--set", "default". */
  readonly source: string;
  /** 1-based; 0 where there is none. Of --set: which one. */
  readonly line: number;
  /** 1-based; 0 where there is none. */
  readonly column: number;
  /** What it was read through: "${env:URL}", "sys.env(\"URL\")", "${file:/run/secrets/x}". */
  readonly through: string | undefined;
}

/**
 * What every front-end yields: plain values, and for each path where it came from. YAML files, an .alloy file, --set and defaults are layers
 * of one tree; zod and every check see the tree only, every message asks it for the place.
 */
export interface Tree {
  readonly value: unknown;
  /** Of the value itself, or of the nearest thing around it that has one. */
  place(path: Path, what?: 'key' | 'value'): Place;
  /** A scalar as it was written, references replaced: what a number or a boolean stands for where text is wanted. Front-ends whose language
   *  has types of its own leave it out. */
  text?(path: Path): string | undefined;
}

/** One mistake, or something to think about. */
export interface Problem {
  readonly place: Place;
  /** exporters.pyroscope/eu.endpoints[0].url */
  readonly path: string;
  /** What was found, what is expected, "did you mean". */
  readonly message: string;
  readonly severity: 'error' | 'warning';
}

/** ['exporters', 'pyroscope/eu', 'endpoints', 0, 'url'] -> "exporters.pyroscope/eu.endpoints[0].url". A key that would not read back as one
 *  step (it has a dot, a bracket, an equals sign, or is empty) is quoted: labels["a.b"]. */
export function formatPath(path: Path): string {
  let text = '';
  for (const step of path) {
    if (typeof step === 'number') text += `[${step}]`;
    else if (step === '' || /[.[\]="]/.test(step)) text += `[${JSON.stringify(step)}]`;
    else text += text === '' ? step : `.${step}`;
  }
  return text;
}

/** "flamegate.yaml:7:14"; the source alone where there is no line. */
export function formatPlace({ source, line, column }: Place): string {
  return line === 0 ? source : `${source}:${line}:${column}`;
}

/** The value at a path, undefined where there is none. */
export function valueAt(value: unknown, path: Path): unknown {
  let at = value;
  for (const step of path) {
    if (Array.isArray(at) && typeof step === 'number') at = at[step];
    else if (isMap(at) && Object.hasOwn(at, step)) at = at[step];
    else return undefined;
  }
  return at;
}

/** Whether it is a map of a configuration: an object that is no list and no instance of a class. */
export function isMap(value: unknown): value is Record<string, unknown> {
  if (typeof value !== 'object' || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}
