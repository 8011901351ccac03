import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { test } from 'node:test';
import { components } from '../../src/components.ts';
import { configurationReference } from './configuration-reference.ts';

const page = new URL('../../docs/configuration.md', import.meta.url);
const [begin, end] = ['<!-- made from the schemas: begin -->', '<!-- made from the schemas: end -->'];

test('docs/configuration.md has every key as the schemas have it', () => {
  const text = readFileSync(page, 'utf8');
  const [before = '', rest = ''] = text.split(begin);
  const [, after] = rest.split(end);
  assert.ok(after !== undefined, 'the marks of the generated part are gone');
  const current = `${before}${begin}\n\n${configurationReference(components)}\n\n${end}${after}`;
  if (process.env['FLAMEGATE_WRITE_DOCS'] !== undefined) writeFileSync(page, current);
  const hint = 'stale: FLAMEGATE_WRITE_DOCS=1 npm exec -- node --test test/docs/configuration.test.ts';
  assert.equal(readFileSync(page, 'utf8'), current, hint);
});
