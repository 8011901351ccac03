import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startCapture } from '../support/capture.ts';
import type { GatewayProcess } from '../support/gateway.ts';
import { balanced, checkOnceEach, configOf, numberIn, numbers, push, pushAll, queues, reload, startField } from './field.ts';

/** Pushes one after the other, on a few lanes, from a number on. */
class Load {
  readonly accepted: number[] = [];
  readonly refused: string[] = [];
  #next: number;
  #running = true;
  readonly #lanes: readonly Promise<void>[];
  #look: () => void = () => undefined;

  constructor(gateway: GatewayProcess, first: number) {
    this.#next = first;
    this.#lanes = numbers(0, 4).map(() => this.#lane(gateway));
  }

  /** Resolves when so many more have been taken or refused. */
  more(count: number): Promise<void> {
    const until = this.#ended + count;
    return new Promise((resolve) => {
      this.#look = () => {
        if (this.#ended >= until) resolve();
      };
    });
  }

  async stop(): Promise<void> {
    this.#running = false;
    await Promise.all(this.#lanes);
  }

  get #ended(): number {
    return this.accepted.length + this.refused.length;
  }

  async #lane(gateway: GatewayProcess): Promise<void> {
    while (this.#running) {
      const number = this.#next++;
      const status = await push(gateway, number).catch(String);
      if (status === 200) this.accepted.push(number);
      else this.refused.push(`${number}: ${status}`);
      this.#look();
    }
  }
}

// vectordotdev/vector#18831: a reload that changes a sink with a disk buffer fails, because the old one still holds the buffer.
for (const queue of queues) {
  test(`${queue['type']} queue: a changed exporter takes over its open queue under load, and everything arrives once`, async (t) => {
    const upstream = await startCapture();
    t.after(() => upstream.close());
    upstream.answer(() => ({ status: 503 }));
    const endpoint = { url: upstream.url };
    const gateway = await startField(t, { endpoints: [endpoint], queue });
    await pushAll(gateway, numbers(0, 100));
    const load = new Load(gateway, 100);
    t.after(() => load.stop());
    for (const changed of [
      { endpoints: [{ ...endpoint, remote_timeout: '3s' }], queue },
      { endpoints: [{ ...endpoint, remote_timeout: '3s' }], queue: { ...queue, max_size: '32MiB' } },
    ]) {
      await load.more(20);
      const { status, text } = await reload(gateway, configOf(changed));
      assert.equal(status, 200, text);
    }
    await load.more(20);
    await load.stop();
    assert.deepEqual(load.refused, []);
    assert.equal((await gateway.metrics()).sum('flamegate_queue_capacity_bytes'), 32 * 1024 * 1024);

    const refused = upstream.arrivals.length;
    upstream.answer(() => ({ status: 200, headers: { 'content-type': 'application/proto' } }));
    const count = 100 + load.accepted.length;
    await balanced(gateway, 'up0', { accepted: count, delivered: count, queued: 0, dropped: 0, dead: 0 });
    const taken = upstream.arrivals.slice(refused).map(numberIn);
    checkOnceEach(taken, [...numbers(0, 100), ...load.accepted]);
  });
}
