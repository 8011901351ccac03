import assert from 'node:assert/strict';
import { test } from 'node:test';
import { numberValue } from '../../../src/config/alloy/expression-parser.ts';
import { parseFile } from '../../../src/config/alloy/parser.ts';
import type { Body, Expression } from '../../../src/config/alloy/syntax.ts';

/** Statements of a text, and what was reported as "line:column message". */
function parse(text: string): { readonly body: Body; readonly reports: string[] } {
  const reports: string[] = [];
  const body = parseFile({ name: 'test.alloy', text }, (at, message) => reports.push(`${at.line}:${at.column} ${message}`));
  return { body, reports };
}

function reportsOf(text: string): string[] {
  return parse(text).reports;
}

/** The value of `x` in `x = …`, which must parse. */
function expression(text: string): Expression {
  const { body, reports } = parse(`x = ${text}`);
  assert.deepEqual(reports, []);
  const [attribute] = body;
  assert.ok(attribute?.kind === 'attribute');
  return attribute.value;
}

/** (a op b) with every bracket written out. */
function grouped(of: Expression): string {
  if (of.kind === 'binary') return `(${grouped(of.left)} ${of.operator} ${grouped(of.right)})`;
  if (of.kind === 'unary') return `(${of.operator}${grouped(of.of)})`;
  if (of.kind === 'identifier') return of.name;
  assert.ok(of.kind === 'literal');
  return String(of.value);
}

/** What a literal stands for. */
function literal(text: string): unknown {
  const value = expression(text);
  assert.ok(value.kind === 'literal', text);
  return value.value;
}

test('reads blocks with dotted names and labels, one-line blocks and comments', () => {
  const { body, reports } = parse('/* head\n */ a.b "l" { // tail\n  c { d = 1 }\n}\n\ne {\n}');
  assert.deepEqual(reports, []);
  const [first, second] = body;
  assert.ok(first?.kind === 'block' && second?.kind === 'block');
  assert.deepEqual([first.name, first.label, first.body.length], ['a.b', 'l', 1]);
  assert.deepEqual([second.name, second.label, second.at.line, second.at.column], ['e', '', 6, 1]);
});

test('takes the label "" for none', () => {
  const [block] = parse('a "" {}').body;
  assert.ok(block?.kind === 'block');
  assert.equal(block.label, '');
});

test('binds operators by precedence, powers to the right, and signs tighter than powers', () => {
  assert.equal(grouped(expression('1 + 2 * 3 - 4')), '((1 + (2 * 3)) - 4)');
  assert.equal(grouped(expression('2 ^ 3 ^ 2')), '(2 ^ (3 ^ 2))');
  assert.equal(grouped(expression('-2 ^ 2')), '((-2) ^ 2)');
  assert.equal(grouped(expression('a || b && c == d + 1')), '(a || (b && (c == (d + 1))))');
  assert.equal(grouped(expression('!a == b')), '((!a) == b)');
  assert.equal(grouped(expression('8 / 4 % 3')), '((8 / 4) % 3)');
});

test('goes on after an operator at the end of a line, and not before one', () => {
  assert.equal(grouped(expression('1 +\n 2')), '(1 + 2)');
  assert.deepEqual(reportsOf('x = 1\n  + 2'), ['2:3 expected the name of an attribute or a block, found "+"']);
});

test('decodes every escape of a string, and joins bytes to characters', () => {
  assert.equal(literal('"\\a\\b\\f\\n\\r\\t\\v\\\\\\""'), '\x07\b\f\n\r\t\v\\"');
  assert.equal(literal('"\\101\\x41\\u00e9\\U0001F600"'), 'AAé😀');
  assert.equal(literal('"\\xc3\\xa9"'), 'é');
  assert.equal(literal('`raw \\n\r\n"x"`'), 'raw \\n\n"x"');
});

test('reports what is wrong with a string at its place', () => {
  assert.deepEqual(reportsOf('x = "abc\ny = 1'), ['1:5 string literal not terminated']);
  assert.deepEqual(reportsOf('x = `abc\ny = 1'), ['1:5 raw string literal not terminated']);
  assert.deepEqual(reportsOf('x = "a\\\'b"'), ['1:8 unknown escape sequence']);
  assert.deepEqual(reportsOf('x = "\\xg0"'), ['1:8 illegal character "g" in escape sequence']);
  assert.deepEqual(reportsOf('x = "\\ud800"'), ['1:7 escape sequence is invalid Unicode code point']);
  assert.deepEqual(reportsOf('x = "\\777"'), ['1:7 escape sequence is invalid Unicode code point']);
  assert.deepEqual(reportsOf("x = 'a'"), ['1:5 illegal single-quoted string; use double quotes']);
});

