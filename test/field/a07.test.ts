import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type TestContext, test } from 'node:test';
import { setInterval } from 'node:timers/promises';
import { balanced, checkOnceEach, numberIn, numbers, pushAll, queues, startField } from './field.ts';

// open-telemetry/opentelemetry-collector#15386: a 200 with a body over 64 kB is taken for a failure and sent again.
const head = { 'content-type': 'application/proto' };

/** Writes a byte now and then until nobody reads it. */
async function drip(response: ServerResponse): Promise<void> {
  response.writeHead(200, head);
  for await (const _ of setInterval(100)) {
    if (response.destroyed) return;
    response.write('x');
  }
}

const bodies: readonly (readonly [string, (response: ServerResponse) => void])[] = [
  ['a body of 5 MB', (response) => void response.writeHead(200, head).end(Buffer.alloc(5_000_000))],
  ['a body of 100 MB', (response) => void response.writeHead(200, head).end(Buffer.alloc(100_000_000))],
  ['a body that drips for ever', (response) => void drip(response)],
  ['a body that never comes', (response) => response.writeHead(200, { ...head, 'content-length': 10 }).flushHeaders()],
];

async function startTalker(t: TestContext, answer: (response: ServerResponse) => void): Promise<{ url: string; taken: number[] }> {
  const taken: number[] = [];
  const server = createServer((request, response) => {
    const pieces: Buffer[] = [];
    response.on('error', () => undefined);
    request.on('data', (piece: Buffer) => pieces.push(piece));
    request.on('end', () => {
      taken.push(numberIn({ body: Buffer.concat(pieces) }));
      answer(response);
    });
  });
  t.after(() => {
    server.close();
    server.closeAllConnections();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, taken }; // listening on TCP
}

/** Resident now. */
function memoryOf(pid: number): number {
  return Number(/VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) * 1024;
}

for (const queue of queues) {
  for (const [what, answer] of bodies) {
    test(`${queue['type']} queue: a 200 with ${what} is a 200, once`, async (t) => {
      const { url, taken } = await startTalker(t, answer);
      const gateway = await startField(t, { endpoints: [{ url }], queue });
      const before = memoryOf(gateway.pid);
      const started = performance.now();
      await pushAll(gateway, numbers(0, 5));
      await balanced(gateway, 'up0', { accepted: 5, delivered: 5, queued: 0 });
      const tookMs = performance.now() - started;
      assert.ok(tookMs < 2000 + 1000 + 3000, `${tookMs} ms: remote_timeout + 1 s, and room for a busy machine`);
      checkOnceEach(taken, numbers(0, 5));
      const grownBytes = memoryOf(gateway.pid) - before;
      assert.ok(grownBytes < 60_000_000, `${grownBytes} bytes more`);
    });
  }
}
