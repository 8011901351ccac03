import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Invalid } from '../../src/core/errors.ts';
import { checkJsonBounds } from '../../src/wire/json-bounds.ts';

const check = (text: string): void => checkJsonBounds(Buffer.from(text));
const invalid = (reason: string) => (why: unknown) => why instanceof Invalid && why.reason === reason;

test('refuses what would become too many objects, and what is nested too deep', () => {
  check(`{"series":[${'{},'.repeat(149_000)}{}]}`);
  assert.throws(() => check(`{"series":[${'{},'.repeat(200_000)}{}]}`), invalid('too_large'));
  assert.throws(() => check(`[${'1,'.repeat(300_001)}1]`), invalid('too_large'));
  check('['.repeat(100) + ']'.repeat(100));
  assert.throws(() => check('['.repeat(101)), invalid('malformed'));
  assert.throws(() => check('{"a":'.repeat(101)), invalid('malformed'));
});

test('what stands in a string does not count, however it is escaped', () => {
  for (const text of ['[', '"[', '\\', '\\"', '\\\\"[{', 'é"\\']) check(JSON.stringify({ [text.repeat(400_000)]: text }));
  assert.throws(() => check(`["\\\\",${'['.repeat(100)}`), invalid('malformed'), 'the string ends where JSON says');
});

test('says nothing of any JSON that is small and flat, and never anything but Invalid', () => {
  fc.assert(fc.property(fc.json({ maxDepth: 20 }), (text) => check(text)));
  fc.assert(fc.property(fc.string({ unit: fc.constantFrom('"', '\\', '[', ']', '{', '}', ',', 'a') }), (text) => check(text)));
});
