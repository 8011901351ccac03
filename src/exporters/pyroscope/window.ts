import type { Clock } from '../../core/clock.ts';
import type { Outcome } from './outcome.ts';

/** What is under way when the process is killed may have been taken and is sent again: a crash repeats at most 200 profiles per endpoint. */
const mostRequests = 100;
const mostBytes = 64 * 2 ** 20;
const fewestBytes = 2 ** 20;
const firstRequests = 8;

/** One attempt's place in a window. */
export interface Slot {
  load(bytes: number): void;
  /** What the attempt came to. */
  tell(outcome: Outcome): void;
  /** Makes room, once. */
  leave(): void;
}

/**
 * How many attempts, and how many bytes, may be under way together: more while the endpoint takes them (doubling until the first trouble, then
 * one more per round), half as many when it does not. Additive increase and multiplicative decrease is what TCP does, for the same reason:
 * several gateways find their share of one backend.
 */
export class Window {
  readonly #clock: Clock;
  #requestLimit = firstRequests;
  #byteLimit = mostBytes;
  #requests = 0;
  #bytes = 0;
  #troubled = false;
  #halvedAt = Number.NEGATIVE_INFINITY;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** How many attempts may be under way. */
  get requests(): number {
    return Math.floor(this.#requestLimit);
  }

  /** One attempt may always be under way, whatever its size. */
  get full(): boolean {
    return this.#requests > 0 && (this.#requests >= this.requests || this.#bytes >= this.#byteLimit);
  }

  enter(): Slot {
    this.#requests += 1;
    const startedAt = this.#clock.monotonic();
    let carried = 0;
    let left = false;
    return {
      load: (bytes) => {
        carried = bytes;
        this.#bytes += bytes;
      },
      tell: (outcome) => {
        if (outcome === 'taken') this.#grow(carried);
        // What was sent before the window was halved is the same trouble, not more of it.
        else if ((outcome === 'failed' || outcome === 'down') && startedAt > this.#halvedAt) this.#halve();
      },
      leave: () => {
        if (left) return;
        left = true;
        this.#requests -= 1;
        this.#bytes -= carried;
      },
    };
  }

  /** Only a window that is used says whether a larger one would be taken. */
  #grow(bytes: number): void {
    if (this.#requests >= this.requests) {
      this.#requestLimit = Math.min(mostRequests, this.#requestLimit + (this.#troubled ? 1 / this.#requestLimit : 1));
    }
    this.#byteLimit = Math.min(mostBytes, this.#byteLimit + bytes);
  }

  #halve(): void {
    this.#troubled = true;
    this.#halvedAt = this.#clock.monotonic();
    this.#requestLimit = Math.max(1, this.#requestLimit / 2);
    this.#byteLimit = Math.max(fewestBytes, this.#byteLimit / 2);
  }
}
