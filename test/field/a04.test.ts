import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startCapture } from '../support/capture.ts';
import type { GatewayProcess } from '../support/gateway.ts';
import { balanced, numberIn, numbers, queues, startField } from './field.ts';

// grafana/pyroscope-java#166, pyroscope-go#100: each profile of one service is answered 422, and can never succeed.
const words = 'parsing IngestInput-pprof failed unexpected EOF';

async function ingest(gateway: GatewayProcess, number: number): Promise<void> {
  const answer = await fetch(`http://${gateway.address()}/ingest?name=field{n=${number}}&format=pprof`, { method: 'POST', body: 'broken' });
  assert.equal(answer.status, 200);
}

for (const queue of queues) {
  test(`${queue['type']} queue: profiles that cannot be parsed are put aside after two tries, and the endpoint stays in use`, async (t) => {
    const upstream = await startCapture();
    t.after(() => upstream.close());
    upstream.answer(() => ({
      status: 422,
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ code: 'unknown', message: words }),
    }));
    const gateway = await startField(t, { endpoints: [{ url: upstream.url }], queue });
    for (const number of numbers(0, 5)) await ingest(gateway, number);
    await balanced(gateway, 'up0', { accepted: 5, delivered: 0, queued: 0, dead: 5 });
    const tries = numbers(0, 5).map((number) => upstream.arrivals.filter((arrival) => numberIn(arrival) === number).length);
    assert.ok(
      tries.every((count) => count === 1 || count === 2),
      `tries: ${tries}`,
    );
    const line = await gateway.line((one) => JSON.stringify(one).includes(words));
    assert.match(JSON.stringify(line), /422/);
    assert.ok(
      !gateway.lines.some(({ message }) => /accepts no profiles|refuses profiles/.test(message ?? '')),
      'the endpoint is not at fault',
    );
    assert.equal((await gateway.metrics()).sum('flamegate_endpoint_breaker_open', { endpoint: 'up0' }), 0);

    upstream.answer(() => ({ status: 200 }));
    const started = performance.now();
    await ingest(gateway, 5);
    await upstream.take(1, (arrival) => numberIn(arrival) === 5);
    const tookMs = performance.now() - started;
    assert.ok(tookMs < 1000, `${tookMs} ms until the next profile arrived`);
    await balanced(gateway, 'up0', { accepted: 6, delivered: 1, queued: 0, dead: 5 });
  });
}
