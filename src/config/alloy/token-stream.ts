import type { Position } from './source.ts';
import { nameOfToken, type Token } from './tokens.ts';

/** Thrown after a mistake has been reported: the statement is given up, the next one is tried. */
export class Stop extends Error {}

/** Brackets deeper than this are a mistake or an attack; the parser and everything after it walk trees by recursion. */
const deepest = 100;

/** A place in the stream: the token that comes, and the brackets that are open. */
export interface Mark {
  readonly token: number;
  readonly depth: number;
}

/** The tokens of a file, one after the other, with the number of brackets that are open. */
export class TokenStream {
  readonly #tokens: readonly Token[];
  readonly #report: (at: Position, message: string) => void;
  #next = 0;
  #depth = 0;
  #level = 0;
  #reportedLine = 0;

  /** The last token is `eof`. */
  constructor(tokens: readonly Token[], report: (at: Position, message: string) => void) {
    this.#tokens = tokens;
    this.#report = report;
  }

  /** Where a statement begins: what recover() goes back to. */
  mark(): Mark {
    return { token: this.#next, depth: this.#depth };
  }

  /** The token that comes, or the one so many after it; `eof` for ever. */
  peek(ahead = 0): Token {
    const token = this.#tokens[Math.min(this.#next + ahead, this.#tokens.length - 1)];
    if (token === undefined) throw new Error('a token stream has an end');
    return token;
  }

  next(): Token {
    const token = this.peek();
    this.#next += 1;
    this.#count(token);
    if (this.#depth + this.#level > deepest) this.fail(token, `nested too deeply: at most ${deepest} levels`);
    return token;
  }

  /** Reads what follows an operator that another such operator may follow: one level down, without a bracket. */
  nested<T>(parse: () => T): T {
    this.#level += 1;
    const inner = parse();
    this.#level -= 1;
    return inner;
  }

  /** The token if it is of this kind. */
  take(kind: Token['kind']): Token | undefined {
    return this.peek().kind === kind ? this.next() : undefined;
  }

  /** The token, which has to be of this kind. */
  expect(kind: Token['kind'], wanted: string = JSON.stringify(kind)): Token {
    return this.take(kind) ?? this.fail(this.peek(), `expected ${wanted}, found ${nameOfToken(this.peek())}`);
  }

  /** Reports, at most once a line, and gives the statement up. */
  fail(token: Token, message: string): never {
    if (token.at.line !== this.#reportedLine) this.#report(token.at, message);
    this.#reportedLine = token.at.line;
    throw new Stop();
  }

  /**
   * Skips what is left of a statement: up to its end, or to the end of the block around it, or to what looks like a component at the start of
   * a line, where a missing bracket is more likely than a block written there. Says whether it was the last.
   */
  recover({ token: start, depth }: Mark): 'statement' | 'component' {
    this.#level = 0;
    let lineStart = this.#next;
    while (lineStart > start + 1 && this.#tokens[lineStart - 1]?.at.line === this.peek().at.line) lineStart -= 1;
    if (this.#startsComponent(lineStart)) this.#next = lineStart;
    for (;;) {
      const token = this.peek();
      if (token.kind === 'eof') return 'statement';
      if (this.#startsComponent(this.#next)) {
        this.#depth = 0;
        return 'component';
      }
      if (this.#depth <= depth && (token.kind === 'terminator' || token.kind === '}')) {
        this.#depth = depth;
        return 'statement';
      }
      this.#next += 1;
      this.#count(token);
    }
  }

  #count(token: Token): void {
    if (token.kind === '{' || token.kind === '(' || token.kind === '[') this.#depth += 1;
    else if (token.kind === '}' || token.kind === ')' || token.kind === ']') this.#depth = Math.max(0, this.#depth - 1);
  }

  /** `loki.write "x" {` or `logging {` in the first column. */
  #startsComponent(at: number): boolean {
    const kind = (ahead: number): Token['kind'] => this.peek(at - this.#next + ahead).kind;
    if (kind(0) !== 'identifier' || this.#tokens[at]?.at.column !== 1) return false;
    let ahead = 1;
    while (kind(ahead) === '.' && kind(ahead + 1) === 'identifier') ahead += 2;
    if (kind(ahead) === 'string') ahead += 1;
    return kind(ahead) === '{';
  }
}
