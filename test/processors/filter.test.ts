import assert from 'node:assert/strict';
import { test } from 'node:test';
import { filter } from '../../src/processors/filter.ts';
import { ingestEnd } from '../../src/wire/ingest-time.ts';
import { ingestSeries, pushSeries } from '../support/batches.ts';
import { createProcessor } from '../support/processors.ts';

test('keeps what any include matches and no exclude does', () => {
  const { run } = createProcessor(filter, { include: ['{a="1"}', '{b=~"x.*"}'], exclude: ['{c!=""}'] });
  const { labels, dropped } = run(pushSeries({ a: '1' }), pushSeries({ b: 'xy' }), pushSeries({ b: 'y' }), pushSeries({ a: '1', c: 'z' }));
  assert.deepEqual(labels, [{ a: '1' }, { b: 'xy' }]);
  assert.deepEqual(dropped, ['filtered', 'filtered']);
});

test('without any rule everything is kept, and the batch is the same one', () => {
  const { run, processor } = createProcessor(filter, {});
  const { batch } = run(pushSeries({ a: '1' }));
  assert.equal(
    processor.process(batch, () => assert.fail('nothing to drop')),
    batch,
  );
});

test('what is larger than max_size is dropped, by the bytes that were sent', () => {
  const { run } = createProcessor(filter, { max_size: 9 });
  assert.deepEqual(
    run(
      pushSeries({ a: '5 bytes' }, 1),
      pushSeries({ a: '10 bytes' }, 2),
      ingestSeries({ a: '9' }, '123456789'),
      ingestSeries({ a: '10' }, '1234567890'),
    ).labels,
    [{ a: '5 bytes' }, { a: '9' }],
  );
});

test('what ended longer ago than max_age is dropped where the query says so; a push is kept', () => {
  const { run, clock } = createProcessor(filter, { max_age: '1h' });
  const ended = (agoMs: number, scale: number) => {
    const series = ingestSeries({ ago: String(agoMs) });
    if (series.payload.kind !== 'ingest') throw new Error('expected an ingest');
    return { ...series, payload: { ...series.payload, query: `from=1&until=${Math.round((clock.now() - agoMs) * scale)}&format=pprof` } };
  };
  const { labels } = run(
    ended(3_590_000, 1e-3),
    ended(3_610_000, 1e-3),
    ended(3_610_000, 1),
    ended(3_610_000, 1e3),
    pushSeries({ a: 'push' }),
    ingestSeries({ a: 'no time' }),
  );
  assert.deepEqual(labels, [{ ago: '3590000' }, { a: 'push' }, { a: 'no time' }]);
});

test('until is read in seconds, milliseconds, microseconds and nanoseconds', () => {
  for (const until of ['1700000000', '1700000000000', '1700000000000000', '1700000000000000000'])
    assert.equal(ingestEnd(`a=b&until=${until}`), 1_700_000_000_000);
  for (const query of ['', 'until=', 'until=now-1h', 'xuntil=1700000000', 'until=170000000000']) assert.equal(ingestEnd(query), undefined);
});
