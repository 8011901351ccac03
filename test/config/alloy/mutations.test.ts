import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import fc from 'fast-check';
import { read } from './support.ts';

// FLAMEGATE_RUNS=10000 for the long form.
const numRuns = Number(process.env['FLAMEGATE_RUNS'] ?? 150);
const longestMs = 1000;

const configs = new URL('configs/', import.meta.url);
const cases = new URL('../../golden/cases/', import.meta.url);

/** Real files and the configurations of the recordings. */
const seeds = [
  ...readdirSync(configs).map((name) => readFileSync(new URL(name, configs), 'utf8')),
  ...readdirSync(cases).map((name) => (JSON.parse(readFileSync(new URL(name, cases), 'utf8')) as { config: string[] }).config.join('\n')),
];
const token = /"(?:[^"\\\n]|\\.)*"|`[^`]*`|[\p{L}_][\p{L}\p{Nd}_]*|\d+|\s+|./gsu;

type Mutation = (text: string) => string;

const place = fc.double({ min: 0, max: 1, noNaN: true });
const at = (text: string, where: number): number => Math.floor(where * text.length);
const junk = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 20 }),
  fc.constantFrom(
    '{',
    '}',
    '[',
    ']',
    '(',
    ')',
    '"',
    '`',
    '/*',
    '//',
    '\\',
    '=',
    ',',
    '.',
    '\n',
    '\0',
    '\uFEFF',
    "'",
    '^',
    'null',
    'true',
    '1e309',
    '9'.repeat(400),
    '-',
    '\u2028',
  ),
  fc.constantFrom('[', '{a=', '(', '!', 'x {\n').map((text) => text.repeat(3000)),
);
const mutation: fc.Arbitrary<Mutation> = fc.oneof(
  place.map(
    (where): Mutation =>
      (text) =>
        text.slice(0, at(text, where)),
  ),
  fc.tuple(place, junk).map(
    ([where, added]): Mutation =>
      (text) =>
        text.slice(0, at(text, where)) + added + text.slice(at(text, where)),
  ),
  fc.tuple(place, fc.nat(40)).map(
    ([where, length]): Mutation =>
      (text) =>
        text.slice(0, at(text, where)) + text.slice(at(text, where) + length),
  ),
  fc.tuple(place, place).map(
    ([one, other]): Mutation =>
      (text) => {
        const tokens = text.match(token) ?? [];
        const [a, b] = [Math.floor(one * tokens.length), Math.floor(other * tokens.length)];
        return tokens.map((found, index) => (index === a ? tokens[b] : index === b ? tokens[a] : found) ?? '').join('');
      },
  ),
);
const mutated = fc
  .tuple(fc.constantFrom(...seeds), fc.array(mutation, { minLength: 1, maxLength: 4 }))
  .map(([seed, mutations]) => mutations.reduce((text, mutate) => mutate(text), seed));

/** What must hold of any text whatever. */
function holds(text: string): void {
  const before = performance.now();
  const { tree, problems } = read(text);
  const tookMs = performance.now() - before;
  assert.ok(tookMs < longestMs, `took ${Math.round(tookMs)} ms`);
  const errors = problems.filter(({ severity }) => severity === 'error');
  assert.equal(tree === undefined, errors.length > 0);
  const lines = text.split('\n');
  for (const { place: where, message } of problems) {
    assert.ok(message !== '');
    assert.equal(where.source, 'config.alloy');
    const line = lines[where.line - 1];
    assert.ok(line !== undefined && where.column >= 1 && where.column <= line.length + 1, `${where.line}:${where.column} ${message}`);
  }
}

test('a damaged file never crashes the reader, takes long, or gives a mistake without a place in the file', () => {
  fc.assert(fc.property(mutated, holds), { numRuns });
});

test('nor does any text', () => {
  fc.assert(fc.property(fc.string({ unit: 'binary', maxLength: 200 }), holds), { numRuns });
});

test('nor does a file as large as any', () => {
  for (const text of [
    seeds.join('\n'),
    'a.b "c" {\n'.repeat(20_000),
    `x = [${'1,\n'.repeat(50_000)}]`,
    'pyroscope.write "w" {\n}\n'.repeat(5000),
  ])
    holds(text);
});
