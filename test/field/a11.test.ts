import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { startCapture } from '../support/capture.ts';
import { balanced, numberIn, numbers, push, startField } from './field.ts';

const mib = 1024 * 1024;

/** As `du` counts: what the files take of the volume. */
function usedBytes(directory: string): number {
  return readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .reduce((sum, { parentPath, name }) => {
      const found = statSync(join(parentPath, name), { throwIfNoEntry: false });
      return sum + (found?.blocks ?? 0) * 512;
    }, 0);
}

// vectordotdev/vector#13263, #19217, #23110: a buffer smaller than one segment never frees anything: full for ever, or larger than allowed.
for (const [size, sizeBytes, recordBytes, pushes] of [
  ['16MiB', 16 * mib, 256 * 1024, 160],
  ['1MiB', mib, 16 * 1024, 160],
] as const) {
  test(`a queue of ${size} never takes more, and keeps the newest of more than that`, async (t) => {
    const upstream = await startCapture();
    t.after(() => upstream.close());
    upstream.answer(() => ({ status: 503 }));
    const gateway = await startField(t, { endpoints: [{ url: upstream.url }], queue: { type: 'disk', dir: 'queue', max_size: size } });
    const allowed = sizeBytes * 1.25;
    let most = 0;
    for (const number of numbers(0, pushes)) {
      assert.equal(await push(gateway, number, randomBytes(recordBytes)), 200);
      most = Math.max(most, usedBytes(join(gateway.directory, 'queue')));
      assert.ok(most <= allowed, `${most} bytes after ${number}`);
    }
    const { queued, dropped } = await balanced(gateway, 'up0', { accepted: pushes, delivered: 0 });
    assert.ok(queued * recordBytes > sizeBytes * 0.75 - recordBytes, `${queued} kept`);
    assert.ok(queued * recordBytes <= sizeBytes, `${queued} kept`);
    assert.equal(dropped, pushes - queued);

    const refused = upstream.arrivals.length;
    upstream.answer(() => ({ status: 200, headers: { 'content-type': 'application/proto' } }));
    await balanced(gateway, 'up0', { delivered: queued, queued: 0, dropped });
    const arrived = new Set(upstream.arrivals.slice(refused).map(numberIn));
    assert.deepEqual(
      [...arrived].toSorted((a, b) => a - b),
      numbers(pushes - queued, queued),
      'the newest',
    );
  });
}
