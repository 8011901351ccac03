import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Invalid } from '../../../src/core/errors.ts';
import { connect, grpc, grpcWeb, plain } from '../../../src/net/server/dialect.ts';

const isInvalid = (why: unknown): boolean => why instanceof Invalid && why.reason === 'malformed';

test('Connect counts in milliseconds; a sign makes the time over', () => {
  assert.equal(connect.deadlineMs({}), undefined);
  for (const [text, ms] of [
    ['500', 500],
    ['0', 0],
    ['-5', -5],
    ['+7', 7],
    ['9999999999', 9_999_999_999],
  ] as const) {
    assert.equal(connect.deadlineMs({ 'connect-timeout-ms': text }), ms);
  }
});

test('Connect refuses what is no number of at most ten digits', () => {
  for (const text of ['', 'abc', '1.5', '1e3', '12345678901', ' 5', '5 ', '0x5']) {
    assert.throws(() => connect.deadlineMs({ 'connect-timeout-ms': text }), isInvalid, text);
  }
});

test('gRPC counts in the unit that it names', () => {
  for (const dialect of [grpc('application/grpc'), grpcWeb('application/grpc-web')]) {
    assert.equal(dialect.deadlineMs({}), undefined);
    for (const [text, ms] of [
      ['2H', 7_200_000],
      ['3M', 180_000],
      ['4S', 4000],
      ['500m', 500],
      ['1500u', 1.5],
      ['1000000n', 1],
      ['0S', 0],
      ['99999999S', 99_999_999_000],
    ] as const) {
      assert.equal(dialect.deadlineMs({ 'grpc-timeout': text }), ms, text);
    }
    for (const text of ['', '5', 'S', '-5S', '5s', '123456789S', '1.5S', '5 S', '5SS']) {
      assert.throws(() => dialect.deadlineMs({ 'grpc-timeout': text }), isInvalid, text);
    }
  }
});

test('/ingest knows no deadline of the sender', () => {
  assert.equal(plain.deadlineMs({ 'connect-timeout-ms': '5', 'grpc-timeout': '5S' }), undefined);
});

test('gRPC messages are printable ASCII whatever they say, and come back whole', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (message) => {
      const text = grpc('application/grpc').refuse(new Invalid('labels', message)).headers['grpc-message'] ?? '';
      assert.match(text, /^[\x20-\x7e]*$/);
      assert.equal(decodeURIComponent(text), message.toWellFormed());
    }),
  );
});

test('a message with blanks at its ends arrives as it is: HTTP/2 takes no header that ends in one', () => {
  const headers = grpc('application/grpc').refuse(new Invalid('labels', ' found twice: ')).headers;
  assert.equal(headers['grpc-message'], '%20found twice:%20');
});
