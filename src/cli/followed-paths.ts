import { systemClock } from '../core/clock.ts';
import type { Logger } from '../core/component.ts';
import { contentOf, watchFiles } from './watch.ts';

/** What is watched while the gateway runs: the files of the configuration where that was asked for, and those it reads values from. */
export class FollowedPaths {
  readonly #always: readonly string[];
  #paths: readonly string[];
  /** When they were read: what changes while the gateway starts is a change too. */
  #seen: string;
  #watch: (() => void) | undefined;
  #unwatch = (): void => {};

  constructor(always: readonly string[], values: readonly string[]) {
    this.#always = always;
    this.#paths = [...new Set([...always, ...values])];
    this.#seen = contentOf(this.#paths);
  }

  /** Calls `onChange` after each change of a content, until stop(). */
  start(log: Logger, onChange: () => void): void {
    this.#watch = () => {
      this.#unwatch();
      const watched = { paths: this.#paths, seen: this.#seen, clock: systemClock, log, onChange };
      this.#unwatch = this.#paths.length === 0 ? (): void => {} : watchFiles(watched);
    };
    this.#watch();
  }

  stop(): void {
    this.#unwatch();
    this.#watch = undefined;
  }

  /** The files that the configuration reads values from now. */
  also(values: readonly string[]): void {
    const paths = [...new Set([...this.#always, ...values])];
    if (paths.join('\0') === this.#paths.join('\0')) return;
    this.#paths = paths;
    this.#seen = contentOf(paths);
    this.#watch?.();
  }
}
