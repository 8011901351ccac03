import assert from 'node:assert/strict';
import net from 'node:net';
import { test } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { startCapture } from '../support/capture.ts';
import { balanced, record, startField } from './field.ts';

/** A sender that uses its one connection again as long as it has not been closed, whatever a header advises, and sends nothing twice. */
class Sender {
  connections = 0;
  readonly #address: string;
  #socket: net.Socket | undefined;

  constructor(address: string) {
    this.#address = address;
  }

  /** Resolves with the status; rejects when the connection ends first. */
  push(number: number): Promise<string> {
    const socket = this.#socket ?? this.#connect();
    const body = record(number);
    socket.write(
      `POST /push.v1.PusherService/Push HTTP/1.1\r\nHost: g\r\nContent-Type: application/proto\r\nContent-Length: ${body.length}\r\n\r\n`,
    );
    socket.write(body);
    return new Promise((resolve, reject) => {
      const onClose = (): void => reject(new Error('the connection was closed instead of an answer'));
      socket.once('close', onClose);
      socket.once('data', (text: Buffer) => {
        socket.off('close', onClose);
        // What says so is not used again.
        if (/\r\nconnection: close\r\n/i.test(text.toString('latin1'))) this.close();
        resolve(text.toString('latin1', 9, 12));
      });
    });
  }

  close(): void {
    this.#socket?.destroy();
    this.#socket = undefined;
  }

  #connect(): net.Socket {
    const [host = '', port] = this.#address.split(':');
    const socket = net.connect({ host, port: Number(port), noDelay: true });
    this.connections += 1;
    this.#socket = socket;
    const forget = (): void => {
      if (this.#socket === socket) this.#socket = undefined;
    };
    socket.on('error', forget).on('end', forget).on('close', forget);
    return socket;
  }
}

// nodejs/node#20256, nodejs/undici#5450: a kept connection is closed just as its client uses it again.
test('a sender that comes back just when its connection has been idle for long enough loses nothing', { timeout: 120_000 }, async (t) => {
  const upstream = await startCapture();
  t.after(() => upstream.close());
  const gateway = await startField(t, {
    endpoints: [{ url: upstream.url }],
    queue: { type: 'memory' },
    receiver: { timeouts: { idle: '2s' } },
  });
  const [senders, rounds] = [40, 8];
  const failures: unknown[] = [];
  // 1.9 to 2.1 s, spread over the senders and moved a little each round.
  const all = Array.from({ length: senders }, async (_, at) => {
    const one = new Sender(gateway.address());
    for (let round = 0; round < rounds; round++) {
      await one.push(at * rounds + round).then(
        (status) => status === '200' || failures.push(status),
        (why) => failures.push(why),
      );
      if (round < rounds - 1) await setTimeout(1900 + (((at * 200) / senders + round * 23) % 200));
    }
    one.close();
    return one.connections;
  });
  const connections = await Promise.all(all);
  assert.deepEqual(failures, []);
  assert.ok(Math.max(...connections) < rounds, `connections are used again: ${connections}`);
  await balanced(gateway, 'up0', { delivered: senders * rounds, queued: 0, dropped: 0, dead: 0 });
});

test('senders that never retry lose nothing from SIGTERM to the end of shutdown.delay', { timeout: 60_000 }, async (t) => {
  const upstream = await startCapture();
  t.after(() => upstream.close());
  const gateway = await startField(t, { endpoints: [{ url: upstream.url }], queue: { type: 'memory' }, shutdown: { delay: '5s' } });
  const one = new Sender(gateway.address());
  t.after(() => one.close());
  let sent = 0;
  assert.equal(await one.push(sent++), '200');
  gateway.process.kill('SIGTERM');
  const endsAt = performance.now() + 4000;
  while (performance.now() < endsAt) {
    assert.equal(await one.push(sent++), '200');
    await setTimeout(20);
  }
  assert.equal(await gateway.exited, 0);
  assert.equal(upstream.arrivals.length, sent);
});
