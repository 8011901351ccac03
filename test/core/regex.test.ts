import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AnchoredRegex } from '../../src/core/regex.ts';

test('a pattern must match the whole text, and its dot a newline too', () => {
  assert.ok(new AnchoredRegex('a.c').test('a\nc'));
  assert.ok(new AnchoredRegex('(?i)A.c').test('a\nc'), 'as RE2 has it too');
  assert.ok(!new AnchoredRegex('(?i)b').test('abc'));
  assert.ok(!new AnchoredRegex('b').test('abc'));
  assert.ok(new AnchoredRegex('a|b').test('b'));
  assert.ok(!new AnchoredRegex('a|b').test('ab'), 'the alternation is anchored as a whole');
});

test('templates expand as in Go', () => {
  const regex = new AnchoredRegex('(?P<first>[^.]+)\\.(.+)');
  const expand = (template: string): string | undefined => regex.expand('eu.west', template);
  assert.equal(expand('$1-$2'), 'eu-west');
  assert.equal(expand('${1}x'), 'eux');
  assert.equal(expand('$1x'), '', 'the group named "1x" does not exist');
  assert.equal(expand('$first/${first}'), 'eu/eu');
  assert.equal(expand('$$1'), '$1');
  assert.equal(expand('$9 ${nope}'), ' ');
  assert.equal(expand('100$ ${'), '100$ ${');
  assert.equal(regex.expand('none', '$1'), undefined);
});

test('a group that took no part is empty', () => {
  assert.equal(new AnchoredRegex('(a)?(b)').expand('b', '[$1$2]'), '[b]');
});

test('what RE2 does not have is refused with the pattern in the message', () => {
  assert.throws(() => new AnchoredRegex('(?=a)'), /invalid regular expression "\(\?=a\)"/);
  assert.throws(() => new AnchoredRegex('('), SyntaxError);
});

test('a pattern that backtracks elsewhere runs in linear time', () => {
  assert.ok(!new AnchoredRegex('(a+)+b').test('a'.repeat(5_000)));
});
