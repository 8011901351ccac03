import { readdirSync, readFileSync } from 'node:fs';
import fc from 'fast-check';

const configs = new URL('configs/', import.meta.url);
const cases = new URL('../../golden/cases/', import.meta.url);

/** Real files and the configurations of the recordings. */
export const seeds = [
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
/** One of them, damaged in up to four places. */
export const mutated = fc
  .tuple(fc.constantFrom(...seeds), fc.array(mutation, { minLength: 1, maxLength: 4 }))
  .map(([seed, mutations]) => mutations.reduce((text, mutate) => mutate(text), seed));
