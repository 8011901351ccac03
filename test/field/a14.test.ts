import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startCapture } from '../support/capture.ts';
import { accountOf, balanced, configOf, eventually, numbers, pushAll, queues, reload, startField } from './field.ts';

// vectordotdev/vector#26144, #20697; elastic/logstash#4542: after a reload metrics of what went stay, or those of what stayed begin anew.
for (const queue of queues) {
  test(`${queue['type']} queue: counters of what stays go on, those of what goes disappear, and come back with it`, async (t) => {
    const [a, b] = [await startCapture(), await startCapture()];
    t.after(() => Promise.all([a.close(), b.close()]));
    b.answer(() => ({ status: 503 }));
    const [first, second] = [
      { name: 'a', url: a.url },
      { name: 'b', url: b.url },
    ];
    const gateway = await startField(t, { endpoints: [first, second], queue });
    await pushAll(gateway, numbers(0, 20));
    await balanced(gateway, 'a', { accepted: 20, delivered: 20 });
    const before = await balanced(gateway, 'b', { accepted: 20, queued: 20 });

    assert.equal((await reload(gateway, configOf({ endpoints: [first], queue }))).status, 200);
    // The instance that was replaced finishes beside the new one.
    const alone = await eventually(10_000, async () => {
      const metrics = await gateway.metrics();
      for (const gauge of ['breaker_open', 'concurrency']) {
        assert.equal(metrics.has(`flamegate_endpoint_${gauge}`, { endpoint: 'b' }), false, `no ${gauge}: it is no endpoint any more`);
      }
      assert.equal(metrics.sum('flamegate_endpoint_queued_profiles', { endpoint: 'b' }), 20, "its backlog, under the orphan's name");
      return metrics;
    });
    assert.equal(accountOf(alone, 'a').delivered, 20);
    const warning = await gateway.line(({ message }) => /left profiles in the queue/.test(message ?? ''));
    assert.equal(warning['records'], 20);
    await pushAll(gateway, numbers(20, 5));
    await balanced(gateway, 'a', { accepted: 25, delivered: 25 });

    b.answer(() => ({ status: 200, headers: { 'content-type': 'application/proto' } }));
    assert.equal((await reload(gateway, configOf({ endpoints: [first, second], queue }))).status, 200);
    await pushAll(gateway, numbers(25, 5));
    const after = await balanced(gateway, 'b', { queued: 0, delivered: 25 });
    assert.ok(after.accepted >= before.accepted, JSON.stringify({ before, after }));
    await balanced(gateway, 'a', { accepted: 30, delivered: 30 });

    assert.equal((await reload(gateway, configOf({ endpoints: [first], queue }))).status, 200);
    await eventually(10_000, async () => {
      const gone = await gateway.metrics();
      const left = [...gone.names].filter((name) => gone.has(name, { endpoint: 'b' }));
      assert.deepEqual(left, [], 'nothing is left of what went with an empty backlog');
    });
  });
}
