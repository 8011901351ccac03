import assert from 'node:assert/strict';
import net from 'node:net';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { Refused } from '../../../src/core/errors.ts';
import { Admission } from '../../../src/net/server/admission.ts';
import { Bodies, type Coming } from '../../../src/net/server/bodies.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import { call, echo, raw, serving, until } from './serving.ts';

const mebibyte = 1024 * 1024;
const large = (bytes: number): string => `POST /echo HTTP/1.1\r\nHost: g\r\nContent-Length: ${bytes}\r\n\r\n`;

test('four senders that announce everything and send nothing hold next to nothing', async (t) => {
  const admission = new Admission(256 * mebibyte);
  const it = await serving(t, { '/echo': echo }, { admission, maxRequestBytes: 64 * mebibyte });
  const sockets = Array.from({ length: 4 }, () => net.connect({ host: '127.0.0.1', port: it.port }));
  for (const socket of sockets) {
    socket.on('error', () => {});
    socket.write(large(64 * mebibyte));
  }
  await until(() => admission.heldBytes >= 4 * 64 * 1024);
  assert.equal(admission.heldBytes, 4 * 64 * 1024);
  assert.equal((await call(it.port, { body: 'a push' })).status, 200);
  for (const socket of sockets) socket.destroy();
  await until(() => admission.heldBytes === 0);
});

test('room is reserved a step ahead of what has come, whatever is announced', async (t) => {
  const admission = new Admission(256 * mebibyte);
  const it = await serving(t, { '/echo': echo }, { admission, maxRequestBytes: 64 * mebibyte });
  const socket = net.connect({ host: '127.0.0.1', port: it.port });
  socket.on('error', () => {});
  socket.write(large(8 * mebibyte));
  await until(() => admission.heldBytes > 0);
  for (const come of [1, 2, 4]) {
    socket.write(Buffer.alloc(come === 1 ? mebibyte : (come * mebibyte) / 2));
    await until(() => admission.heldBytes >= come * mebibyte);
    assert.ok(admission.heldBytes <= (come + 1) * mebibyte, `${admission.heldBytes} after ${come} MiB`);
  }
  socket.destroy();
  await until(() => admission.heldBytes === 0);
});

test('a body slower than min_rate is 408 five seconds after its head, a quick one is not', async (t) => {
  const clock = new FakeClock();
  const it = await serving(t, { '/echo': echo }, { clock, minBytesPerSecond: 1024, admission: new Admission(64 * mebibyte) });
  const slow = raw(it.port, `${large(100_000)}${'x'.repeat(5000)}`);
  let quick: net.Socket | undefined;
  const quickAnswer = raw(it.port, `${large(6000)}${'x'.repeat(5900)}`, (socket) => {
    quick = socket;
  });
  await until(() => it.admission.heldBytes >= 65_536 + 6000 && quick !== undefined);
  await clock.advance(4999);
  assert.deepEqual(it.refused, []);
  await clock.advance(1);
  assert.match(await slow, /^HTTP\/1\.1 408 .*slower than 1KiB a second \(timeouts\.min_rate\): 5000 bytes had come after 5 s/is);
  assert.deepEqual(it.refused, ['timeout']);
  quick?.write('x'.repeat(100));
  quick?.end();
  assert.match(await quickAnswer, /^HTTP\/1\.1 200 /);
  assert.equal(it.admission.heldBytes, 0);
});

test('when there is no room the slowest bodies lose theirs, slowest first, and only as many as needed', async () => {
  const clock = new FakeClock();
  const bodies = new Bodies({ timeoutMs: 60_000, minBytesPerSecond: 0 }, clock);
  const cut: string[] = [];
  const coming = (name: string, receivedBytes: number): Coming => {
    const body = {
      startedAt: clock.monotonic(),
      receivedBytes,
      heldBytes: 100,
      cut: () => {
        cut.push(name);
        bodies.remove(body);
      },
    };
    bodies.add(body);
    return body;
  };
  coming('slow', 20_000);
  coming('silent', 0);
  coming('quick', 10 * mebibyte);
  await clock.advance(1000);
  coming('new', 0);
  bodies.makeRoom(50);
  assert.deepEqual(cut, ['silent']);
  bodies.makeRoom(1000);
  assert.deepEqual(cut, ['silent', 'slow']);
});

test('many who want room beside many slow bodies cost next to nothing', () => {
  const clock = new FakeClock();
  const bodies = new Bodies({ timeoutMs: 60_000, minBytesPerSecond: 0 }, clock);
  let looks = 0;
  for (let count = 0; count < 5000; count++) {
    const body: Coming = {
      get startedAt() {
        looks += 1;
        return -2000;
      },
      receivedBytes: count,
      heldBytes: 100,
      cut: () => bodies.remove(body),
    };
    bodies.add(body);
  }
  for (let count = 0; count < 5000; count++) bodies.makeRoom(100);
  assert.ok(looks < 5000 * 60, `${looks} looks at 5,000 bodies`);
});

