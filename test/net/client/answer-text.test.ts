import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { answerText } from '../../../src/net/client/answer.ts';
import { redirectTarget } from '../../../src/net/client/redirect.ts';

test('shows the first 2 KiB, also of a gzip body that was cut', () => {
  const text = `{"code":"unavailable"}${'x'.repeat(100_000)}`;
  assert.equal(answerText(Buffer.from(text), ''), text.slice(0, 2048));
  const zipped = gzipSync(text);
  assert.equal(answerText(zipped, 'GZIP'), text.slice(0, 2048));
  assert.ok(answerText(zipped.subarray(0, zipped.length - 20), 'gzip').startsWith('{"code":"unavailable"}'));
});

test('does not inflate what grows without end', () => {
  assert.equal(answerText(gzipSync(Buffer.alloc(4 * 1024 * 1024)), 'gzip'), '');
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
