import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { DurationSchema, formatDuration, formatSize, parseDuration, parseSize, SizeSchema } from '../../src/core/units.ts';

test('durations are sums of amounts with a unit', () => {
  assert.equal(parseDuration('300ms'), 300);
  assert.equal(parseDuration('1m30s'), 90_000);
  assert.equal(parseDuration('1.5h'), 5_400_000);
  assert.equal(parseDuration('0'), 0);
  for (const bad of ['', '5', '5 s', 's', '-5s', '1d', '1m 30s', '5S', '1e3s']) assert.equal(parseDuration(bad), undefined, bad);
});

test('sizes are bytes, or an amount with a binary or decimal unit', () => {
  assert.equal(parseSize('512KiB'), 524_288);
  assert.equal(parseSize('10MB'), 10_000_000);
  assert.equal(parseSize('4096'), 4096);
  assert.equal(parseSize('1.5GiB'), 1_610_612_736);
  for (const bad of ['', 'MiB', '-1', '5 X', '5kb', '1,5MB']) assert.equal(parseSize(bad), undefined, bad);
});

test('what is formatted parses to the same', () => {
  fc.assert(fc.property(fc.nat({ max: 10 ** 9 }), (ms) => assert.equal(parseDuration(formatDuration(ms)), ms)));
  fc.assert(fc.property(fc.nat(), (bytes) => assert.equal(parseSize(formatSize(bytes)), bytes)));
});

test('the schemas say what was found and what is expected', () => {
  assert.equal(DurationSchema.parse('5s'), 5000);
  assert.equal(SizeSchema.parse(1024), 1024);
  assert.match(DurationSchema.safeParse('5 parsecs').error?.issues[0]?.message ?? '', /expected a duration such as .*, found "5 parsecs"/);
  assert.match(SizeSchema.safeParse('big').error?.issues[0]?.message ?? '', /expected a size such as .*, found "big"/);
});

test('a unit in another spelling is answered with the one that is meant', () => {
  const duration = (value: unknown): string | undefined => /: (.*, )?write (.*)$/.exec(messageOf(DurationSchema, value))?.[2];
  for (const [given, meant] of [
    ['10sec', '10s'],
    ['10 s', '10s'],
    ['5mins', '5m'],
    ['2 hours', '2h'],
    ['1d', '24h'],
    ['1min 30sec', '1m30s'],
    ['250msec', '250ms'],
    ['10', '10s for seconds'],
    [10, '10s for seconds'],
    ['5 parsecs', undefined],
    ['soon', undefined],
    ['', undefined],
  ] as const)
    assert.equal(duration(given), meant, String(given));
  const size = (value: unknown): string | undefined => /: write (.*)$/.exec(messageOf(SizeSchema, value))?.[1];
  for (const [given, meant] of [
    ['10G', '10GiB'],
    ['10Gi', '10GiB'],
    ['512k', '512KiB'],
    ['5kb', '5KB'],
    ['1.5 mib', '1.5MiB'],
    ['big', undefined],
    ['10X', undefined],
  ] as const)
    assert.equal(size(given), meant, given);
});

function messageOf(schema: typeof DurationSchema | typeof SizeSchema, value: unknown): string {
  return schema.safeParse(value).error?.issues[0]?.message ?? '';
}