test("room that a body gets by losing its own is nobody's", async () => {
  const clock = new FakeClock();
  const admission = new Admission(1000);
  const bodies = new Bodies({ timeoutMs: 60_000, minBytesPerSecond: 0 }, clock);
  admission.makeRoom = (bytes) => bodies.makeRoom(bytes);
  const other = admission.open();
  other.hold(700);
  const own = admission.open();
  own.hold(200);
  const body: Coming = { startedAt: -2000, receivedBytes: 1, heldBytes: 200, cut: () => own.release() };
  bodies.add(body);
  await clock.advance(100);
  assert.throws(() => own.hold(400), /has lost its room/);
  assert.equal(admission.heldBytes, 700);
  other.release();
  assert.equal(admission.heldBytes, 0);
});

test('who stands still is no reason to refuse who does not, under however many names', () => {
  const clock = new FakeClock();
  const admission = new Admission(1000);
  const bodies = new Bodies({ timeoutMs: 60_000, minBytesPerSecond: 0 }, clock);
  for (let count = 0; count < 95; count++) {
    const one = admission.open({ tenant: `made up ${count}`, address: '10.0.0.1' });
    one.hold(10);
    const body: Coming = { startedAt: -2000, receivedBytes: 1, heldBytes: 10, cut: () => end() };
    const end = (): void => {
      bodies.remove(body);
      one.release();
    };
    bodies.add(body);
  }
  admission.makeRoom = (bytes) => bodies.makeRoom(bytes);
  assert.equal(admission.heldBytes, 950);
  const honest = admission.open({ tenant: 'honest', address: '10.0.0.2' });
  honest.hold(40);
  assert.ok(admission.heldBytes <= 880, `${admission.heldBytes}`);
});

test('a body that loses its room is 503 with Retry-After, and whoever needed it is served', async (t) => {
  const clock = new FakeClock();
  const admission = new Admission(100_000);
  const it = await serving(t, { '/echo': echo }, { clock, admission });
  const silent = raw(it.port, `${large(90_000)}${'x'.repeat(80_000)}`);
  await until(() => admission.heldBytes >= 80_000);
  await clock.advance(2000);
  assert.equal((await call(it.port, { body: Buffer.alloc(50_000) })).status, 200);
  assert.match(await silent, /^HTTP\/1\.1 503 .*retry-after: 1\r\n.*slower than the others/is);
  assert.equal(admission.heldBytes, 0);
});

test('when room is scarce a sender gets its share beside one that takes all', () => {
  const admission = new Admission(8000);
  const greedy = { tenant: 'a', address: '10.0.0.1' };
  const held = [];
  for (let count = 0; count < 7; count++) {
    const one = admission.open(greedy);
    one.hold(1000);
    held.push(one);
  }
  const modest = admission.open({ tenant: 'b', address: '10.0.0.2' });
  modest.hold(500);
  const more = admission.open(greedy);
  assert.throws(
    () => more.hold(200),
    (why) => why instanceof Refused && /more than its share/.test(why.message),
  );
  modest.hold(1000);
  for (const one of [...held, more, modest]) one.release();
  assert.equal(admission.heldBytes, 0);
  const alone = admission.open(greedy);
  alone.hold(8000);
  assert.equal(admission.heldBytes, 8000, 'whoever is alone may take all');
});

test('what is unpacked is reserved while it appears', async (t) => {
  const admission = new Admission(20 * mebibyte);
  const it = await serving(t, { '/echo': echo }, { admission, maxDecompressedBytes: 64 * mebibyte });
  let most = 0;
  const move = admission.move.bind(admission);
  admission.move = (from, bytes, holder) => {
    const counted = move(from, bytes, holder);
    most = Math.max(most, admission.heldBytes);
    return counted;
  };
  const headers = { 'content-encoding': 'gzip' };
  const gz = (bytes: number): Uint8Array => gzipSync(Buffer.alloc(bytes, 'abcdefghijklmnopqrst'));
  assert.equal((await call(it.port, { headers, body: gz(10 * mebibyte) })).status, 200);
  assert.ok(most >= 10 * mebibyte, `${most}`);
  const other = admission.open();
  other.hold(12 * mebibyte);
  most = 0;
  const refused = await call(it.port, { headers, body: gz(10 * mebibyte) });
  assert.equal(refused.status, 503);
  // Not when all of it is there: what does not fit is never made.
  assert.ok(most > 13 * mebibyte && most <= 20 * mebibyte, `${most}`);
  other.release();
  assert.equal(admission.heldBytes, 0);
});
