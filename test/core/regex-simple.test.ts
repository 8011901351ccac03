import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { RE2JS } from 're2js';
import { AnchoredRegex } from '../../src/core/regex.ts';
import { simplePattern } from '../../src/core/regex-simple.ts';

/** What RE2 itself makes of a text, groups that took no part empty. */
function byRe2(source: string, text: string): readonly string[] | undefined {
  const matcher = RE2JS.compile(`^(?s:${source})$`).matcher(text);
  if (!matcher.find()) return undefined;
  return [text, ...Array.from({ length: matcher.groupCount() }, (_, at) => matcher.group(at + 1) ?? '')];
}

const letter = fc.constantFrom(
  'a',
  'b',
  '-',
  '.',
  '1',
  '\\.',
  '\\-',
  'é',
  '😀',
  '\\d',
  '\\w',
  '[ab]',
  '[^a]',
  '[a-b-]',
  '[^-\\d]',
  '[-a]',
  '[a.]',
  ' ',
  '\\s',
  '^',
  '$',
  '\\b',
  '(?i)a',
  '\\pL',
);
const quantifier = fc.constantFrom('', '', '', '*', '+', '?', '*?', '+?', '??', '{2}', '{1,}', '{0,2}', '{1,2}?', '{', '**');
const atom = fc.tuple(letter, quantifier).map((parts) => parts.join(''));
const { pattern } = fc.letrec<{ pattern: string; piece: string }>((tie) => ({
  pattern: fc
    .array(
      fc.array(tie('piece'), { maxLength: 4 }).map((pieces) => pieces.join('')),
      { minLength: 1, maxLength: 3 },
    )
    .map((parts) => parts.join('|')),
  piece: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    atom,
    fc.tuple(fc.constantFrom('(', '(?:'), tie('pattern'), quantifier).map(([open, body, times]) => `${open}${body})${times}`),
  ),
}));
const text = fc.string({ unit: fc.constantFrom('a', 'b', '-', '.', '1', 'é', '😀', '\n', ' '), maxLength: 8 });

test('a simple pattern means in JavaScript what it means to RE2, groups included', () => {
  let simple = 0;
  fc.assert(
    fc.property(pattern, fc.array(text, { minLength: 8, maxLength: 8 }), (source, texts) => {
      try {
        RE2JS.compile(source);
      } catch {
        return; // AnchoredRegex asks RE2 first
      }
      if (simplePattern(source) === undefined) return;
      simple += 1;
      const regex = new AnchoredRegex(source);
      for (const one of texts) {
        assert.deepEqual([...(regex.exec(one) ?? ['no match'])], byRe2(source, one) ?? ['no match'], `${source} on ${JSON.stringify(one)}`);
        assert.equal(regex.test(one), byRe2(source, one) !== undefined);
      }
    }),
    { numRuns: 4_000 },
  );
  assert.ok(simple > 200, `${simple} patterns were simple`);
});

test('what might take more than linear time, or is read otherwise, is left to RE2', () => {
  for (const source of [
    '(a+)+',
    '(a|b)*',
    '(a*)?b*c*.*',
    '\\s',
    '(?i)a',
    'a{2}{3}',
    '^a',
    '\\pL',
    '[[:alpha:]]',
    '(?P<x>a)',
    'a?b?c?d?',
    '[a-]b]',
  ])
    assert.equal(simplePattern(source), undefined, source);
  assert.equal(simplePattern('prod|staging')?.longest, Infinity);
  assert.equal(simplePattern('(.+)-(.+)')?.longest, 200);
  assert.equal(simplePattern('(.+)-(.+)-[a-z0-9]+')?.longest, 32);
});

test('a long text goes to RE2, with the same outcome', () => {
  const regex = new AnchoredRegex('(.*)a(.*)a(.*)b');
  const long = 'a'.repeat(20_000);
  assert.equal(regex.exec(long), undefined);
  assert.deepEqual(
    [...(regex.exec(`${long}b`) ?? [])].map((group) => group.length),
    [20_001, 19_998, 0, 0],
  );
});
