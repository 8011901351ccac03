import type { Clock } from '../core/clock.ts';

/** What keeps a line that comes again and again from filling the disk: so many alike within a window, then a count at its end. */
export interface RepeatRules {
  readonly clock: Clock;
  readonly windowMs: number;
  readonly linesPerWindow: number;
}

interface Window {
  readonly endsAt: number;
  lines: number;
  readonly seen: Set<string>;
}

const maxAbout = 1000;
const maxKeys = 1000; // messages are constant, so there are few; this bounds a mistake

/** Counts alike lines per window. */
export class Repeats {
  readonly #rules: RepeatRules;
  readonly #windows = new Map<string, Window>();

  constructor(rules: RepeatRules) {
    this.#rules = rules;
  }

  /** Whether a line of this key may be written; beyond the number of a window the first about each thing. `summarize` is called at the end of a window with the lines that were not. */
  admit(key: string, summarize: (missing: number) => void, about?: string): boolean {
    const { clock, windowMs, linesPerWindow } = this.#rules;
    const now = clock.monotonic();
    const known = this.#windows.get(key);
    const window = known !== undefined && now < known.endsAt ? known : this.#begin(key, now + windowMs);
    if (about !== undefined && !window.seen.has(about) && window.seen.size < maxAbout) {
      window.seen.add(about);
      if (window.lines >= linesPerWindow) return true;
    }
    window.lines += 1;
    if (window.lines <= linesPerWindow) return true;
    if (window.lines === linesPerWindow + 1) clock.after(window.endsAt - now, () => summarize(window.lines - linesPerWindow));
    return false;
  }

  #begin(key: string, endsAt: number): Window {
    const window = { endsAt, lines: 0, seen: new Set<string>() };
    this.#windows.delete(key); // so that the map is in order of begin, oldest first
    this.#windows.set(key, window);
    const oldest = this.#windows.keys().next();
    if (this.#windows.size > maxKeys && !oldest.done) this.#windows.delete(oldest.value);
    return window;
  }
}
