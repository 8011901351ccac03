/** The last lines of a log, bounded in number and in characters. */
export class Tail {
  readonly #mostLines: number;
  readonly #mostCharacters: number;
  #lines: string[] = [];
  #characters = 0;

  constructor(mostLines: number, mostCharacters: number) {
    this.#mostLines = mostLines;
    this.#mostCharacters = mostCharacters;
  }

  /** Oldest first. */
  get lines(): readonly string[] {
    return this.#lines;
  }

  push(line: string): void {
    this.#lines.push(line);
    this.#characters += line.length;
    if (this.#lines.length > this.#mostLines || this.#characters > this.#mostCharacters) this.#cut();
  }

  /** By an eighth at a time: a line at a time would move all of them each time. */
  #cut(): void {
    const lines = Math.floor((this.#mostLines * 7) / 8);
    const characters = (this.#mostCharacters * 7) / 8;
    let from = Math.max(0, this.#lines.length - lines);
    for (const line of this.#lines.slice(0, from)) this.#characters -= line.length;
    while (this.#characters > characters && from < this.#lines.length - 1) {
      this.#characters -= this.#lines[from]?.length ?? 0;
      from += 1;
    }
    this.#lines = this.#lines.slice(from);
  }
}
