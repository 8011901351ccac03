import type { Clock } from '../../core/clock.ts';
import type { Logger } from '../../core/component.ts';
import { messageOf } from '../../core/errors.ts';

/** What is read again when its files change. */
export interface Renewable {
  /** What it is, for the log: "the certificate", "the users". */
  readonly what: string;
  /** Whether the files say something new, which counts from now on. Rejects when what they say is of no use; the old one goes on then. */
  changed(): Promise<boolean>;
}

// A burst of connections or requests looks at the files once.
const lookEveryMs = 1000;

/** Follows files while they are needed: nobody asks, nothing is looked at. What was good last goes on until there is something better. */
export class Renewal {
  readonly #subject: Renewable;
  readonly #clock: Clock;
  readonly #log: Logger;
  #lookedAt = Number.NEGATIVE_INFINITY;
  #looking: Promise<void> | undefined;
  #complaint: string | undefined;

  constructor(subject: Renewable, { clock, log }: { readonly clock: Clock; readonly log: Logger }) {
    this.#subject = subject;
    this.#clock = clock;
    this.#log = log;
  }

  /** undefined: what is known is at most a second old. Else wait for it; it never rejects. `renewed` is called when something new counts. */
  follow(renewed: () => void = () => {}): Promise<void> | undefined {
    if (this.#looking !== undefined) return this.#looking;
    if (this.#clock.monotonic() - this.#lookedAt < lookEveryMs) return undefined;
    this.#lookedAt = this.#clock.monotonic();
    this.#looking = this.#look(renewed).finally(() => {
      this.#looking = undefined;
    });
    return this.#looking;
  }

  async #look(renewed: () => void): Promise<void> {
    const { what } = this.#subject;
    try {
      if (await this.#subject.changed()) {
        renewed();
        this.#log.info(`${what} changed: the new one is in force`);
      }
      this.#complaint = undefined;
    } catch (why) {
      const complaint = messageOf(why);
      if (this.#complaint !== complaint) this.#log.error(`${what} cannot be renewed, the last good one goes on`, { error: complaint });
      this.#complaint = complaint;
    }
  }
}
