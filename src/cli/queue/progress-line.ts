import type { Clock } from '../../core/clock.ts';
import type { Io } from '../io.ts';

const terminalEveryMs = 200;
const otherwiseEveryMs = 10_000;

/** Says on stderr how far long work is: one line that changes on a terminal, a line now and then elsewhere, nothing when it is short. */
export class ProgressLine {
  readonly #io: Io;
  readonly #clock: Clock;
  readonly #what: string;
  #saidMs: number;
  #shown = false;

  /** `what`: "checked", to be read with the counts. */
  constructor(what: string, io: Io, clock: Clock) {
    this.#what = what;
    this.#io = io;
    this.#clock = clock;
    this.#saidMs = clock.monotonic();
  }

  /** `counts`: "3 of 12 segments". */
  update(counts: string): void {
    const { stderr } = this.#io;
    const nowMs = this.#clock.monotonic();
    if (nowMs - this.#saidMs < (stderr.isTty ? terminalEveryMs : otherwiseEveryMs)) return;
    this.#saidMs = nowMs;
    this.#shown = true;
    stderr.write(stderr.isTty ? `\r\u001b[K${this.#what} ${counts}` : `${this.#what} ${counts}\n`);
  }

  /** Leaves the terminal's line as it was. */
  end(): void {
    if (this.#shown && this.#io.stderr.isTty) this.#io.stderr.write('\r\u001b[K');
  }
}
