import type { Component } from '../component.ts';
import { record } from '../placed.ts';
import { placeOf } from '../source.ts';
import { Capsule, type Value } from '../value.ts';
import { readRules } from './relabel-rules.ts';
import { anyTargets, staticOrigin, TargetSet } from './targets.ts';

/** discovery.relabel "x": targets with rules, for whoever uses them. */
export const discoveryRelabel: Component = {
  type: 'discovery.relabel',
  exports: ['output', 'rules'],
  root: false,
  read(block, self) {
    const place = placeOf(block.at);
    const { decode, found } = anyTargets();
    block.required('targets', decode);
    const rules = readRules(block);
    block.finish();
    const origins = [...staticOrigin(found.written, place), ...found.origins].map((one) => ({ ...one, rules: [...one.rules, rules] }));
    const content = found.content && record<unknown>({ targets: found.content, rules }, place);
    return {
      parts: [],
      exports: new Map<string, Value>([
        ['output', [new TargetSet(`discovery.relabel.${self.name}`, content, origins)]],
        ['rules', new Capsule('rules', rules)],
      ]),
    };
  },
};
