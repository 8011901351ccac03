import type { Component } from '../component.ts';
import { integer, receivers } from '../decode.ts';
import { leaf, record } from '../placed.ts';
import { placeOf } from '../source.ts';
import { Capsule } from '../value.ts';
import { pipeline } from './pipeline.ts';
import { readRules } from './relabel-rules.ts';

/** pyroscope.relabel "x": a pipeline of one processor, relabel/x. */
export const relabel: Component = {
  type: 'pyroscope.relabel',
  pipeline: 'relabel',
  exports: ['receiver', 'rules'],
  root: true,
  read(block, self) {
    const forwardTo = block.required('forward_to', receivers);
    const cache = block.attribute('max_cache_size', integer);
    if (cache !== undefined && cache.value <= 0) block.error(block.whereIs('max_cache_size'), 'max_cache_size must be greater than 0');
    const rules = readRules(block);
    block.finish();
    const id = `relabel/${self.name}`;
    const at = placeOf(block.at);
    return {
      parts: [
        { section: 'processors', id, placed: record<unknown>({ rules, max_cache_size: cache, target_names: leaf('legacy', at) }, at) },
        pipeline(id, block.at, { processors: [id], pipelines: forwardTo }),
      ],
      exports: new Map([['rules', new Capsule('rules', rules)]]),
    };
  },
};
