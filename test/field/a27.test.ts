import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { startCapture } from '../support/capture.ts';
import type { GatewayProcess } from '../support/gateway.ts';
import { balanced, eventually, numberIn, numbers, push, queues, startField } from './field.ts';

// grafana/pyroscope-go#100, grafana/alloy#4622: profiles that a backend cannot read, at the head of a queue, take a healthy endpoint for down.
const words = 'failed to parse the profile';
const firstBad = 1000;

const pushGood = (gateway: GatewayProcess, number: number): Promise<number> => push(gateway, number, undefined, 'good');
const pushBad = (gateway: GatewayProcess, number: number): Promise<number> => push(gateway, firstBad + number, undefined, 'bad');

for (const queue of queues) {
  for (const poisons of [1, 3, 5, 12]) {
    test(`${queue['type']} queue: ${poisons} unreadable profiles at the head of the queue stop nobody, and are put aside`, async (t) => {
      const upstream = await startCapture();
      t.after(() => upstream.close());
      upstream.answer((arrival) =>
        numberIn(arrival) >= firstBad
          ? { status: 500, headers: { 'content-type': 'application/json' }, body: JSON.stringify({ code: 'unknown', message: words }) }
          : { status: 200, headers: { 'content-type': 'application/proto' } },
      );
      const gateway = await startField(t, { endpoints: [{ url: upstream.url }], queue });
      for (const number of numbers(0, poisons)) assert.equal(await pushBad(gateway, number), 200);
      for (const number of numbers(0, 20)) assert.equal(await pushGood(gateway, number), 200);
      const started = performance.now();
      await upstream.take(20, (arrival) => numberIn(arrival) < 20);
      const tookMs = performance.now() - started;
      assert.ok(tookMs < 5000, `${tookMs} ms until all good ones arrived`);

      let pushed = 20;
      await eventually(45_000, async () => {
        const { dead } = await balanced(gateway, 'up0', {});
        if (dead === poisons) return;
        await pushGood(gateway, pushed);
        pushed += 1;
        await wait(475); // with the look of eventually() one every half second, as the case has it
        throw new Error(`${dead} of ${poisons} are dead letters`);
      });
      await balanced(gateway, 'up0', { accepted: poisons + pushed, delivered: pushed, queued: 0, dead: poisons });
      for (const number of numbers(firstBad, poisons)) {
        const tries = upstream.arrivals.filter((arrival) => numberIn(arrival) === number).length;
        assert.ok(tries <= 12, `${tries} tries of ${number}`);
      }
      assert.equal((await gateway.metrics()).sum('flamegate_endpoint_breaker_open', { endpoint: 'up0' }), 0);
      const line = await gateway.line(({ message }) => message === 'profiles went to the dead letters');
      assert.match(JSON.stringify(line), new RegExp(words));
    });
  }
}
