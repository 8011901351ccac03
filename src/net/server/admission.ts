import type { Shared } from '../../core/component.ts';
import { Invalid, Refused } from '../../core/errors.ts';
import { formatSize } from '../../core/units.ts';
import { Unserved } from './unserved.ts';

const retryAfterMs = 1000;
// What a request costs beside its bytes: its head, streams, an answer that is waited for. Tiny ones would else be free, and without number.
const requestBytes = 16 * 1024;
// A small bound was meant for bodies: it lets so many tiny ones in all the same.
const fewestRequests = 1024;
// Above this part of the bound the room is scarce: the rest is kept for whoever holds less than his share.
const scarceAbove = 7 / 8;

/** Bytes that several admissions hold together: what flamegate_in_flight_bytes shows. */
export class InFlight implements Shared {
  bytes = 0;

  close(): Promise<void> {
    return Promise.resolve();
  }
}

/** Who a request's bytes are counted for. */
export interface Holder {
  readonly tenant: string;
  readonly address: string;
}

const nobody: Holder = { tenant: '', address: '' };

/**
 * Bounds the bytes of requests that are held and not yet answered, a small one counting as 16 KiB. When room is scarce, the tenants share it
 * evenly, and so do the addresses they send from: one that takes more than its share is refused first.
 */
export class Admission {
  /** Asked to free so many bytes when there is no room: takes them from bodies that hardly come any more. */
  makeRoom: ((bytes: number) => void) | undefined;
  readonly #limitBytes: number;
  readonly #leastBytes: number;
  readonly #total: InFlight;
  readonly #byTenant = new Map<string, number>();
  readonly #byAddress = new Map<string, number>();
  #heldBytes = 0;

  constructor(limitBytes: number, total: InFlight = new InFlight()) {
    this.#limitBytes = limitBytes;
    this.#leastBytes = Math.min(requestBytes, Math.floor(limitBytes / fewestRequests));
    this.#total = total;
  }

  get heldBytes(): number {
    return this.#heldBytes;
  }

  get limitBytes(): number {
    return this.#limitBytes;
  }

  /** Throws Invalid when so many bytes never fit. */
  check(bytes: number): void {
    if (bytes <= this.#limitBytes) return;
    throw new Invalid('too_large', `the request needs ${bytes} bytes at once, max_in_flight is ${formatSize(this.#limitBytes)}`);
  }

  /** Nothing is held yet. Whoever opens one must release it, whatever happens. */
  open(holder: Holder = nobody): Reservation {
    return new Reservation(this, holder);
  }

  /** For reservations: throws when there is no room for so many bytes instead of those. Takes it from others first, the asking one included. */
  admit(fromBytes: number, bytes: number, { tenant, address }: Holder): void {
    const toBytes = this.#counted(bytes);
    const more = toBytes - fromBytes;
    if (more <= 0) return;
    this.check(toBytes);
    const scarceBytes = this.#limitBytes * scarceAbove;
    const missing = this.#heldBytes + more - scarceBytes;
    // Whoever is slowest loses his first: what stands still would else count as somebody's fair share.
    if (missing > 0) this.makeRoom?.(missing);
    if (this.#heldBytes + more > scarceBytes) {
      refuseGreedy(this.#byTenant, tenant, more, this.#limitBytes);
      refuseGreedy(this.#byAddress, address, more, this.#limitBytes);
    }
    if (this.#heldBytes + more > this.#limitBytes) {
      const message = `the requests under way hold ${this.#heldBytes} bytes, this one needs ${more} more, max_in_flight is ${formatSize(this.#limitBytes)}`;
      throw new Refused('memory', message, retryAfterMs);
    }
  }

  /** For reservations: what one counts for from now on, and before. */
  move(fromBytes: number, bytes: number, holder: Holder): number {
    const toBytes = this.#counted(bytes);
    const more = toBytes - fromBytes;
    this.#heldBytes += more;
    this.#total.bytes += more;
    add(this.#byTenant, holder.tenant, more);
    add(this.#byAddress, holder.address, more);
    return toBytes;
  }

  /** Less than 0: nothing. */
  #counted(bytes: number): number {
    return bytes < 0 ? 0 : Math.max(bytes, this.#leastBytes);
  }
}

function add(held: Map<string, number>, key: string, more: number): void {
  const bytes = (held.get(key) ?? 0) + more;
  if (bytes > 0) held.set(key, bytes);
  else held.delete(key);
}

function refuseGreedy(held: ReadonlyMap<string, number>, key: string, more: number, limitBytes: number): void {
  const before = held.get(key) ?? 0;
  const others = held.size - (held.has(key) ? 1 : 0);
  const share = limitBytes / (others + 1);
  if (others === 0 || before + more <= share) return;
  const message = `memory for requests is scarce (max_in_flight ${formatSize(limitBytes)}), and this sender's others hold ${before} bytes, more than its share`;
  throw new Refused('memory', message, retryAfterMs);
}

/** One request's share: nothing until it holds something. */
export class Reservation {
  readonly #admission: Admission;
  readonly #holder: Holder;
  #bytes = 0;
  #countedBytes = 0;
  #released = false;

  constructor(admission: Admission, holder: Holder) {
    this.#admission = admission;
    this.#holder = holder;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /**
   * From now on so many, more or fewer than before. Throws Refused when they are not there now, Invalid when there never are so many, and
   * Unserved("canceled") after release(): work that continues after the answer must end, because its bytes would not be counted.
   */
  hold(bytes: number): void {
    if (this.#released) throw new Unserved('canceled', 'the request is over');
    this.#admission.admit(this.#countedBytes, bytes, this.#holder);
    // The room that was made may be its own.
    if (this.#released) throw new Unserved('canceled', 'the request has lost its room');
    this.#countedBytes = this.#admission.move(this.#countedBytes, bytes, this.#holder);
    this.#bytes = bytes;
  }

  /** Everything goes back, once. */
  release(): void {
    if (this.#released) return;
    this.#released = true;
    if (this.#countedBytes > 0) this.#countedBytes = this.#admission.move(this.#countedBytes, -1, this.#holder);
  }
}
