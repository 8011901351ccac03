import assert from 'node:assert/strict';
import { test } from 'node:test';
import { labelFault } from '../../src/core/label-rules.ts';
import { Labels } from '../../src/core/labels.ts';

const cases: readonly { labels: Record<string, string>; pyroscope: RegExp | undefined; alloy: RegExp | undefined }[] = [
  { labels: {}, pyroscope: /at least one label/, alloy: /service name is required/ },
  { labels: { a: '1' }, pyroscope: undefined, alloy: undefined },
  { labels: { '': '1' }, pyroscope: /empty name/, alloy: /label name is required/ },
  { labels: { 'otel.scope.name': 'x', '9a': '' }, pyroscope: undefined, alloy: undefined },
  { labels: { 'a-b': '1' }, pyroscope: undefined, alloy: /invalid label name: a-b: character is not allowed: '-'/ },
  { labels: { 'a b': '1' }, pyroscope: undefined, alloy: /character is not allowed: ' '/ },
  { labels: { ü: '1' }, pyroscope: undefined, alloy: /character is not allowed: 'ü'/ },
  { labels: { '🔥': '1' }, pyroscope: undefined, alloy: /'🔥'/ },
  { labels: { __name__: 'a-b c' }, pyroscope: undefined, alloy: undefined },
  { labels: { ['n'.repeat(1024)]: '1' }, pyroscope: undefined, alloy: undefined },
  { labels: { ['n'.repeat(1025)]: '1' }, pyroscope: /at most 1024 bytes, found 1025/, alloy: undefined },
  { labels: { ['ü'.repeat(513)]: '1' }, pyroscope: /found 1026/, alloy: /character is not allowed/ },
];

for (const { labels, ...expected } of cases) {
  for (const rules of ['pyroscope', 'alloy'] as const) {
    const wanted = expected[rules];
    test(`${JSON.stringify(labels).slice(0, 40)} ${wanted === undefined ? 'passes' : 'is refused'} by the rules of ${rules}`, () => {
      const fault = labelFault(Labels.of(labels), rules);
      if (wanted === undefined) assert.equal(fault, undefined);
      else assert.match(fault ?? 'no fault', wanted);
    });
  }
}
