import type { Clock } from '../../core/clock.ts';
import { Invalid, Refused } from '../../core/errors.ts';
import { formatSize } from '../../core/units.ts';
import type { Admission, Reservation } from './admission.ts';
import type { Bodies, Coming } from './bodies.ts';
import type { BodySink, Exchange } from './exchange.ts';
import { Gather } from './gather.ts';
import type { Unserved } from './unserved.ts';

// Reserved ahead of what has come: as much again, between these two. Who only announces a body holds little.
const leastStepBytes = 64 * 1024;
const mostStepBytes = 1024 * 1024;
// Where there is little room in all, less.
const fewestSteps = 64;

// What is still taken when memory is short.
const largeBytes = 256 * 1024;
const pressureRetryMs = 5000;

/** What bounds a body while it is read. */
export interface BodyLimits {
  readonly maxBytes: number;
  readonly memoryLevel: () => 'ok' | 'high' | 'full';
  readonly admission: Admission;
  readonly bodies: Bodies;
  readonly clock: Clock;
  /** What the first piece says of the whole. */
  readonly announcedBytes: ((start: Uint8Array) => number | undefined) | undefined;
}

/** Who waits for a body: told once, how it ends. */
export interface BodyOwner {
  /** All of it; pieces as they came. */
  onBody(pieces: readonly Uint8Array[]): void;
  /** Invalid, Refused or Unserved: too large, no room, too slow, or the sender is gone. */
  onNoBody(why: unknown): void;
}

/** One body on its way: room for it is reserved a step ahead of what has come, whatever Content-Length says. */
export class Body implements BodySink, Coming {
  readonly startedAt: number;
  receivedBytes = 0;
  readonly #limits: BodyLimits;
  readonly #reservation: Reservation;
  readonly #owner: BodyOwner;
  readonly #exchange: Exchange;
  readonly #announcedBytes: number;
  #gather = new Gather();
  #isOver = false;

  /** Throws Invalid or Refused when there is no room even for its beginning. */
  constructor(exchange: Exchange, reservation: Reservation, limits: BodyLimits, owner: BodyOwner) {
    this.#limits = limits;
    this.#reservation = reservation;
    this.#owner = owner;
    this.#exchange = exchange;
    // The HTTP parsers have refused a Content-Length that is not a number.
    this.#announcedBytes = Number(exchange.headers['content-length'] ?? -1);
    checkSize(this.#announcedBytes, limits.maxBytes);
    limits.admission.check(this.#announcedBytes);
    // A request without a body, such as /ready, always has room.
    if (this.#announcedBytes > 0) this.#reserve(0);
    this.startedAt = limits.clock.monotonic();
    limits.bodies.add(this);
  }

  get heldBytes(): number {
    return this.#reservation.bytes;
  }

  /** Of a stream that goes on, behind its end: nothing is kept. */
  piece(piece: Uint8Array): void {
    if (this.#isOver) {
      this.#exchange.free([piece]);
      return;
    }
    try {
      this.receivedBytes += piece.length;
      checkSize(this.receivedBytes, this.#limits.maxBytes);
      if (this.receivedBytes === piece.length) checkSize(this.#limits.announcedBytes?.(piece) ?? 0, this.#limits.maxBytes);
      if (this.receivedBytes > this.#reservation.bytes) this.#reserve(this.receivedBytes);
      this.#gather.add(piece);
    } catch (why) {
      this.fail(why);
      this.#exchange.free([piece]);
    }
  }

  end(): void {
    if (!this.#finish()) return;
    const pieces = this.#gather.finish();
    this.#gather = new Gather();
    this.#owner.onBody(pieces);
  }

  fail(why: unknown): void {
    if (!this.#finish()) return;
    this.#exchange.free(this.#gather.drop());
    this.#owner.onNoBody(why);
  }

  cut(why: Refused | Unserved): void {
    this.fail(why);
  }

  #reserve(receivedBytes: number): void {
    const level = this.#limits.memoryLevel();
    if (level !== 'ok' && (level === 'full' || Math.max(receivedBytes, this.#announcedBytes) > largeBytes)) {
      const what = level === 'full' ? 'nothing is taken' : `no body above ${formatSize(largeBytes)} is taken`;
      throw new Refused('memory', `the process is close to the memory it may use (service.memory_limit), ${what}`, pressureRetryMs);
    }
    const most = Math.min(mostStepBytes, Math.floor(this.#limits.admission.limitBytes / fewestSteps));
    const step = Math.min(most, Math.max(leastStepBytes, receivedBytes));
    const left = this.#announcedBytes < 0 ? step : Math.max(0, this.#announcedBytes - receivedBytes);
    try {
      this.#reservation.hold(receivedBytes + Math.min(step, left));
    } catch (why) {
      // Without a step ahead: it may be the last piece.
      if (receivedBytes === 0) throw why;
      this.#reservation.hold(receivedBytes);
    }
  }

  #finish(): boolean {
    if (this.#isOver) return false;
    this.#isOver = true;
    this.#limits.bodies.remove(this);
    return true;
  }
}

function checkSize(bytes: number, maxBytes: number): void {
  if (bytes <= maxBytes) return;
  throw new Invalid('too_large', `the request has ${bytes} bytes or more, max_request_size is ${formatSize(maxBytes)}`);
}
