import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { mutated, seeds } from './mutated.ts';
import { read } from './support.ts';

// FLAMEGATE_RUNS=10000 for the long form.
const numRuns = Number(process.env['FLAMEGATE_RUNS'] ?? 150);
const longestMs = 1000;

/** What must hold of any text whatever. */
function holds(text: string): void {
  const before = performance.now();
  const { tree, problems } = read(text);
  const tookMs = performance.now() - before;
  assert.ok(tookMs < longestMs, `took ${Math.round(tookMs)} ms`);
  const errors = problems.filter(({ severity }) => severity === 'error');
  assert.equal(tree === undefined, errors.length > 0);
  const lines = text.split('\n');
  for (const { place: where, message } of problems) {
    assert.ok(message !== '');
    assert.equal(where.source, 'config.alloy');
    const line = lines[where.line - 1];
    assert.ok(line !== undefined && where.column >= 1 && where.column <= line.length + 1, `${where.line}:${where.column} ${message}`);
  }
}

test('a damaged file never crashes the reader, takes long, or gives a mistake without a place in the file', () => {
  fc.assert(fc.property(mutated, holds), { numRuns });
});

test('nor does any text', () => {
  fc.assert(fc.property(fc.string({ unit: 'binary', maxLength: 200 }), holds), { numRuns });
});

test('nor does a file as large as any', () => {
  for (const text of [
    seeds.join('\n'),
    'a.b "c" {\n'.repeat(20_000),
    `x = [${'1,\n'.repeat(50_000)}]`,
    'pyroscope.write "w" {\n}\n'.repeat(5000),
  ])
    holds(text);
});
