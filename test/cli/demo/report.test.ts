import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formatAmount, formatArrival, type Shown } from '../../../src/cli/demo/report.ts';
import { Labels } from '../../../src/core/labels.ts';

const arrival: Shown = {
  service: 'demo-shop',
  sent: Labels.of({ pod: 'demo-shop-1', region: 'eu' }),
  arrived: Labels.of({ env: 'demo', region: 'eu' }),
  sizeBytes: 2048,
  summary: {
    types: [
      { type: 'samples', unit: 'count', total: 100 },
      { type: 'wall', unit: 'nanoseconds', total: 2e9 },
    ],
    samples: 12,
    top: [
      { name: 'priceOrder', self: 1.5e9, unit: 'nanoseconds' },
      { name: 'renderInvoice', self: 2e8, unit: 'nanoseconds' },
    ],
    durationNanos: 2e9,
    timeNanos: 0,
  },
};

test('the first of a kind is told in full', () => {
  assert.equal(
    formatArrival(arrival, 1),
    `
demo-shop    samples 100, wall 2.0 s: 12 samples, 2.0 KiB
  labels sent     {pod="demo-shop-1", region="eu"}
  labels arrived  {env="demo", region="eu"}
  top by self      75%      1.5 s  priceOrder
                   10%     200 ms  renderInvoice
`,
  );
});

test('the next ones are one line each', () => {
  assert.equal(formatArrival(arrival, 3), 'demo-shop    samples 100, wall 2.0 s: 12 samples, 2.0 KiB (no. 3)\n');
});

test('amounts come in units that people read', () => {
  assert.equal(formatAmount(1_500_000, 'nanoseconds'), '1.5 ms');
  assert.equal(formatAmount(3 * 2 ** 20, 'bytes'), '3.0 MiB');
  assert.equal(formatAmount(0, 'bytes'), '0.0 KiB');
  assert.equal(formatAmount(17, 'count'), '17');
});
