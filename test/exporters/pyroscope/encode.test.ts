import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { Invalid } from '../../../src/core/errors.ts';
import { Labels } from '../../../src/core/labels.ts';
import { countBatch, type Series } from '../../../src/core/profile.ts';
import { encode } from '../../../src/exporters/pyroscope/request/encode.ts';
import { describePush } from '../../../src/wire/push.ts';
import { decodeRequest } from '../../../src/wire/request.ts';
import { batchOf, ingestSeries, pushSeries } from '../../support/batches.ts';

test('a push is one record per tenant, with what it counts and what it is', () => {
  const batch = batchOf(pushSeries({ a: '1' }, 2, 't1'), pushSeries({ b: '1' }, 1, 't2'), pushSeries({ c: '1' }, 3, 't1'));
  const records = encode(batch, true);
  assert.deepEqual(
    records.map(({ tenant, profiles, receivedAt, only }) => [tenant, profiles, receivedAt, only]),
    [
      ['t1', 5, batch.receivedAt, undefined],
      ['t2', 1, batch.receivedAt, undefined],
    ],
  );
  const [first] = records;
  const request = decodeRequest(first?.head ?? new Uint8Array());
  assert.deepEqual(
    [request.kind, request.rawBytes, request.receiver, request.trace, request.dead],
    ['push', 25, 'pyroscope', undefined, undefined],
  );
  assert.deepEqual(
    describePush(first?.body ?? new Uint8Array()).map(({ labels }) => labels.toJSON()),
    [{ a: '1' }, { c: '1' }],
  );
});

test('an ingest body is a record of its own, with its labels in the query', () => {
  const [record] = encode(batchOf(ingestSeries({ __name__: 'app', x: 'a b' }, 'body', 't')), true);
  const request = decodeRequest(record?.head ?? new Uint8Array());
  assert.deepEqual(
    [record?.tenant, record?.profiles, request.rawBytes, request.path, request.contentTypes],
    ['t', 1, 4, '/ingest', ['text/plain']],
  );
  assert.equal(new URLSearchParams(request.query).get('name'), 'app{x=a b}');
  assert.equal(Buffer.from(record?.body ?? []).toString(), 'body');
});

test('the trace that a profile came in with goes along', () => {
  const trace = { traceId: '0af7651916cd43dd8448eb211c80319c', spanId: 'b7ad6b7169203331', traceFlags: 1 };
  const batch = batchOf(pushSeries({ a: '1' }));
  const [record] = encode({ ...batch, origin: { ...batch.origin, trace } }, true);
  assert.deepEqual(decodeRequest(record?.head ?? new Uint8Array()).trace, { traceId: trace.traceId, spanId: trace.spanId, flags: 1 });
});

test('cumulative profiles keep their turn, unless they say that they are differences', () => {
  const inOrder = (...series: Series[]): boolean | undefined => encode(batchOf(...series), true)[0]?.inOrder;
  for (const name of ['memory', 'mutex', 'block']) {
    assert.equal(inOrder(pushSeries({ __name__: name })), true);
    assert.equal(inOrder(pushSeries({ __name__: name, __delta__: 'false' })), false);
  }
  assert.equal(inOrder(pushSeries({ __name__: 'process_cpu' })), false);
  assert.equal(inOrder(pushSeries({ __name__: 'process_cpu' }), pushSeries({ __name__: 'memory' })), true);
  assert.equal(inOrder(ingestSeries({ __name__: 'memory' })), false);
});

test('labels are checked only where Pyroscope’s rules hold', () => {
  for (const series of [pushSeries({}), pushSeries({ '': 'x' }), pushSeries({ ['n'.repeat(1025)]: 'x' })]) {
    assert.throws(
      () => encode(batchOf(series), true),
      (why) => why instanceof Invalid && why.reason === 'labels',
    );
    assert.equal(encode(batchOf(series), false).length, 1);
  }
  assert.equal(encode(batchOf(pushSeries({ 'with blank': 'x', 'a-b.c': '' })), true).length, 1);
});

test('an OTLP export is nothing that this exporter sends', () => {
  const series: Series = { tenant: '', labels: Labels.of({ a: '1' }), payload: { kind: 'otlp', contentType: 'x', body: [], profiles: 1 } };
  assert.throws(() => encode(batchOf(series), true), Invalid);
});

test('no record shares memory with the request it came from, and together they count what the batch does', () => {
  const series = fc.record({
    profiles: fc.integer({ min: 0, max: 3 }),
    tenant: fc.constantFrom('', 'a', 'b'),
    kind: fc.constantFrom('push', 'ingest'),
  });
  fc.assert(
    fc.property(fc.array(series, { maxLength: 8 }), (given) => {
      const batch = batchOf(
        ...given.map(({ profiles, tenant, kind }) =>
          kind === 'push' ? pushSeries({ a: 'b' }, profiles, tenant) : ingestSeries({ __name__: 'app' }, 'x'.repeat(profiles), tenant),
        ),
      );
      const records = encode(batch, true);
      assert.equal(
        records.reduce((sum, { profiles }) => sum + profiles, 0),
        countBatch(batch),
      );
      const received = new Set(
        batch.series.flatMap(({ payload }) => (payload.kind === 'push' ? payload.fields : payload.body)).map(({ buffer }) => buffer),
      );
      for (const { body } of records) assert.ok(!received.has(body.buffer));
      const tenants = new Set(given.filter(({ kind }) => kind === 'push').map(({ tenant }) => tenant));
      assert.equal(records.length, tenants.size + given.filter(({ kind }) => kind === 'ingest').length);
    }),
  );
});
