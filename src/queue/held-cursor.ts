import type { LogCursor } from './cursor.ts';
import type { Cursor, CursorStats, Lease } from './log.ts';

/** A cursor in the hands of its one holder, until close(). */
export class HeldCursor implements Cursor {
  readonly #cursor: LogCursor;
  readonly #leave: () => void;
  readonly #remove: () => Promise<void>;
  #closing: Promise<void> | undefined;

  /** `leave`: lets the next holder in. `remove`: so that the log knows it no more. */
  constructor(cursor: LogCursor, leave: () => void, remove: () => Promise<void>) {
    this.#cursor = cursor;
    this.#leave = leave;
    this.#remove = remove;
  }

  get name(): string {
    return this.#cursor.name;
  }

  get paused(): boolean {
    return this.#cursor.paused;
  }

  get stats(): CursorStats {
    return this.#cursor.stats;
  }

  async take(order: 'oldest' | 'newest', signal: AbortSignal): Promise<Lease> {
    return this.#open().take(order, signal);
  }

  async takeExpired(receivedBefore: number): Promise<Lease | undefined> {
    return this.#open().takeExpired(receivedBefore);
  }

  async takeAt(position: number): Promise<Lease | undefined> {
    return this.#open().takeAt(position);
  }

  hold(tenant: string, ms: number): void {
    this.#open().hold(tenant, ms);
  }

  async pause(paused: boolean): Promise<void> {
    await this.#open().pause(paused);
  }

  close(): Promise<void> {
    this.#closing ??= this.#cursor.vacate().finally(this.#leave);
    return this.#closing;
  }

  forget(): Promise<void> {
    this.#closing ??= this.#cursor.vacate().then(this.#remove).finally(this.#leave);
    return this.#closing;
  }

  #open(): LogCursor {
    if (this.#closing !== undefined) throw new Error(`cursor ${this.#cursor.name} was closed`);
    return this.#cursor;
  }
}
