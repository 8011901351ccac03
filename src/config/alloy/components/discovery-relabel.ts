import type { Component } from '../component.ts';
import { record } from '../placed.ts';
import { placeOf } from '../source.ts';
import { Capsule, type Value } from '../value.ts';
import { readRules } from './relabel-rules.ts';
import { TargetSet, targets } from './targets.ts';

/** discovery.relabel "x": targets with rules, for whoever uses them. */
export const discoveryRelabel: Component = {
  type: 'discovery.relabel',
  exports: ['output', 'rules'],
  root: false,
  read(block) {
    const known = block.required('targets', targets);
    const rules = readRules(block);
    block.finish();
    const set = new TargetSet(record<unknown>({ targets: known, rules }, placeOf(block.at)));
    return {
      parts: [],
      exports: new Map<string, Value>([
        ['output', [set]],
        ['rules', new Capsule('rules', rules)],
      ]),
    };
  },
};
