import type { BinaryOperator, Expression, Field } from './syntax.ts';
import type { TokenStream } from './token-stream.ts';
import { nameOfToken, type Token } from './tokens.ts';

/** Binary operators from the loosest to the tightest; `^` binds tighter than all of them and to the right. */
const levels: readonly (readonly BinaryOperator[])[] = [['||'], ['&&'], ['==', '!=', '<', '<=', '>', '>='], ['+', '-'], ['*', '/', '%']];
/** Operators, calls and accesses in a row make a tree as deep as they are many. */
const longest = 500;

/** Reads one expression. Throws Stop after having reported what is wrong. */
export function parseExpression(tokens: TokenStream): Expression {
  return parseLevel(tokens, 0);
}

function parseLevel(tokens: TokenStream, level: number): Expression {
  const operators = levels[level];
  if (operators === undefined) return parsePower(tokens);
  let left = parseLevel(tokens, level + 1);
  for (let count = 1; ; count += 1) {
    const operator = operators.find((one) => one === tokens.peek().kind);
    if (operator === undefined) return left;
    checkLength(tokens, count);
    tokens.next();
    const right = parseLevel(tokens, level + 1);
    left = { kind: 'binary', operator, left, right, at: left.at, end: right.end };
  }
}

function parsePower(tokens: TokenStream): Expression {
  const left = parseUnary(tokens);
  if (tokens.peek().kind !== '^') return left;
  tokens.next();
  const right = tokens.nested(() => parsePower(tokens));
  return { kind: 'binary', operator: '^', left, right, at: left.at, end: right.end };
}

function parseUnary(tokens: TokenStream): Expression {
  const token = tokens.peek();
  if (token.kind !== '!' && token.kind !== '-') return parseOperand(tokens);
  const operator = token.kind;
  tokens.next();
  const of = tokens.nested(() => parseUnary(tokens));
  return { kind: 'unary', operator, of, at: token.at, end: of.end };
}

function parseOperand(tokens: TokenStream): Expression {
  let of = parsePrimary(tokens);
  for (let count = 1; ; count += 1) {
    const token = tokens.peek();
    if (token.kind !== '.' && token.kind !== '[' && token.kind !== '(') return of;
    checkLength(tokens, count);
    tokens.next();
    if (token.kind === '.') {
      const name = tokens.expect('identifier', 'a name');
      of = { kind: 'access', of, name: name.text, nameAt: name.at, at: of.at, end: endOf(name) };
    } else if (token.kind === '[') {
      const index = parseExpression(tokens);
      of = { kind: 'index', of, index, at: of.at, end: endOf(tokens.expect(']')) };
    } else {
      const found = parseList(tokens, ')', 'expression', parseExpression);
      of = { kind: 'call', of, arguments: found.items, at: of.at, end: found.end };
    }
  }
}

function parsePrimary(tokens: TokenStream): Expression {
  const token = tokens.peek();
  switch (token.kind) {
    case 'identifier':
      return identifierOrBlock(tokens, tokens.next());
    case 'number':
    case 'string':
    case 'raw_string':
    case 'bool':
    case 'null':
      tokens.next();
      return { kind: 'literal', value: literalValue(token), at: token.at, end: endOf(token) };
    case '(': {
      tokens.next();
      const inner = parseExpression(tokens);
      return { ...inner, at: token.at, end: endOf(tokens.expect(')')) };
    }
    case '[': {
      tokens.next();
      const found = parseList(tokens, ']', 'expression', parseExpression);
      return { kind: 'array', elements: found.items, at: token.at, end: found.end };
    }
    case '{': {
      tokens.next();
      const found = parseList(tokens, '}', 'field', parseField);
      return { kind: 'object', fields: found.items, at: token.at, end: found.end };
    }
    default:
      return tokens.fail(token, `expected a value, found ${nameOfToken(token)}`);
  }
}

/** A name, unless a block stands where a value is wanted: x = some.block "l" { … } */
function identifierOrBlock(tokens: TokenStream, name: Token): Expression {
  const next = tokens.peek();
  if (next.kind === '{' || (next.kind === 'string' && tokens.peek(1).kind === '{'))
    tokens.fail(name, 'cannot use a block as an expression');
  return { kind: 'identifier', name: name.text, at: name.at, end: endOf(name) };
}

function parseField(tokens: TokenStream): Field {
  const token = tokens.peek();
  if (token.kind !== 'identifier' && token.kind !== 'string')
    tokens.fail(token, `expected the name of a field, found ${nameOfToken(token)}`);
  tokens.next();
  tokens.expect('=');
  return { name: fieldName(token), at: token.at, value: parseExpression(tokens) };
}

/** As Alloy does: the quotes go, escapes stay as they are written, and the key "" is its two quotes. */
function fieldName(token: Token): string {
  return token.kind === 'string' && token.text.length > 2 ? token.text.slice(1, -1) : token.text;
}

function parseList<T>(
  tokens: TokenStream,
  close: ')' | ']' | '}',
  what: string,
  parse: (tokens: TokenStream) => T,
): { items: T[]; end: number } {
  const items: T[] = [];
  for (;;) {
    const end = tokens.take(close);
    if (end !== undefined) return { items, end: endOf(end) };
    items.push(parse(tokens));
    if (tokens.peek().kind !== close && tokens.take(',') === undefined) tokens.fail(tokens.peek(), `missing ',' in ${what} list`);
  }
}

function literalValue(token: Token): null | boolean | bigint | number | string {
  if (token.kind === 'null') return null;
  if (token.kind === 'bool') return token.text === 'true';
  if (token.kind === 'number') return numberValue(token.text);
  return token.value;
}

/** Go's base detection: a leading zero means octal, and what is no octal number is a float; integers beyond 64 bits are floats. */
export function numberValue(text: string): bigint | number {
  if (!/^\d+$/.test(text)) return Number(text);
  if (/^0\d/.test(text)) return /^[0-7]+$/.test(text) ? BigInt(`0o${text}`) : Number(text);
  // No integer of more digits has 64 bits, and reading a million of them takes long.
  if (text.length > 20) return Number(text);
  const integer = BigInt(text);
  return integer <= 0xffff_ffff_ffff_ffffn ? integer : Number(text);
}

function checkLength(tokens: TokenStream, count: number): void {
  if (count > longest) tokens.fail(tokens.peek(), `expression too long: at most ${longest} operators in a row`);
}

function endOf(token: Token): number {
  return token.at.offset + token.text.length;
}
