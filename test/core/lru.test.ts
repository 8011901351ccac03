import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Lru } from '../../src/core/lru.ts';

test('knows what was used longest ago, as a plain list would', () => {
  const step = fc.record({ what: fc.constantFrom('get', 'set', 'delete'), key: fc.nat(5), value: fc.nat(99) });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const lru = new Lru<number, number>();
      let model: { key: number; value: number }[] = [];
      for (const { what, key, value } of steps) {
        const known = model.find((one) => one.key === key);
        if (what === 'get') assert.equal(lru.get(key), known?.value);
        if (what === 'set') lru.set(key, value);
        if (what === 'delete') assert.equal(lru.delete(key), known !== undefined);
        model = model.filter((one) => one !== known);
        if (what === 'set') model.push({ key, value });
        else if (what === 'get' && known !== undefined) model.push(known);
        assert.equal(lru.size, model.length);
        assert.deepEqual(lru.oldest && { key: lru.oldest.key, value: lru.oldest.value }, model[0]);
      }
    }),
  );
});
