import { crc32 } from 'node:zlib';
import type { LogRecord } from '../../../queue/log.ts';
import type { Answer } from '../attempt/answer.ts';
import { remember } from '../pacing/bounded.ts';

/** What an endpoint remembers of a record that was not taken at once. Lost with the process: a restart begins to count anew. */
export interface History {
  /** Attempts made so far. */
  made: number;
  /** Start of the first, monotonic milliseconds. */
  readonly since: number;
  /** Failures that may be the record's own fault. */
  failures: number;
  /** Those of them before which, but after the one before, another record was taken. */
  beside: number;
  /** When it failed so last, monotonic milliseconds; undefined before that. */
  failedAt: number | undefined;
  /** Not before that, monotonic milliseconds. */
  notBefore: number;
  /** What the last attempt brought. */
  last: Answer | undefined;
}

/** More records than that are not told apart; the oldest memories go. */
const most = 100_000;

/** The histories of one endpoint's records. Of a record that is taken at its first attempt there is none. */
export class Histories {
  readonly #byPosition = new Map<number, History>();
  /** Of a record that was put back as another one and has not been taken out yet. */
  readonly #inherited = new Map<string, History>();

  /** How many records have one. */
  get size(): number {
    return this.#byPosition.size + this.#inherited.size;
  }

  /** Undefined when nothing is known of it. */
  find(position: number, record: LogRecord): History | undefined {
    if (this.#byPosition.size === 0 && this.#inherited.size === 0) return undefined;
    const known = this.#byPosition.get(position) ?? this.#takeInherited(record);
    if (known !== undefined) remember(this.#byPosition, position, known, most);
    return known;
  }

  /** Begins one. `since`: start of the first attempt. */
  begin(position: number, since: number): History {
    const history: History = { made: 0, since, failures: 0, beside: 0, failedAt: undefined, notBefore: 0, last: undefined };
    remember(this.#byPosition, position, history, most);
    return history;
  }

  /** All of records whose place is known. */
  *all(): Generator<{ readonly position: number; readonly history: History }> {
    for (const [position, history] of this.#byPosition) yield { position, history };
  }

  /** The record has ended. */
  end(position: number): void {
    if (this.#byPosition.size > 0) this.#byPosition.delete(position);
  }

  /** The record goes on as another one, which the log stores elsewhere. */
  bequeath(position: number, heir: LogRecord): void {
    const history = this.#byPosition.get(position);
    this.#byPosition.delete(position);
    if (history !== undefined) remember(this.#inherited, fingerprint(heir), history, most);
  }

  #takeInherited(record: LogRecord): History | undefined {
    if (record.only === undefined || this.#inherited.size === 0) return undefined;
    const key = fingerprint(record);
    const history = this.#inherited.get(key);
    this.#inherited.delete(key);
    return history;
  }
}

/** A log on disk yields another object than the one that was put in. */
function fingerprint({ receivedAt, body }: LogRecord): string {
  return `${receivedAt} ${body.byteLength} ${crc32(body)}`;
}
