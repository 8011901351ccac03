/** Keys and indexes from the top of a file to a value. */
export type Path = readonly (string | number)[];

/** Where a value was written. */
export interface Place {
  /** "flamegate.yaml", "--set", "default". */
  readonly source: string;
  /** 1-based; 0 where there is none. */
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

/** ['exporters', 'pyroscope/eu', 'endpoints', 0, 'url'] -> "exporters.pyroscope/eu.endpoints[0].url". */
export function formatPath(path: Path): string {
  let text = '';
  for (const step of path) text += typeof step === 'number' ? `[${step}]` : text === '' ? step : `.${step}`;
  return text;
}
