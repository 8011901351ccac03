import type { Position, Source } from './source.ts';
import { readQuoted, readRaw, type StringLiteral } from './string-literal.ts';
import { canEndStatement, symbols, type Token } from './tokens.ts';

const identifierPattern = /[\p{L}_][\p{L}\p{Nd}_]*/uy;
const numberPattern = /(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d*)?/y;
const keywords: Readonly<Record<string, Token['kind']>> = { true: 'bool', false: 'bool', null: 'null' };

/**
 * A file as tokens, the last of which is `eof`; what cannot be read is reported and left out. The rules are Alloy's (a Go scanner): a line
 * break after something that can end a statement is a token of its own, as semicolons are in Go.
 */
export function tokenize(source: Source, report: (at: Position, message: string) => void): Token[] {
  return new Lexer(source, report).run();
}

class Lexer {
  readonly #source: Source;
  readonly #text: string;
  readonly #report: (at: Position, message: string) => void;
  readonly #tokens: Token[] = [];
  #at = 0;
  #line = 1;
  #lineStart = 0;

  constructor(source: Source, report: (at: Position, message: string) => void) {
    this.#source = source;
    this.#text = source.text;
    this.#report = report;
  }

  run(): Token[] {
    if (this.#text.startsWith('\uFEFF')) this.#at = this.#lineStart = 1;
    while (this.#at < this.#text.length) this.#step();
    this.#terminate(this.#position());
    this.#push('eof', this.#at);
    return this.#tokens;
  }

  #step(): void {
    const char = this.#text[this.#at] ?? '';
    if (char === '\n') this.#newline();
    else if (char === ' ' || char === '\t' || char === '\r') this.#at += 1;
    else if (this.#text.startsWith('//', this.#at)) this.#lineComment();
    else if (this.#text.startsWith('/*', this.#at)) this.#blockComment();
    else if (char === '"') this.#string('string', readQuoted(this.#text, this.#at));
    else if (char === '`') this.#string('raw_string', readRaw(this.#text, this.#at));
    else this.#word(char);
  }

  #newline(): void {
    this.#terminate(this.#position());
    this.#at += 1;
    this.#line += 1;
    this.#lineStart = this.#at;
  }

  #terminate(at: Position): void {
    if (canEndStatement(this.#tokens.at(-1))) this.#tokens.push({ kind: 'terminator', text: '', value: '', at });
  }

  #lineComment(): void {
    const end = this.#text.indexOf('\n', this.#at);
    this.#at = end < 0 ? this.#text.length : end;
  }

  #blockComment(): void {
    const start = this.#position();
    const close = this.#text.indexOf('*/', this.#at + 2);
    if (close < 0) this.#report(start, 'block comment not terminated');
    const end = close < 0 ? this.#text.length : close + 2;
    if (this.#text.slice(this.#at, end).includes('\n')) this.#terminate(start);
    this.#skipTo(end);
  }

  #string(kind: 'string' | 'raw_string', literal: StringLiteral): void {
    const start = this.#position();
    const text = this.#text.slice(this.#at, literal.end);
    for (const fault of literal.faults)
      this.#report({ ...start, offset: fault.offset, column: start.column + fault.offset - this.#at }, fault.message);
    this.#tokens.push({ kind, text, value: literal.value, at: start });
    this.#skipTo(literal.end);
  }

  #word(char: string): void {
    const identifier = this.#match(identifierPattern);
    const number = identifier ?? this.#match(numberPattern);
    const symbol = symbols.find((one) => this.#text.startsWith(one, this.#at));
    if (identifier !== undefined) this.#push(keywords[identifier] ?? 'identifier', this.#at + identifier.length);
    else if (number !== undefined) this.#number(number);
    else if (symbol !== undefined) this.#push(symbol, this.#at + symbol.length);
    else if (char === "'") this.#singleQuoted(this.#position());
    else this.#illegal(char, this.#position());
  }

  #number(text: string): void {
    if (/[eE][+-]?$/.test(text)) this.#report(this.#position(), 'exponent has no digits');
    this.#push('number', this.#at + text.length);
  }

  #illegal(char: string, at: Position): void {
    if (char === '\0') this.#report(at, 'illegal character NUL');
    else if (char === '\uFFFD')
      this.#report(at, 'illegal UTF-8 encoding'); // what decoding makes of it
    else if (char === '\uFEFF') this.#report(at, 'illegal byte order mark: it may only stand at the start of a file');
    else this.#report(at, `illegal character ${JSON.stringify(String.fromCodePoint(this.#text.codePointAt(this.#at) ?? 0))}`);
    this.#at += (this.#text.codePointAt(this.#at) ?? 0) > 0xffff ? 2 : 1;
  }

  /** Read to its end and taken for the string it was meant to be, so that one mistake is one message. */
  #singleQuoted(at: Position): void {
    this.#report(at, 'illegal single-quoted string; use double quotes');
    const close = /'|\n|$/g;
    close.lastIndex = this.#at + 1;
    const end = close.exec(this.#text)?.index ?? this.#text.length;
    this.#push('string', this.#text[end] === "'" ? end + 1 : end);
  }

  #match(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.#at;
    return pattern.exec(this.#text)?.[0];
  }

  #push(kind: Token['kind'], end: number): void {
    this.#tokens.push({ kind, text: this.#text.slice(this.#at, end), value: '', at: this.#position() });
    this.#at = end;
  }

  #skipTo(end: number): void {
    for (let at = this.#at; at < end; at += 1) {
      if (this.#text[at] !== '\n') continue;
      this.#line += 1;
      this.#lineStart = at + 1;
    }
    this.#at = end;
  }

  #position(): Position {
    return { source: this.#source, offset: this.#at, line: this.#line, column: this.#at - this.#lineStart + 1 };
  }
}
