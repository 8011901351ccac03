import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startCapture } from '../support/capture.ts';
import { balanced, numbers, pushAll, startField } from './field.ts';

// earendil-works/pi#7860, pinojs/pino#2351, odefun/ode#190: the reader of stdout goes away, and EPIPE ends the process.
for (const name of ['stdout', 'stderr'] as const) {
  test(`${name} is closed while the gateway runs at level debug: everything is delivered, and lines are counted as dropped`, async (t) => {
    const upstream = await startCapture();
    t.after(() => upstream.close());
    const gateway = await startField(t, { endpoints: [{ url: upstream.url }], telemetry: { logs: { level: 'debug', format: 'json' } } });
    gateway.process[name]?.destroy();
    await pushAll(gateway, numbers(0, 200));
    await balanced(gateway, 'up0', { accepted: 200, delivered: 200 });
    const dropped = (await gateway.metrics()).sum('flamegate_log_lines_dropped_total');
    if (name === 'stdout') assert.ok(dropped > 100, `${dropped} lines`);
    assert.equal(await gateway.stop(), 0);
  });
}

test('nobody reads stdout, which fills up, at level debug: everything is delivered, and lines are counted as dropped', async (t) => {
  const upstream = await startCapture();
  t.after(() => upstream.close());
  const gateway = await startField(t, { endpoints: [{ url: upstream.url }], telemetry: { logs: { level: 'debug', format: 'json' } } });
  const dropped = async () => (await gateway.metrics()).sum('flamegate_log_lines_dropped_total');
  assert.equal(await dropped(), 0);
  gateway.process.stdout?.pause();
  let sent = 0;
  while ((await dropped()) === 0) {
    assert.ok(sent < 40_000, 'the pipe and what waits for it are full by now');
    await pushAll(gateway, numbers(sent, 200));
    sent += 200;
  }
  await balanced(gateway, 'up0', { accepted: sent, delivered: sent });
  gateway.process.stdout?.resume();
  assert.equal(await gateway.stop(), 0);
});
