import type { Shared } from '../../core/component.ts';
import { Invalid, Refused } from '../../core/errors.ts';
import { formatSize } from '../../core/units.ts';
import { Unserved } from './unserved.ts';

const retryAfterMs = 1000;
// What a request costs beside its bytes: its head, streams, an answer that is waited for. Tiny ones would else be free, and without number.
const requestBytes = 16 * 1024;
// A small bound was meant for bodies: it lets so many tiny ones in all the same.
const fewestRequests = 1024;

/** Bytes that several admissions hold together: what flamegate_in_flight_bytes shows. */
export class InFlight implements Shared {
  bytes = 0;

  close(): Promise<void> {
    return Promise.resolve();
  }
}

/** Bounds the bytes of requests that are held and not yet answered, a small one counting as 16 KiB. Counts, and knows no sender. */
export class Admission {
  readonly #limitBytes: number;
  readonly #leastBytes: number;
  readonly #total: InFlight;
  #heldBytes = 0;

  constructor(limitBytes: number, total: InFlight = new InFlight()) {
    this.#limitBytes = limitBytes;
    this.#leastBytes = Math.min(requestBytes, Math.floor(limitBytes / fewestRequests));
    this.#total = total;
  }

  get heldBytes(): number {
    return this.#heldBytes;
  }

  /** Nothing is held yet. Whoever opens one must release it, whatever happens. */
  open(): Reservation {
    return new Reservation(this.#leastBytes, (from, to) => this.#move(from, to));
  }

  #move(fromBytes: number, toBytes: number): void {
    const more = toBytes - fromBytes;
    if (toBytes > this.#limitBytes) {
      throw new Invalid('too_large', `the request needs ${toBytes} bytes at once, max_in_flight is ${formatSize(this.#limitBytes)}`);
    }
    if (more > 0 && this.#heldBytes + more > this.#limitBytes) {
      const message = `the requests under way hold ${this.#heldBytes} bytes, this one needs ${more} more, max_in_flight is ${formatSize(this.#limitBytes)}`;
      throw new Refused('memory', message, retryAfterMs);
    }
    this.#heldBytes += more;
    this.#total.bytes += more;
  }
}

/** One request's share: nothing until it holds something. */
export class Reservation {
  readonly #leastBytes: number;
  readonly #move: (fromBytes: number, toBytes: number) => void;
  #bytes = 0;
  #countedBytes = 0;
  #released = false;

  constructor(leastBytes: number, move: (fromBytes: number, toBytes: number) => void) {
    this.#leastBytes = leastBytes;
    this.#move = move;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /**
   * From now on so many, more or fewer than before. Throws Refused when they are not there now, Invalid when there never are so many, and
   * Unserved("canceled") after release(): work that goes on behind an answer must end, for its bytes would be nobody's.
   */
  hold(bytes: number): void {
    if (this.#released) throw new Unserved('canceled', 'the request is over');
    this.#count(Math.max(bytes, this.#leastBytes));
    this.#bytes = bytes;
  }

  /** Everything goes back, once. */
  release(): void {
    if (this.#released) return;
    this.#count(0);
    this.#released = true;
  }

  #count(bytes: number): void {
    this.#move(this.#countedBytes, bytes);
    this.#countedBytes = bytes;
  }
}
