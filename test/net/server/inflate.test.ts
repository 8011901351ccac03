import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { Invalid, Refused } from '../../../src/core/errors.ts';
import { Admission, type Reservation } from '../../../src/net/server/admission.ts';
import { inflate } from '../../../src/net/server/inflate.ts';

const mebibyte = 1024 * 1024;

/** A request that holds its compressed bytes. */
function holding(bytes: number, limitBytes = 1024 * mebibyte): { reservation: Reservation; admission: Admission } {
  const admission = new Admission(limitBytes);
  const reservation = admission.open();
  reservation.hold(bytes);
  return { reservation, admission };
}

async function gunzip(bytes: Uint8Array, maxBytes = 64 * mebibyte, encoding = 'gzip'): Promise<Buffer> {
  return Buffer.concat(await inflate([bytes], encoding, holding(bytes.length).reservation, maxBytes));
}

const invalid = (reason: string) => (why: unknown) => why instanceof Invalid && why.reason === reason;

test('undoes gzip, small and large, in one piece and in many, of one member and of several', async () => {
  for (const size of [0, 10, mebibyte - 1, mebibyte, mebibyte + 1, 5 * mebibyte]) {
    const plain = Buffer.alloc(size, 'profile ');
    const gz = gzipSync(plain);
    assert.deepEqual(await gunzip(gz), plain);
    assert.deepEqual(await gunzip(Buffer.concat([gz, gz])), Buffer.concat([plain, plain]));
    const halves = [gz.subarray(0, 7), gz.subarray(7)];
    assert.deepEqual(Buffer.concat(await inflate(halves, 'GZIP', holding(gz.length).reservation, 64 * mebibyte)), plain);
  }
});

test('leaves identity and an empty body alone', async () => {
  const pieces = [Buffer.from('as it is')];
  assert.equal(await inflate(pieces, 'identity', holding(8).reservation, 100), pieces);
  assert.equal(await inflate(pieces, ' Identity ', holding(8).reservation, 100), pieces);
  assert.deepEqual(await inflate([], 'gzip', holding(0).reservation, 100), []);
});

test('knows no other encoding', async () => {
  for (const encoding of ['zstd', 'br', 'deflate', 'snappy', 'gzip, gzip', 'gzip;q=1', '../gzip', 'g zip', 'x-gzip']) {
    await assert.rejects(gunzip(gzipSync('x'), 100, encoding), invalid('encoding'), encoding);
  }
});

test('a stream that is cut, damaged, no gzip or followed by more is malformed', async () => {
  for (const size of [2000, 3 * mebibyte]) {
    const gz = gzipSync(Buffer.alloc(size, 'some text that shrinks'));
    const damaged = Buffer.from(gz);
    damaged.writeUInt8(damaged.readUInt8(gz.length - 6) ^ 0xff, gz.length - 6);
    for (const broken of [
      gz.subarray(0, 5),
      gz.subarray(0, gz.length >> 1),
      gz.subarray(0, -8),
      gz.subarray(0, -1),
      damaged,
      Buffer.alloc(size, 'plain'),
    ]) {
      await assert.rejects(gunzip(broken), invalid('malformed'));
    }
    for (const tail of ['garbage', '\0\0\0\0', '\x1f\x8b']) {
      await assert.rejects(gunzip(Buffer.concat([gz, Buffer.from(tail, 'latin1')])), invalid('malformed'));
    }
  }
});

test('a bomb is refused by size, and by ratio once it is not small', async () => {
  await assert.rejects(gunzip(gzipSync(Buffer.alloc(2000)), 1999), invalid('too_large'));
  await assert.rejects(gunzip(gzipSync(Buffer.alloc(3 * mebibyte)), 2 * mebibyte), invalid('too_large'));
  assert.equal((await gunzip(gzipSync(Buffer.alloc(16 * mebibyte)))).length, 16 * mebibyte, 'small enough, whatever its ratio');
  await assert.rejects(gunzip(gzipSync(Buffer.alloc(17 * mebibyte))), invalid('too_large'));
});

test('holds what unpacks, gives back what came, and stops where there is no room', async () => {
  const gz = gzipSync(Buffer.alloc(3 * mebibyte, 'x'));
  const { reservation, admission } = holding(gz.length);
  await inflate([gz], 'gzip', reservation, 64 * mebibyte);
  assert.equal(admission.heldBytes, 3 * mebibyte);
  const tight = holding(gz.length, 2 * mebibyte);
  await assert.rejects(inflate([gz], 'gzip', tight.reservation, 64 * mebibyte), invalid('too_large'));
  const shared = new Admission(4 * mebibyte);
  shared.open().hold(2 * mebibyte);
  await assert.rejects(inflate([gz], 'gzip', shared.open(), 64 * mebibyte), (why) => why instanceof Refused && why.reason === 'memory');
});

test('any bytes inflate to what zlib says or are malformed', async () => {
  const damaged = fc.tuple(fc.uint8Array({ maxLength: 300 }), fc.nat(400), fc.nat(255)).map(([plain, at, xor]) => {
    const gz = gzipSync(plain);
    if (at < gz.length) gz.writeUInt8(gz.readUInt8(at) ^ xor, at);
    return gz;
  });
  await fc.assert(
    fc.asyncProperty(fc.oneof(damaged, fc.uint8Array({ minLength: 1, maxLength: 200 })), async (bytes) => {
      try {
        await gunzip(bytes, 1000);
      } catch (why) {
        assert.ok(why instanceof Invalid, String(why));
      }
    }),
    { numRuns: 300 },
  );
});