test('reads numbers as Go does: octal, what is no octal as a float, what has no 64 bits as a float', () => {
  assert.deepEqual(['7', '010', '09', '0', '0644'].map(numberValue), [7n, 8n, 9, 0n, 420n]);
  assert.deepEqual(['1.5', '.5', '5.', '1e3', '2.5e-1'].map(numberValue), [1.5, 0.5, 5, 1000, 0.25]);
  assert.equal(numberValue('18446744073709551615'), 18446744073709551615n);
  assert.equal(numberValue('18446744073709551616'), 2 ** 64);
  assert.deepEqual(reportsOf('x = 1e'), ['1:5 exponent has no digits']);
});

test('says what stands where another thing must stand', () => {
  const wrong: [string, string][] = [
    ['x = 1 y = 2', '1:7 expected a line break, since each attribute and block stands on a line of its own, found a name'],
    ['x = 1 + + 2', '1:9 expected a value, found "+"'],
    ['x = a.true', '1:7 expected a name, found true or false'],
    ['x = { 1 = 2 }', '1:7 expected the name of a field, found a number'],
    ['x = [\n  1\n]', "2:4 missing ',' in expression list"],
    ['x = {\n  a = 1\n}', "2:8 missing ',' in field list"],
    ['x = f(1\n)', "1:8 missing ',' in expression list"],
    ['x.y = 1', '1:1 attribute names may only consist of a single identifier with no "."'],
    ['x "l" = 1', '1:3 attribute names may not have labels'],
    ['x l {}', '1:3 expected the label of a block in double quotes, found a name without them'],
    ['x "a-b" {}', '1:3 expected a label of letters, digits and _, found "a-b"'],
    ['x `l` {}', '1:3 expected the label of a block in double quotes, found `l`'],
    ['x', '1:2 expected "=" and a value, or "{" and a block, found the end of the line'],
    ['x = y "l" {}', '1:5 cannot use a block as an expression'],
    ['"x" = 1', '1:1 expected the name of an attribute or a block, found a text'],
    ['x = 1\n/* y', '2:1 block comment not terminated'],
    ['x = 1 ; y = 2', '1:7 illegal character ";"'],
    ['x = \uFFFD', '1:5 illegal UTF-8 encoding'],
    ['x = "a\0b" \0', '1:11 illegal character NUL'],
  ];
  for (const [text, report] of wrong) assert.equal(reportsOf(text)[0], report, text);
});

test('reads a byte order mark at the start and nowhere else', () => {
  assert.deepEqual(reportsOf('\uFEFFx = 1'), []);
  assert.deepEqual(reportsOf('x = 1 \uFEFF'), ['1:7 illegal byte order mark: it may only stand at the start of a file']);
});

test('takes a trailing comma, and a closing bracket in the line of the last element without one', () => {
  assert.deepEqual(reportsOf('x = [\n  1,\n  2,\n]\ny = {\n  a = 1,\n  "b c" = 2 }\nz = f(\n  1,\n)'), []);
});

test('keeps an object key as it is written, and the empty one with its quotes', () => {
  const object = expression('{ "a\\tb" = 1, "" = 2, c = 3 }');
  assert.ok(object.kind === 'object');
  assert.deepEqual(
    object.fields.map(({ name }) => name),
    ['a\\tb', '""', 'c'],
  );
});

test('reports every statement that is wrong, once a line, and goes on after each', () => {
  const text = 'a {\n  x = [\n  1\n  ]\n  y = 1 2 3\n  z = = 4 =\n}\n\nb "?" {\n}\nc = ! ]\n';
  assert.deepEqual(
    reportsOf(text).map((report) => report.split(' ')[0]),
    ['3:4', '5:9', '6:7', '9:3', '11:7'],
  );
});

test('finds the next component after a bracket that was not closed', () => {
  const reports = reportsOf('a.b "l" {\n  x = [1,\n\nc.d "m" {\n  y = 1 2\n}\n');
  assert.deepEqual(
    reports.map((report) => report.split(' ')[0]),
    ['4:5', '5:9'],
  );
});

test('reports a brace that is missing at the end of the file, and one too many where it stands', () => {
  assert.deepEqual(reportsOf('a {\n  x = 1\n'), ['3:1 expected "}", found the end of the file']);
  assert.deepEqual(reportsOf('a {\n}\n}\nb {\n}\n'), ['3:1 expected the name of an attribute or a block, found "}"']);
});

test('refuses what would exhaust the stack instead of overflowing it', () => {
  const cases = ['['.repeat(20_000), '('.repeat(20_000), '{a='.repeat(10_000), '!'.repeat(20_000), `1${'^1'.repeat(20_000)}`];
  for (const text of cases) assert.match(reportsOf(`x = ${text}`)[0] ?? '', /nested too deeply/);
  assert.match(reportsOf('a {'.repeat(10_000))[0] ?? '', /nested too deeply/);
  assert.match(reportsOf(`x = 1${' + 1'.repeat(20_000)}`)[0] ?? '', /expression too long/);
  assert.match(reportsOf(`x = a${'.a'.repeat(20_000)}`)[0] ?? '', /expression too long/);
});
