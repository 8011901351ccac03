import { crc32 } from 'node:zlib';
import type { Lease, LogRecord } from '../../queue/log.ts';
import type { Answer } from './answer.ts';
import { remember } from './bounded.ts';

/** What an endpoint remembers of a record between attempts. Lost with the process: a restart begins to count anew. */
export interface Attempts {
  /** Made so far. */
  made: number;
  /** Start of the first, monotonic milliseconds. */
  readonly since: number;
  /** When it failed first without a neighbour that failed it as well; undefined before that. */
  suspectSince: number | undefined;
  /** Failures from then on. */
  suspect: number;
  /** Not before that, monotonic milliseconds: of what was put back, for which the log knows no wait. */
  notBefore: number;
  /** What the last attempt brought. */
  last: Answer | undefined;
}

/** More records than that are not told apart; the oldest memories go. */
const most = 100_000;

/** The attempts of one endpoint, by record. */
export class AttemptBook {
  readonly #byPosition = new Map<number, Attempts>();
  /** Of a record that has been put back as another one and not been taken yet. */
  readonly #inherited = new Map<string, Attempts>();

  /** How many records wait for another attempt, or are at it. */
  get size(): number {
    return this.#byPosition.size + this.#inherited.size;
  }

  /** What is known of the record; new when there is nothing. */
  of(lease: Lease, now: number): Attempts {
    const known = this.#byPosition.get(lease.position) ?? this.#takeInherited(lease.record);
    const attempts = known ?? { made: 0, since: now, suspectSince: undefined, suspect: 0, notBefore: 0, last: undefined };
    remember(this.#byPosition, lease.position, attempts, most);
    return attempts;
  }

  /** The record has ended. */
  end(position: number): void {
    this.#byPosition.delete(position);
  }

  /** The record goes on as another one. */
  bequeath(position: number, heir: LogRecord): void {
    const attempts = this.#byPosition.get(position);
    this.#byPosition.delete(position);
    if (attempts !== undefined) remember(this.#inherited, fingerprint(heir), attempts, most);
  }

  #takeInherited(record: LogRecord): Attempts | undefined {
    if (record.only === undefined || this.#inherited.size === 0) return undefined;
    const key = fingerprint(record);
    const attempts = this.#inherited.get(key);
    this.#inherited.delete(key);
    return attempts;
  }
}

/** A log on disk yields another object than the one that was put in. */
function fingerprint({ receivedAt, body }: LogRecord): string {
  return `${receivedAt} ${body.byteLength} ${crc32(body)}`;
}
