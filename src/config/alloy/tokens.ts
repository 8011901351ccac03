import type { Position } from './source.ts';

/** Operators and brackets, longest first, so that `<=` is not read as `<`. */
export const symbols = [
  '||',
  '&&',
  '==',
  '!=',
  '<=',
  '>=',
  '!',
  '<',
  '>',
  '+',
  '-',
  '*',
  '/',
  '%',
  '^',
  '=',
  '{',
  '}',
  '(',
  ')',
  '[',
  ']',
  ',',
  '.',
] as const;

export type Symbol = (typeof symbols)[number];

/** What the lexer makes of a piece of text. */
export interface Token {
  readonly kind: 'identifier' | 'number' | 'string' | 'raw_string' | 'bool' | 'null' | 'terminator' | 'eof' | Symbol;
  /** As written. */
  readonly text: string;
  /** Of a string: what it stands for. */
  readonly value: string;
  readonly at: Position;
}

const names: Readonly<Record<string, string>> = {
  identifier: 'a name',
  number: 'a number',
  string: 'a text',
  raw_string: 'a text',
  bool: 'true or false',
  null: 'null',
  terminator: 'the end of the line',
  eof: 'the end of the file',
};

/** What messages call it: "a name" and "the end of the line", where Alloy's say IDENT and TERMINATOR, or the symbol itself. */
export function nameOfToken(token: Token): string {
  return names[token.kind] ?? JSON.stringify(token.kind);
}

/** Kinds that end an operand: after them the end of a line ends the statement. */
export const endsStatement: ReadonlySet<Token['kind']> = new Set([
  'identifier',
  'number',
  'string',
  'raw_string',
  'bool',
  'null',
  ')',
  ']',
  '}',
] as const);

/** Whether a line break after it ends the statement: the rule that makes a list closed on its own line need a trailing comma. */
export function canEndStatement(token: Token | undefined): boolean {
  return token !== undefined && endsStatement.has(token.kind);
}
