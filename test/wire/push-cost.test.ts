import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Invalid } from '../../src/core/errors.ts';
import { LabelCache } from '../../src/wire/label-cache.ts';
import { varintSize, writeVarint } from '../../src/wire/protobuf.ts';
import { encodePush, type PushRules, type PushSeries, parsePush } from '../../src/wire/push.ts';
import { parsePushJson } from '../../src/wire/push-json.ts';

/*
 * What a body costs beside its bytes: gzip makes 64 MiB of two repeated bytes out of 64 KB. Whatever stands in it, reading and rendering it
 * holds the event loop for less than 100 ms, and makes few objects.
 */

const mebibyte = 1024 * 1024;
const longestMs = 100;
// Of views; each takes some 150 bytes.
const mostViews = 150_000;
const rules: PushRules = { duplicates: 'refuse', emptyValues: 'keep', maxSeries: 10_000 };

function field(number: number, value: Uint8Array | string): Uint8Array {
  const bytes = Buffer.from(value);
  const head = Buffer.alloc(1 + varintSize(bytes.length));
  head[0] = number * 8 + 2;
  writeVarint(head, 1, bytes.length);
  return Buffer.concat([head, bytes]);
}

function repeated(unit: readonly number[], bytes: number): Uint8Array {
  return Buffer.alloc(bytes - (bytes % unit.length), Buffer.from(unit));
}

const label = field(1, Buffer.concat([field(1, 'a'), field(2, 'b')]));
const large = 64 * mebibyte;
const bodies: Readonly<Record<string, () => Uint8Array>> = {
  'labels and samples in turn': () => field(1, repeated([0x0a, 0, 0x12, 0], large)),
  'labels and samples in turn, no more fields than are allowed': () => field(1, repeated([0x0a, 0, 0x12, 0], 100_000)),
  'empty samples': () => field(1, Buffer.concat([label, repeated([0x12, 0], large)])),
  'unknown fields in a series': () => field(1, repeated([0x20, 0], large)),
  'unknown fields in a sample': () => field(1, field(2, repeated([0x20, 0], large))),
  'unknown fields around the series': () => repeated([0x20, 0], large),
  'empty labels': () => field(1, repeated([0x0a, 0], large)),
  'empty names in a label': () => field(1, field(1, repeated([0x0a, 0], 31 * mebibyte))),
  'empty annotations': () => field(1, repeated([0x1a, 0], large)),
  'groups side by side': () => repeated([0x23, 0x24], large),
  'groups in groups': () => repeated([0x23], large),
  'empty series': () => repeated([0x0a, 0], large),
  'numbers of ten bytes': () => repeated([0x20, ...Array.from({ length: 9 }, () => 255), 1], large),
  'an ID of 200 MiB': () => field(1, field(2, field(2, Buffer.alloc(200 * mebibyte, 'a')))),
  'an annotation of 200 MiB': () => field(1, field(3, field(2, Buffer.alloc(200 * mebibyte, 'a')))),
  'a label of 200 MiB': () => field(1, field(1, field(2, Buffer.alloc(200 * mebibyte, 'a')))),
  'a label name of 30 MiB twice': () => {
    const twice = field(1, field(1, Buffer.alloc(15 * mebibyte, 'ü')));
    return field(1, Buffer.concat([twice, twice]));
  },
  'ten labels in each of ten thousand series': () =>
    Buffer.concat(
      Array.from({ length: 10_000 }, (_, at) => {
        const labels = Array.from({ length: 9 }, (_, nth) => field(1, Buffer.concat([field(1, `n${nth}`), field(2, `v${at}`)])));
        return field(1, Buffer.concat([...labels, field(2, field(1, Buffer.alloc(50)))]));
      }),
    ),
};

