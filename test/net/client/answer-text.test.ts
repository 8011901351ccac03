import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { answerText } from '../../../src/net/client/answer-text.ts';
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
  const request = { origin: 'http://h:1', path: '/a?b', method: 'POST', headers: {}, body: Buffer.alloc(0) } as const;
  fc.assert(
    fc.property(fc.constantFrom('', '/', '//', 'ftp://', 'http://', 'https:'), fc.string(), (start, rest) => {
      const location = start + rest;
      const target = redirectTarget(request, { status: 307, headers: { location }, body: Buffer.alloc(0) });
      assert.ok(target === undefined || /^https?:$/.test(target.protocol));
    }),
    { numRuns: 200 },
  );
});
