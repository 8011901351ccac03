import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { openingOf } from '../../../src/net/server/sniff.ts';

const preface = Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n');

test('decides as soon as the bytes can be nothing else', () => {
  for (let length = 1; length < preface.length; length++) assert.equal(openingOf(preface.subarray(0, length)), undefined);
  assert.equal(openingOf(preface), 'http2');
  assert.equal(openingOf(Buffer.concat([preface, Buffer.from('more')])), 'http2');
  assert.equal(openingOf(Buffer.from('PO')), 'http1');
  assert.equal(openingOf(Buffer.from('PRI * HTTP/2.0\r\n\r\nXX')), 'http1');
  assert.equal(openingOf(Buffer.from([0x16])), 'tls');
});

test('never changes its mind when more bytes come', () => {
  const bytes = fc.oneof(
    fc.uint8Array({ minLength: 1, maxLength: 40 }),
    fc.uint8Array({ maxLength: 20 }).map((tail) => Buffer.concat([preface, tail])),
  );
  fc.assert(
    fc.property(bytes, fc.nat(40), (all, cut) => {
      const early = openingOf(all.subarray(0, Math.max(1, cut)));
      if (early !== undefined) assert.equal(openingOf(all), early);
    }),
  );
});
