/** What a start found. */
export interface OpenedFacts {
  readonly records: number;
  readonly sizeBytes: number;
  /** Files that no use could be made of, and why; renamed to NAME.bad. */
  readonly setAside: readonly string[];
  /** Files that are none of a queue's; left alone. */
  readonly foreign: readonly string[];
  /** Cursors whose place was missing or damaged: they begin at the oldest record. */
  readonly lostPlaces: readonly string[];
}

/** Who is told what happens to a log on disk. */
export interface DiskReport {
  opened(facts: OpenedFacts): void;
  /** Records that a cursor needed and that cannot be read. */
  damaged(records: number): void;
  appended(bytes: number): void;
  synced(seconds: number): void;
  /** A write, sync, read or removal failed. It is tried again, but for the appends it was for. */
  failed(what: 'append' | 'cursor' | 'read' | 'delete', why: unknown): void;
  /** Appends are stored. */
  stored(): void;
}
