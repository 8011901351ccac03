import type { Host } from '../core/component.ts';
import { messageOf } from '../core/errors.ts';

/** A target as it was found: labels by name, with `__address__` and what `__meta_*` says of it. */
export type TargetLabels = Readonly<Record<string, string>>;

/** Told the whole list each time it may have changed. */
export type Found = (targets: readonly TargetLabels[]) => void;

/** Where targets come from. */
export interface TargetSource {
  /**
   * Finds targets until the signal aborts, then resolves; never rejects. While it cannot be asked the last list stays: an empty one means
   * that there are no targets.
   */
  run(found: Found, signal: AbortSignal): Promise<void>;
}

/** Says once why a source cannot be asked, and once that it can again. */
export class Complaint {
  readonly #host: Host;
  readonly #facts: Readonly<Record<string, string>>;
  #reason = '';

  constructor(host: Host, facts: Readonly<Record<string, string>>) {
    this.#host = host;
    this.#facts = facts;
  }

  failed(error: unknown): void {
    const reason = messageOf(error);
    if (reason === this.#reason) return;
    this.#reason = reason;
    this.#host.log.warn('targets could not be discovered; the previous ones are kept', { ...this.#facts, reason });
  }

  worked(): void {
    if (this.#reason === '') return;
    this.#reason = '';
    this.#host.log.info('targets are discovered again', this.#facts);
  }
}

/** Sleeps; false when the signal aborted. */
export async function sleep(host: Host, ms: number, signal: AbortSignal): Promise<boolean> {
  await host.clock.sleep(ms, signal).catch(() => undefined); // it rejects when the signal aborts, and that is looked at here
  return !signal.aborted;
}

/** A source that is asked again and again. */
export abstract class PolledSource implements TargetSource {
  protected readonly host: Host;
  /** For a look that failed in part: what of the list is known. */
  protected found: Found | undefined;
  readonly #complaint: Complaint;

  constructor(host: Host, facts: Readonly<Record<string, string>>) {
    this.host = host;
    this.#complaint = new Complaint(host, facts);
  }

  async run(found: Found, signal: AbortSignal): Promise<void> {
    this.found = (targets) => {
      if (!signal.aborted) found(targets);
    };
    do {
      try {
        const targets = await this.look(signal);
        this.#complaint.worked();
        if (targets !== undefined) this.found(targets);
      } catch (error) {
        if (!signal.aborted) this.#complaint.failed(error);
      }
    } while (!signal.aborted && (await sleep(this.host, this.intervalMs(), signal)));
    await this.ended();
  }

  /** The whole list, or undefined when it is known to be the same. Rejects with a sentence when it cannot be had. */
  protected abstract look(signal: AbortSignal): Promise<readonly TargetLabels[] | undefined>;

  /** Milliseconds until the next look. */
  protected abstract intervalMs(): number;

  /** Lets go of what was held. */
  protected async ended(): Promise<void> {
    // Nothing is, unless a source says so.
  }
}
