import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Capture, startCapture } from '../support/capture.ts';
import { arrive, balanced, checkOnceEach, configOf, numberIn, numbers, pushAll, queues, reload, startField, temporary } from './field.ts';

// open-telemetry/opentelemetry-collector#14988: renaming a component in the configuration leaves its queued data behind for ever. The name of an
// endpoint that nobody named follows from its URL.
const unnamed = (upstream: Capture): Record<string, unknown> => ({ name: '', url: upstream.url });
const nameOf = (upstream: Capture): string => new URL(upstream.url).host;

async function startTwo(t: { after(what: () => Promise<unknown>): void }): Promise<readonly [Capture, Capture]> {
  const [down, up] = [await startCapture(), await startCapture()];
  t.after(() => Promise.all([down.close(), up.close()]));
  down.answer(() => ({ status: 503 }));
  return [down, up];
}

for (const queue of queues) {
  test(`${queue['type']} queue: a reload that changes the url of an unnamed endpoint takes its backlog along`, async (t) => {
    const [down, up] = await startTwo(t);
    const gateway = await startField(t, { endpoints: [unnamed(down)], queue });
    await pushAll(gateway, numbers(0, 50));
    await balanced(gateway, nameOf(down), { accepted: 50, queued: 50 });
    const { status, text } = await reload(gateway, configOf({ endpoints: [unnamed(up)], queue }));
    assert.equal(status, 200, text);
    checkOnceEach((await arrive(up, 50)).map(numberIn), numbers(0, 50));
    await balanced(gateway, nameOf(up), { delivered: 50, queued: 0 });
    await gateway.line(({ endpoint, before }) => endpoint === nameOf(up) && before === nameOf(down));
  });
}

test('a restart with another url does so as well', async (t) => {
  const [down, up] = await startTwo(t);
  const directory = temporary(t);
  const before = await startField(t, { endpoints: [unnamed(down)] }, { directory });
  await pushAll(before, numbers(0, 50));
  assert.equal(await before.stop(), 0);
  const after = await startField(t, { endpoints: [unnamed(up)] }, { directory });
  checkOnceEach((await arrive(up, 50)).map(numberIn), numbers(0, 50));
  await balanced(after, nameOf(up), { recovered: 50, delivered: 50, queued: 0 });
});

test('where it is not clear who the heir is, the backlog stays, and a warning says how to see it', async (t) => {
  const [down, up] = await startTwo(t);
  const third = await startCapture();
  t.after(() => third.close());
  const gateway = await startField(t, { endpoints: [unnamed(down)] });
  await pushAll(gateway, numbers(0, 50));
  assert.equal((await reload(gateway, configOf({ endpoints: [unnamed(up), unnamed(third)] }))).status, 200);
  const warning = await gateway.line(({ endpoint, message }) => endpoint === nameOf(down) && /left profiles/.test(message ?? ''));
  assert.equal(warning['records'], 50);
  assert.ok(Number(warning['bytes']) > 50 * 10);
  assert.match(String(warning['advice']), /flamegate queue ls queue/);
  await pushAll(gateway, numbers(50, 5));
  checkOnceEach((await arrive(up, 5)).map(numberIn), numbers(50, 5));
});
