import type { Lease } from '../../../queue/log.ts';
import { Handling } from './handling.ts';
import type { EndpointState } from './state.ts';

const afterBugMs = 1000;

/**
 * Which record of one endpoint goes next, and when: those in line as many at a time as the gate lets through, suspects one at a time beside
 * them, and probes while the endpoint counts as down. Nothing here waits: it looks again whenever something has changed.
 */
export class Dispatch {
  readonly handling: Handling;
  readonly #state: EndpointState;
  readonly #onChange: () => void;
  /** Reads from disk under way, and those of them that will take a place in the line. */
  #reads = 0;
  #readsOfLine = 0;
  #sendingSuspect = false;
  #searching = false;
  #looking = false;
  #newestDue = 0;
  #cancelTimer: (() => void) | undefined;
  #timerAt = Number.POSITIVE_INFINITY;

  /** `onChange`: a record has ended or gone back in line, so whoever waits for the end may look again. */
  constructor(state: EndpointState, onChange: () => void) {
    this.#state = state;
    this.#onChange = onChange;
    this.handling = new Handling(state, (lane) => {
      if (lane === 'suspect') this.#sendingSuspect = false;
      this.#changed();
    });
  }

  /** Records in hand: being read, sent, split or made a dead letter. */
  get inHand(): number {
    return this.#reads + this.handling.inHand + (this.#searching ? 1 : 0);
  }

  /** Starts whatever may start now. */
  look(): void {
    const { gate, evidence } = this.#state;
    if (this.#looking || this.#state.stopped || this.#state.inForce === undefined) return;
    this.#looking = true;
    try {
      if (gate.open) this.#probe();
      else {
        if (evidence.suspects.size > 0) this.#sendSuspect();
        while (gate.hasRoom(this.#readsOfLine) && this.#takeNext());
      }
    } catch (why) {
      this.#state.report(why);
      this.#wakeIn(afterBugMs);
    } finally {
      this.#looking = false;
    }
    this.#schedule();
  }

  /** Looks no more by itself. */
  stop(): void {
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
    this.#timerAt = Number.POSITIVE_INFINITY;
  }

  /** False when nobody is free. */
  #takeNext(): boolean {
    const taken = this.#state.cursor.take(this.#order());
    if (taken === undefined) return false;
    if (!(taken instanceof Promise)) this.handling.handle(taken, 'line');
    else {
      this.#readsOfLine += 1;
      void this.#read(taken, 'line');
    }
    return true;
  }

  #order(): 'oldest' | 'newest' {
    const share = this.#state.inForce?.newestFirstShare ?? 0;
    if (share === 0) return 'oldest';
    this.#newestDue += share;
    if (this.#newestDue < 1) return 'oldest';
    this.#newestDue -= 1;
    return 'newest';
  }

  /** Never rejects. */
  async #read(reading: Promise<Lease | undefined>, lane: 'line' | 'suspect'): Promise<void> {
    this.#reads += 1;
    let lease: Lease | undefined;
    try {
      lease = await reading;
    } catch (why) {
      this.#state.report(why);
    }
    this.#reads -= 1;
    if (lane === 'line') this.#readsOfLine -= 1;
    if (lease !== undefined) return this.handling.handle(lease, lane);
    if (lane === 'suspect') this.#sendingSuspect = false;
    this.#changed();
  }

  /** One of those who stand beside the line, when its time has come: alone, never instead of the others. */
  #sendSuspect(): void {
    const { gate, evidence, cursor } = this.#state;
    if (this.#sendingSuspect || gate.resting || cursor.paused) return;
    const position = evidence.suspects.next();
    if (position === undefined) return;
    const taken = cursor.takeAt(position);
    if (taken === undefined) return; // expired, dropped or taken with the line meanwhile
    this.#sendingSuspect = true;
    if (taken instanceof Promise) void this.#read(taken, 'suspect');
    else this.handling.handle(taken, 'suspect');
  }

  /** As many probes as are due, each of a record that may be good. */
  #probe(): void {
    const { gate, cursor } = this.#state;
    if (this.#searching || cursor.paused || gate.probesDue === 0) return;
    this.#searching = true;
    void this.#sendProbes().finally(() => {
      this.#searching = false;
      this.#changed();
    });
  }

  /** Never rejects. */
  async #sendProbes(): Promise<void> {
    const { gate, evidence } = this.#state;
    try {
      while (!this.#state.stopped && gate.open && gate.probesDue > 0) {
        gate.probe();
        const found = await evidence.search.next();
        const lease = found ?? (await this.#anyProbe());
        if (found === undefined) gate.nobodyNew();
        if (lease !== undefined) this.handling.handle(lease, gate.open ? 'probe' : 'line');
        else return gate.withdrawn();
      }
    } catch (why) {
      gate.withdrawn();
      this.#state.report(why);
    }
  }

  /** Everybody has been tried: whose turn it is, or the first of those that wait. */
  async #anyProbe(): Promise<Lease | undefined> {
    const { cursor, evidence } = this.#state;
    const taken = await cursor.take('oldest');
    if (taken !== undefined) return taken;
    const { first } = cursor.line;
    const tenant = first === undefined ? undefined : cursor.tenantAt(first);
    if (first === undefined || tenant === undefined || evidence.tenants.isHeld(tenant)) return undefined;
    return cursor.takeAt(first);
  }

  #changed(): void {
    this.look();
    this.#onChange();
  }

  #schedule(): void {
    const { gate, evidence } = this.#state;
    let waitMs = gate.waitMs ?? Number.POSITIVE_INFINITY;
    if (!gate.open && evidence.suspects.size > 0 && !this.#sendingSuspect) waitMs = Math.min(waitMs, evidence.suspects.waitMs);
    if (waitMs < Number.POSITIVE_INFINITY) this.#wakeIn(waitMs);
  }

  /** One timer, for the earliest of what was asked for. */
  #wakeIn(ms: number): void {
    const { clock } = this.#state.host;
    const at = clock.monotonic() + ms;
    if (this.#timerAt <= at) return;
    this.#cancelTimer?.();
    this.#timerAt = at;
    this.#cancelTimer = clock.after(Math.max(1, ms), () => {
      this.#cancelTimer = undefined;
      this.#timerAt = Number.POSITIVE_INFINITY;
      this.look();
    });
  }
}
