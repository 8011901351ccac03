/** A pattern for the engine of JavaScript, and the longest text, in UTF-16 units, for which its time is as good as linear. */
export interface SimplePattern {
  readonly regex: RegExp;
  readonly longest: number;
}

/*
 * JavaScript's engine is ten times as fast as one in JavaScript, but it backtracks, and reads some of RE2's syntax otherwise. So it gets only
 * patterns of a syntax that both read alike, without anything repeated inside a repetition, and only texts so short that trying every way
 * costs no more than a few microseconds: with k repetitions that have no upper bound there are about length^k ways.
 */
const longestByRepetitions = [Infinity, Infinity, 200, 32];

/** At most so many choices of `?`, each of which may double the ways. */
const mostOptions = 3;

/** Undefined for what is not of the simple syntax. The source is one that RE2 takes; the result matches a whole text. */
export function simplePattern(source: string): SimplePattern | undefined {
  const translation = new Translation(source);
  const body = translation.alternatives();
  const longest = translation.ended ? longestByRepetitions[translation.repetitions] : undefined;
  if (body === undefined || longest === undefined || translation.options > mostOptions) return undefined;
  return { regex: new RegExp(`^(?:${body})$`, 'su'), longest };
}

/** Reads one pattern from left to right. Every method returns JavaScript's source for what it has read, or undefined for what is not simple. */
class Translation {
  repetitions = 0;
  options = 0;
  readonly #source: string;
  #at = 0;

  constructor(source: string) {
    this.#source = source;
  }

  get ended(): boolean {
    return this.#at === this.#source.length;
  }

  alternatives(): string | undefined {
    const parts: string[] = [];
    do {
      const part = this.#sequence();
      if (part === undefined) return undefined;
      parts.push(part);
    } while (this.#take(/\|/y) !== undefined);
    return parts.join('|');
  }

  #sequence(): string | undefined {
    let sequence = '';
    while (!this.ended && !/[|)]/.test(this.#source.charAt(this.#at))) {
      const piece = this.#group() ?? this.#repeated();
      if (piece === undefined) return undefined;
      sequence += piece;
    }
    return sequence;
  }

  /** A group may be optional, and no more: what repeated groups capture differs between the engines. */
  #group(): string | undefined {
    const open = this.#take(/\((?:\?:)?(?!\?)/y);
    if (open === undefined) return undefined;
    const body = this.alternatives();
    if (body === undefined || this.#take(/\)/y) === undefined) return undefined;
    const option = this.#take(/\?(?![?+*{])/y) ?? '';
    if (option !== '') this.options += 1;
    return /[?+*{]/.test(this.#source.charAt(this.#at)) ? undefined : `${open}${body})${option}`;
  }

  /** One character, repeated or not. */
  #repeated(): string | undefined {
    const atom = this.#atom();
    if (atom === undefined) return undefined;
    const quantifier = this.#take(/(?:[*+?]|\{\d+(?:,\d*)?\})\??/y) ?? '';
    if (/[?+*{]/.test(this.#source.charAt(this.#at))) return undefined;
    if (/^\?/.test(quantifier)) this.options += 1;
    else if (/^[*+]|,/.test(quantifier)) this.repetitions += 1;
    return atom + quantifier;
  }

  #atom(): string | undefined {
    return (
      this.#take(/[\w\-:/ ,;=@%&~!"'#<>]|[\u{a1}-\u{10ffff}]/uy) ??
      this.#take(/\./y) ??
      this.#take(/\\[.+*?()|[\]{}^$\\/]/y) ??
      this.#take(/\\[dw]/y) ??
      // In a class: ranges of letters and digits, characters that mean themselves in both, and a dash at either end.
      this.#take(/\[\^?-?(?:[a-z]-[a-z]|[A-Z]-[A-Z]|\d-\d|[\w.:/ ,;=@%~!"'#<>](?!-[^\]]))+-?\]/y)
    );
  }

  #take(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#source)?.[0];
    this.#at += found?.length ?? 0;
    return found;
  }
}
