import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { frameMessage, unframeMessage } from '../../src/wire/grpc-frame.ts';
import { inPieces } from './push-arbitrary.ts';

test('a framed message comes out again, in however many pieces it arrives', () => {
  const arrivals = fc
    .uint8Array({ maxLength: 300 })
    .chain((body) => fc.tuple(fc.constant(body), inPieces(fc.constant(frameMessage(body)))));
  fc.assert(
    fc.property(arrivals, ([body, pieces]) => {
      const { compressed, message } = unframeMessage(pieces);
      assert.equal(compressed, false);
      assert.deepEqual(Buffer.concat(message), Buffer.from(body));
    }),
  );
});

test('any bytes are one message or are refused as malformed', () => {
  const prefixed = fc.tuple(fc.nat(3), fc.nat(6), fc.uint8Array({ maxLength: 6 }));
  fc.assert(
    fc.property(prefixed, ([flags, size, body]) => {
      const bytes = Buffer.concat([Buffer.from([flags, 0, 0, 0, size]), body]);
      if (flags <= 1 && size === body.length) assert.equal(unframeMessage([bytes]).compressed, flags === 1);
      else assert.throws(() => unframeMessage([bytes]), { name: 'Invalid', reason: 'malformed' });
    }),
  );
});

describe('unframeMessage', () => {
  for (const [what, bytes, message] of [
    ['no message', [], /starts with 5 bytes, found 0/],
    ['a cut prefix', [0, 0, 0], /found 3/],
    ['a cut message', [0, 0, 0, 0, 2, 7], /announces 2 bytes, 1 follow/],
    ['several messages', [0, 0, 0, 0, 0, 0, 0, 0, 0, 0], /announces 0 bytes, 5 follow/],
    ['trailers of gRPC-web', [128, 0, 0, 0, 0], /found 128/],
    ['a length of 4 GiB', [0, 255, 255, 255, 255], /4294967295/],
  ] as const) {
    test(`refuses ${what}`, () => {
      assert.throws(() => unframeMessage([Buffer.from(bytes)]), { reason: 'malformed', message });
    });
  }

  test('hands out views', () => {
    const bytes = Buffer.from([0, 0, 0, 0, 1, 7]);
    assert.equal(unframeMessage([bytes]).message[0]?.buffer, bytes.buffer);
  });
});
