import { parseExpression } from './expression-parser.ts';
import { tokenize } from './lexer.ts';
import type { Position, Source } from './source.ts';
import type { Body, Statement } from './syntax.ts';
import { Stop, TokenStream } from './token-stream.ts';
import { nameOfToken, type Token } from './tokens.ts';

const identifier = /^[\p{L}_][\p{L}\p{Nd}_]*$/u;

/**
 * The statements of a file. Every mistake is reported, at most one a line: after one the parser goes on with the next statement, so the body
 * is of use only when nothing was reported.
 */
export function parseFile(source: Source, report: (at: Position, message: string) => void): Body {
  const tokens = new TokenStream(tokenize(source, report), report);
  const body: Statement[] = [];
  while (tokens.peek().kind !== 'eof') {
    try {
      body.push(...parseStatements(tokens, 'eof'));
    } catch (why) {
      if (!(why instanceof Astray)) throw why;
    }
  }
  return body;
}

/** A component began in the middle of a block that was not closed: all blocks are left. */
class Astray extends Error {}

function parseStatements(tokens: TokenStream, end: 'eof' | '}'): Statement[] {
  const statements: Statement[] = [];
  while (tokens.peek().kind !== end && tokens.peek().kind !== 'eof') {
    const start = tokens.mark();
    try {
      statements.push(parseStatement(tokens));
      if (tokens.peek().kind !== end)
        tokens.expect('terminator', 'a line break, since each attribute and block stands on a line of its own');
    } catch (why) {
      if (!(why instanceof Stop)) throw why;
      if (tokens.recover(start) === 'component' && start.depth > 0) throw new Astray();
      tokens.take('terminator');
      // A closing brace too many belongs to nobody.
      if (end === 'eof') tokens.take('}');
    }
  }
  return statements;
}

function parseStatement(tokens: TokenStream): Statement {
  const first = tokens.expect('identifier', 'the name of an attribute or a block');
  let name = first.text;
  while (tokens.take('.') !== undefined) name += `.${tokens.expect('identifier', 'a name').text}`;
  const label = parseLabel(tokens);
  if (tokens.peek().kind === '=') {
    if (name !== first.text) tokens.fail(first, 'attribute names may only consist of a single identifier with no "."');
    if (label !== undefined) tokens.fail(label, 'attribute names may not have labels');
    tokens.next();
    return { kind: 'attribute', name, at: first.at, value: parseExpression(tokens) };
  }
  if (tokens.peek().kind !== '{')
    tokens.fail(tokens.peek(), `expected "=" and a value, or "{" and a block, found ${nameOfToken(tokens.peek())}`);
  tokens.next();
  const body = parseStatements(tokens, '}');
  tokens.expect('}');
  return { kind: 'block', name, label: label?.value ?? '', at: first.at, body };
}

function parseLabel(tokens: TokenStream): Token | undefined {
  const token = tokens.peek();
  if (token.kind === 'identifier') tokens.fail(token, 'expected the label of a block in double quotes, found a name without them');
  if (token.kind === 'raw_string') tokens.fail(token, `expected the label of a block in double quotes, found ${token.text}`);
  if (token.kind !== 'string') return undefined;
  if (token.value !== '' && !identifier.test(token.value))
    tokens.fail(token, `expected a label of letters, digits and _, found ${token.text}`);
  return tokens.next();
}
