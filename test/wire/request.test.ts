import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import fc from 'fast-check';
import { deadReasons } from '../../src/core/account.ts';
import { Invalid } from '../../src/core/errors.ts';
import { RequestSchema } from '../../src/gen/flamegate/queue/v1/request_pb.ts';
import { type DeadNote, decodeRequest, encodeRequest, type OutgoingRequest, withDeadNote } from '../../src/wire/request.ts';

const count = fc.nat({ max: 2 ** 31 - 1 });
const hex = (bytes: number): fc.Arbitrary<string> =>
  fc.uint8Array({ minLength: bytes, maxLength: bytes }).map((id) => Buffer.from(id).toString('hex'));
const note: fc.Arbitrary<DeadNote> = fc.record(
  {
    reason: fc.constantFrom(...deadReasons),
    at: fc.double({ min: 0, max: 4e12, noNaN: true, noDefaultInfinity: true }).map(Math.abs),
    attempts: count,
    status: count,
    code: count,
    message: fc.string({ unit: 'grapheme' }),
  },
  { noNullPrototype: true },
);
const request: fc.Arbitrary<OutgoingRequest> = fc.record(
  {
    kind: fc.constantFrom('push', 'ingest', 'otlp'),
    path: fc.string(),
    query: fc.string({ unit: 'grapheme' }),
    contentTypes: fc.array(fc.string(), { maxLength: 3 }),
    rawBytes: fc.maxSafeNat(),
    trace: fc.option(fc.record({ traceId: hex(16), spanId: hex(8), flags: fc.nat(255) }, { noNullPrototype: true }), { nil: undefined }),
    receiver: fc.string(),
    dead: fc.option(note, { nil: undefined }),
  },
  { noNullPrototype: true },
);

test('a head is the message of its proto file, and reads back as it was', () => {
  fc.assert(
    fc.property(request, (facts) => {
      const head = encodeRequest(facts);
      assert.deepEqual(decodeRequest(head), facts);
      const message = fromBinary(RequestSchema, head);
      assert.deepEqual(Buffer.from(toBinary(RequestSchema, message)), Buffer.from(head));
      assert.equal(message.rawBytes, BigInt(facts.rawBytes));
      assert.equal(message.dead?.at, facts.dead?.at);
    }),
  );
});

test('any bytes are a head or are refused as malformed', () => {
  fc.assert(
    fc.property(
      fc.oneof(
        fc.uint8Array(),
        request.chain((facts) => fc.subarray([...encodeRequest(facts)]).map((some) => Uint8Array.from(some))),
      ),
      (bytes) => {
        try {
          decodeRequest(bytes);
        } catch (error) {
          assert.ok(error instanceof Invalid && error.reason === 'malformed', String(error));
        }
      },
    ),
    { numRuns: 1000 },
  );
});

test('a head may be longer than it looked at first', () => {
  const long = { ...plain('ingest'), contentTypes: ['x'.repeat(10_000), 'ü'.repeat(10_000)], receiver: 'r'.repeat(50_000) };
  assert.deepEqual(decodeRequest(encodeRequest(long)), long);
});

describe('decodeRequest', () => {
  test('passes over fields of a newer build', () => {
    const newer = Buffer.concat([encodeRequest(plain('push')), Buffer.from([0xa2, 0x06, 1, 7]), Buffer.from([0x98, 0x06, 5])]);
    assert.deepEqual(decodeRequest(newer), plain('push'));
  });

  test('refuses a kind that it does not know, rather than sending it as something else', () => {
    assert.throws(() => decodeRequest(Uint8Array.of(0x08, 9)), {
      reason: 'malformed',
      message: /kind .* 9/,
    });
    assert.throws(() => decodeRequest(new Uint8Array(0)), { reason: 'malformed' });
  });

  test('shows a reason of a newer build as the most general one', () => {
    const newer = toBinary(RequestSchema, create(RequestSchema, { kind: 1, dead: { reason: 'too_salty', message: 'no' } }));
    assert.partialDeepStrictEqual(decodeRequest(newer).dead, { reason: 'rejected', message: 'no' });
  });
});

describe('withDeadNote', () => {
  test('keeps the rest of the head byte for byte, unknown fields included', () => {
    fc.assert(
      fc.property(request, note, (facts, dead) => {
        const unknown = Buffer.from([0xa2, 0x06, 1, 7]);
        const head = Buffer.concat([encodeRequest({ ...facts, dead: undefined }), unknown]);
        const copy = withDeadNote(head, dead);
        assert.deepEqual(Buffer.from(copy.subarray(0, head.length)), head);
        assert.deepEqual(decodeRequest(copy), { ...facts, dead });
      }),
    );
  });

  test('replaces an earlier note as a whole: nothing of it shines through', () => {
    const first: DeadNote = { reason: 'poison', at: 1, attempts: 10, status: 500, code: 2, message: 'first' };
    const second: DeadNote = { reason: 'expired', at: 2, attempts: 0, status: 0, code: 0, message: '' };
    const head = withDeadNote(withDeadNote(encodeRequest(plain('ingest')), first), second);
    assert.deepEqual(decodeRequest(head).dead, second);
    // Whoever decodes it by the book would merge two notes.
    assert.partialDeepStrictEqual(fromBinary(RequestSchema, head).dead, second);
  });
});

function plain(kind: OutgoingRequest['kind']): OutgoingRequest {
  return { kind, path: '', query: '', contentTypes: [], rawBytes: 0, trace: undefined, receiver: '', dead: undefined };
}
