import assert from 'node:assert/strict';
import net from 'node:net';
import { test } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { startCapture } from '../support/capture.ts';
import { push, startField } from './field.ts';

const slow = 200;

// nodejs/node#26165: node looks for slow heads every 30 s, so that a limit of 10 s is one of 40.
test('half a head is answered 408 after timeouts.header, on 200 connections at once', { timeout: 90_000 }, async (t) => {
  const upstream = await startCapture();
  t.after(() => upstream.close());
  const gateway = await startField(t, { endpoints: [{ url: upstream.url }], queue: { type: 'memory' } });
  const [host = '', port] = gateway.address().split(':');
  const ends = Array.from({ length: slow }, async () => {
    const socket = net.connect({ host, port: Number(port) });
    t.after(() => socket.destroy());
    socket.on('error', () => {}); // 'close' follows
    let said = '';
    socket.setEncoding('latin1').on('data', (text: string) => {
      said += text;
    });
    await new Promise((resolve) => socket.once('connect', resolve));
    const startedAt = performance.now();
    socket.write('POST /ingest?name=half HTTP/1.1\r\nHost: g\r\nContent-Le');
    await new Promise((resolve) => socket.once('close', resolve));
    return { status: said.slice(0, 12), tookMs: performance.now() - startedAt };
  });
  let isOver = false;
  const all = Promise.all(ends).finally(() => {
    isOver = true;
  });
  let worstMs = 0;
  for (let number = 0; !isOver; number++) {
    const startedAt = performance.now();
    assert.equal(await push(gateway, number), 200);
    worstMs = Math.max(worstMs, performance.now() - startedAt);
    await setTimeout(50);
  }
  for (const { status, tookMs } of await all) {
    assert.equal(status, 'HTTP/1.1 408');
    // One second for the last words to be heard, and one for a machine that has other things to do.
    assert.ok(tookMs > 9900 && tookMs < 12_500, `${tookMs} ms`);
  }
  assert.ok(worstMs < 1000, `${worstMs} ms`);
});
