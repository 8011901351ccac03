import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Labels } from '../../src/core/labels.ts';
import { LabelCache } from '../../src/wire/label-cache.ts';

test('parses a block once and then hands out the same object', () => {
  const cache = new LabelCache(100_000);
  let parsed = 0;
  const parse = (): Labels => {
    parsed++;
    return Labels.of({ a: 'b' });
  };
  const first = cache.get(Buffer.from('block'), parse);
  // Another piece of memory with the same bytes in it.
  assert.equal(cache.get(Uint8Array.from(Buffer.from('block')), parse), first);
  assert.deepEqual({ parsed, hits: cache.hits, misses: cache.misses }, { parsed: 1, hits: 1, misses: 1 });
});

test('tells blocks apart that differ in one byte, of any value', () => {
  const cache = new LabelCache(1_000_000);
  for (let byte = 0; byte < 256; byte++) cache.get(Uint8Array.of(1, byte), () => Labels.of({ byte: String(byte) }));
  for (let byte = 0; byte < 256; byte++) {
    assert.equal(cache.get(Uint8Array.of(1, byte), () => assert.fail('known')).get('byte'), String(byte));
  }
});

test('stays within its bytes whatever it is asked for', () => {
  const cache = new LabelCache(50_000);
  for (let at = 0; at < 5_000; at++) {
    cache.get(Buffer.alloc(at % 700, `${at} `), () => Labels.empty);
    assert.ok(cache.sizeBytes <= 50_000, `${cache.sizeBytes} bytes after ${at} blocks`);
  }
  assert.ok(cache.sizeBytes > 20_000, 'and uses them');
});

test('keeps what is asked for again and again while others come and go', () => {
  const cache = new LabelCache(20_000);
  const wanted = cache.get(Buffer.from('wanted'), () => Labels.of({ a: '1' }));
  for (let at = 0; at < 1_000; at++) {
    cache.get(Buffer.from(`passing ${at}`), () => Labels.empty);
    assert.equal(
      cache.get(Buffer.from('wanted'), () => assert.fail('thrown out')),
      wanted,
    );
  }
});

test('does not keep a block that would push out many others', () => {
  const cache = new LabelCache(10_000);
  cache.get(Buffer.alloc(1_000), () => Labels.empty);
  assert.equal(cache.sizeBytes, 0);
});

test('keeps nothing when parsing throws, so the next sender is refused as well', () => {
  const cache = new LabelCache(10_000);
  const refuse = (): Labels => {
    throw new Error('bad labels');
  };
  assert.throws(() => cache.get(Buffer.from('block'), refuse), /bad labels/);
  assert.throws(() => cache.get(Buffer.from('block'), refuse), /bad labels/);
  assert.equal(cache.sizeBytes, 0);
});
