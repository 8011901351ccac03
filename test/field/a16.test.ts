import assert from 'node:assert/strict';
import http2 from 'node:http2';
import { test } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { startCapture } from '../support/capture.ts';
import { balanced, numberIn, numbers, push, record, startField } from './field.ts';

const senders = 200;
const lastsMs = 20_000;

// nodejs/node#57416: an answer on a stream whose session has just been destroyed throws, and that ends the server.
test('h2c senders that destroy their session in the middle of a push harm nobody', { timeout: 120_000 }, async (t) => {
  const upstream = await startCapture();
  t.after(() => upstream.close());
  const gateway = await startField(t, { endpoints: [{ url: upstream.url }], queue: { type: 'memory' } });
  const endsAt = performance.now() + lastsMs;
  const torn: number[] = [];
  const tear = async (number: number): Promise<void> => {
    const session = http2.connect(`http://${gateway.address()}`);
    session.on('error', () => {}); // that is what it is for
    const stream = session.request({ ':method': 'POST', ':path': '/push.v1.PusherService/Push', 'content-type': 'application/proto' });
    stream.on('error', () => {});
    stream.on('response', ({ ':status': status }) => {
      if (status === 200) torn.push(number);
    });
    stream.end(record(number));
    await setTimeout(Math.random() * 50);
    session.destroy();
  };
  let next = 100_000;
  const sender = async (): Promise<void> => {
    while (performance.now() < endsAt) {
      await tear(next++);
      // So many sessions a second that this process, which also measures, has time to spare.
      await setTimeout(500 + Math.random() * 500);
    }
  };
  const good: number[] = [];
  const tookMs: number[] = [];
  const healthy = async (): Promise<void> => {
    while (performance.now() < endsAt) {
      const startedAt = performance.now();
      assert.equal(await push(gateway, good.length), 200);
      tookMs.push(performance.now() - startedAt);
      good.push(good.length);
      await setTimeout(25);
    }
  };
  await Promise.all([healthy(), ...Array.from({ length: senders }, sender)]);
  assert.equal(gateway.process.exitCode, null);
  assert.ok(next - 100_000 > senders, 'every sender came more than once');
  assert.ok(torn.length > 0, 'some heard their answer');
  const p99Ms = tookMs.toSorted((a, b) => a - b)[Math.floor(tookMs.length * 0.99)] ?? 0;
  assert.ok(p99Ms < 500, `p99 of ${tookMs.length} pushes was ${p99Ms} ms`);
  await balanced(gateway, 'up0', { queued: 0, dropped: 0, dead: 0 });
  const came = new Set(upstream.arrivals.map(numberIn));
  assert.equal(came.size, upstream.arrivals.length, 'none came twice');
  assert.deepEqual(
    [...numbers(0, good.length), ...torn].filter((number) => !came.has(number)),
    [],
  );
});
