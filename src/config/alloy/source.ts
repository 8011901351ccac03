import type { Place } from '../tree.ts';

/** One file of a configuration, as it was read. */
export interface Source {
  /** As the user named it: what stands before line and column in every message. */
  readonly name: string;
  readonly text: string;
}

/** A character of a source. */
export interface Position {
  readonly source: Source;
  /** UTF-16 units from the start of the text. */
  readonly offset: number;
  /** 1-based. */
  readonly line: number;
  /** 1-based, in UTF-16 units, as editors count. */
  readonly column: number;
}

/** The position as the tree and every problem have it. */
export function placeOf(at: Position, through?: string): Place {
  return { source: at.source.name, line: at.line, column: at.column, through };
}

/** "config.alloy:8:1". */
export function formatPosition(at: Position): string {
  return `${at.source.name}:${at.line}:${at.column}`;
}

/** A mistake in a file and where it stands. */
export class AlloyError extends Error {
  readonly at: Position;

  constructor(at: Position, message: string) {
    super(message);
    this.name = 'AlloyError';
    this.at = at;
  }
}
