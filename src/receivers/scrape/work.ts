import type { Consumer, Host } from '../../core/component.ts';
import type { Fetcher } from '../../net/client/fetch.ts';
import type { ScrapeCounters } from './counters.ts';
import type { BodyRoom } from './room.ts';

/** What a loop works with: asked for anew at each scrape, so that a reload changes it between two. */
export interface Work {
  readonly intervalMs: number;
  readonly timeoutMs: number;
  readonly maxBodyBytes: number;
  readonly maxInflatedBytes: number;
  readonly fetcher: Fetcher;
  /** For the answers of all loops together. */
  readonly room: BodyRoom;
  readonly next: Consumer;
  readonly host: Host;
  readonly counters: ScrapeCounters;
  /** Told when a loop goes up or down. */
  turned(): void;
  /** Ends deliveries that wait for an endpoint. */
  readonly hurry: AbortSignal;
}

/** The queue is full: nobody scrapes until then. */
export class BackPressure {
  #until = 0;

  /** Monotonic milliseconds. */
  begin(now: number, forMs: number): void {
    this.#until = Math.max(this.#until, now + forMs);
  }

  holds(now: number): boolean {
    return now < this.#until;
  }
}