/** CPU milliseconds of the quickest of some runs: the first ones still compile, and other processes disturb. */
function cost(body: Uint8Array, runs: number): { ms: number; views: number; outcome: string } {
  let ms = Number.POSITIVE_INFINITY;
  let views = 0;
  let outcome = '';
  const pieces: Uint8Array[] = [];
  for (let at = 0; at < body.length; at += 65_536) pieces.push(body.subarray(at, at + 65_536));
  for (let run = 0; run < runs && (run === 0 || ms > longestMs / 2); run++) {
    const from = process.threadCpuUsage();
    let series: readonly PushSeries[] = [];
    try {
      series = parsePush(pieces, new LabelCache(16e6), rules);
      if (series.length > 0) encodePush(series);
      outcome = 'taken';
    } catch (why) {
      assert.ok(why instanceof Invalid, String(why));
      outcome = why.reason;
    }
    const { user, system } = process.threadCpuUsage(from);
    ms = Math.min(ms, (user + system) / 1000);
    views = series.reduce((sum, { payload }) => sum + payload.fields.length, 0);
  }
  return { ms, views, outcome };
}

for (const [name, make] of Object.entries(bodies)) {
  test(`${name}: read or refused within ${longestMs} ms`, () => {
    const { ms, views, outcome } = cost(make(), 8);
    assert.ok(ms < longestMs, `${ms} ms, ${outcome}`);
    assert.ok(views < mostViews, `${views} views`);
    if (!name.startsWith('ten labels')) assert.notEqual(outcome, 'taken');
    if (name.startsWith('labels and samples')) assert.equal(outcome, 'too_large');
  });
}

test('whatever repeats in a body, in whatever it is wrapped, and whichever bytes are changed, it is read or refused in time', () => {
  const unit = fc.array(fc.oneof(fc.constantFrom(0x0a, 0x12, 0x1a, 0x20, 0x23, 0x24, 0, 1, 2, 4), fc.nat(255)), {
    minLength: 1,
    maxLength: 12,
  });
  const around = fc.array(fc.constantFrom(1, 2, 3, 9), { maxLength: 4 });
  const changes = fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 5 });
  fc.assert(
    fc.property(unit, around, changes, (bytes, numbers, changed) => {
      const body = numbers.reduce<Uint8Array>((inner, number) => field(number, inner), repeated(bytes, 4 * mebibyte));
      for (const [at, byte] of changed) body[at % body.length] = byte;
      const { ms, views } = cost(body, 8);
      assert.ok(ms < longestMs && views < mostViews, `${ms} ms, ${views} views`);
    }),
    { numRuns: 60 },
  );
});

const jsonBodies: Readonly<Record<string, () => string>> = {
  'a profile of 12 MiB': () =>
    `{"series":[{"labels":[{"name":"a","value":"b"}],"samples":[{"rawProfile":"${'QUFB'.repeat(3 * mebibyte)}"}]}]}`,
  'empty series': () => `{"series":[${'{},'.repeat(140_000)}{}]}`,
  'empty series without end': () => `{"series":[${'{},'.repeat(5 * mebibyte)}{}]}`,
  'labels without end': () => `{"series":[{"labels":[${'{"name":"a"},'.repeat(mebibyte)}{}]}]}`,
  'nesting without end': () => '['.repeat(16 * mebibyte - 1),
  blanks: () => `{"series":${' '.repeat(15 * mebibyte)}[]}`,
  escapes: () => `{"series":"${'\\u0041'.repeat(2 * mebibyte)}"}`,
};

for (const [name, make] of Object.entries(jsonBodies)) {
  test(`JSON, ${name}: no turn of the event loop is held for ${longestMs} ms`, async () => {
    const text = Buffer.from(make());
    let worstMs = Number.POSITIVE_INFINITY;
    for (let run = 0; run < 8 && worstMs > longestMs / 2; run++) {
      let longestTurnMs = 0;
      let from = process.threadCpuUsage();
      const note = (): void => {
        const { user, system } = process.threadCpuUsage(from);
        longestTurnMs = Math.max(longestTurnMs, (user + system) / 1000);
      };
      const nextTurn = async (): Promise<void> => {
        note();
        await new Promise((resolve) => setImmediate(resolve));
        from = process.threadCpuUsage();
      };
      await parsePushJson(text, rules, nextTurn).catch((why: unknown) => assert.ok(why instanceof Invalid, String(why)));
      note();
      worstMs = Math.min(worstMs, longestTurnMs);
    }
    assert.ok(worstMs < longestMs, `${worstMs} ms`);
  });
}
