import assert from 'node:assert/strict';
import { test } from 'node:test';
import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync, zstdCompressSync } from 'node:zlib';
import fc from 'fast-check';
import { answerText, redirectTarget } from '../../../src/net/client/answer.ts';

test('shows the first 2 KiB, also of a gzip body that was cut', () => {
  const text = `{"code":"unavailable"}${'x'.repeat(100_000)}`;
  assert.equal(answerText(Buffer.from(text), ''), text.slice(0, 2048));
  const zipped = gzipSync(text);
  assert.equal(answerText(zipped, 'GZIP'), text.slice(0, 2048));
  assert.ok(answerText(zipped.subarray(0, zipped.length - 20), 'gzip').startsWith('{"code":"unavailable"}'));
});

const words = '{"code":"invalid_argument","message":"the words of the backend"}';
const codings: readonly [string, Buffer][] = [
  ['gzip', gzipSync(words)],
  ['x-gzip', gzipSync(words)],
  ['deflate', deflateSync(words)],
  ['Deflate', deflateRawSync(words)],
  ['br', brotliCompressSync(words)],
  ['zstd', zstdCompressSync(words)],
  ['gzip, br', brotliCompressSync(gzipSync(words))],
  ['identity', Buffer.from(words)],
  ['gzip', Buffer.from(words)],
  ['whatever', Buffer.from(words)],
];

for (const [at, [coding, body]] of codings.entries()) {
  test(`reads the words of a body that came as ${coding} (${at})`, () => assert.equal(answerText(body, coding), words));
}

test('of what grows without end it shows the beginning', () => {
  const bomb = Buffer.from('x'.repeat(4 * 1024 * 1024));
  for (const [coding, body] of [
    ['gzip', gzipSync(bomb)],
    ['deflate', deflateSync(bomb)],
  ] as const) {
    assert.match(answerText(body, coding), /^x{2048}$/);
  }
  // No piece of this one is small.
  assert.equal(answerText(brotliCompressSync(bomb), 'br'), '');
});

test('leaves out control characters, which a terminal would act on', () => {
  assert.equal(answerText(Buffer.from('a\u001b[31mb\0c\n\td\u009b'), ''), 'a[31mbc\n\td');
});

test('never throws, whatever a body holds', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 4096 }), fc.constantFrom('', 'gzip', 'br'), (body, encoding) => {
      assert.ok(Buffer.byteLength(answerText(body, encoding)) <= 3 * 2048);
    }),
    { numRuns: 200 },
  );
});

test('a Location leads to an HTTP server or nowhere, whatever it holds', () => {
  const from = new URL('http://h:1/a?b');
  fc.assert(
    fc.property(fc.constantFrom('', '/', '//', 'ftp://', 'http://', 'https:'), fc.string(), (start, rest) => {
      const location = start + rest;
      const target = redirectTarget(from, { method: 'POST', status: 307, location });
      assert.ok(target === undefined || /^https?:$/.test(target.protocol));
    }),
    { numRuns: 200 },
  );
});
