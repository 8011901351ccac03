import assert from 'node:assert/strict';
import http2 from 'node:http2';
import { test } from 'node:test';
import type { ProfileBatch, PushPayload } from '../../../src/core/profile.ts';
import { freePieces } from '../../../src/net/server/free-pieces.ts';
import { payloadOf } from '../../../src/wire/push.ts';
import { receiving } from './receiving.ts';

const bytesOf = (pieces: readonly Uint8Array[]): number => pieces.reduce((sum, piece) => sum + piece.length, 0);

function payloadIn(batch: ProfileBatch | undefined): PushPayload {
  const payload = batch?.series[0]?.payload;
  assert.ok(payload?.kind === 'push');
  return payload;
}

/** A push of one series with one large profile of this byte. */
function pushOf(fill: string): Buffer {
  const label = Buffer.from([0x0a, 5, 0x0a, 1, 0x61, 0x12, 0]);
  const { fields } = payloadOf(Buffer.alloc(300_000, fill));
  const series = Buffer.concat([label, ...fields]);
  const head = [0x0a];
  for (let left = series.length; ; left >>>= 7) {
    if (left < 0x80) {
      head.push(left);
      break;
    }
    head.push((left & 0x7f) | 0x80);
  }
  return Buffer.concat([Buffer.from(head), series]);
}

test('behind its 200 a body has no bytes any more, and nobody sees those of another one in its place', async (t) => {
  const { port, batches } = await receiving(t);
  const post = (fill: string, tenant: string): Promise<Response> =>
    fetch(`http://127.0.0.1:${port}/push.v1.PusherService/Push`, {
      method: 'POST',
      headers: { 'content-type': 'application/proto', 'x-scope-orgid': tenant },
      body: new Uint8Array(pushOf(fill)),
    });
  const letters = 'abcdefgh';
  for (const fill of letters) assert.equal((await post(fill, `tenant-${fill}`)).status, 200);
  assert.equal(batches.length, letters.length);
  for (const [at, batch] of batches.entries()) {
    const { fields, rawBytes } = payloadIn(batch);
    assert.equal(rawBytes, 300_000);
    // A piece at the border of what node has read may be too small to be worth it; what is left is the sender's own.
    assert.ok(bytesOf(fields) < 8192, `${bytesOf(fields)} bytes are still there`);
    for (const field of fields.slice(1)) for (let i = 0; i < field.length; i++) assert.equal(field[i], letters.charCodeAt(at));
  }
});

test('a body that came by HTTP/2 keeps its memory, which it shares', async (t) => {
  const { port, batches } = await receiving(t);
  const session = http2.connect(`http://127.0.0.1:${port}`);
  t.after(() => session.destroy());
  const stream = session.request({ ':method': 'POST', ':path': '/push.v1.PusherService/Push', 'content-type': 'application/proto' });
  const status = new Promise((resolve) => stream.once('response', (headers) => resolve(headers[':status'])));
  stream.end(pushOf('x'));
  assert.equal(await status, 200);
  const { fields } = payloadIn(batches[0]);
  assert.ok(bytesOf(fields) > 300_000);
});

test('only a piece that has its memory for itself is freed, once', () => {
  const whole = Buffer.allocUnsafeSlow(10_000).fill(1);
  const shared = Buffer.allocUnsafeSlow(20_000).fill(2);
  const small = Buffer.allocUnsafeSlow(100).fill(3);
  const pieces = [whole, shared.subarray(0, 10_000), shared.subarray(10_000), small, new Uint8Array(new SharedArrayBuffer(8192))];
  freePieces(pieces);
  freePieces(pieces);
  assert.deepEqual(
    pieces.map(({ length }) => length),
    [0, 10_000, 10_000, 100, 8192],
  );
  assert.ok(shared.every((byte) => byte === 2));
});
