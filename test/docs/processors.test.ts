import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { runTests } from '../../src/cli/test.ts';
import { components } from '../../src/components.ts';
import { runVerb } from '../support/run-verb.ts';

const page = readFileSync(new URL('../../docs/processors.md', import.meta.url), 'utf8');
/** A heading, and the configuration below it. */
const sections = [...page.matchAll(/^## (\S+)\n([\s\S]*?)(?=^## |$(?![\s\S]))/gm)].map(([, title = '', text = '']) => ({
  title,
  config: /```yaml\n([\s\S]*?)```/.exec(text)?.[1] ?? '',
}));

test('docs/processors.md has a section for every processor, with its reasons in the table', () => {
  assert.deepEqual(sections.map(({ title }) => title).sort(), components.processors.map(({ type }) => type).sort());
  for (const { type, reasons = [] } of components.processors) {
    const row = page.split('\n').find((line) => line.startsWith('| [') && line.includes(`(#${type})`)) ?? '';
    for (const reason of reasons) assert.ok(row.includes(`\`${reason}\``), `${type} drops as ${reason}`);
  }
});

const examples = [
  ...sections,
  { title: 'examples/teams.yaml', config: readFileSync(new URL('../../examples/teams.yaml', import.meta.url), 'utf8') },
];

for (const { title, config } of examples) {
  test(`the example of ${title} does what it says`, async (t) => {
    const { code, stdout, stderr } = await runVerb(t, (sources, io) => runTests({ ...sources, json: false, junit: undefined }, io), config);
    assert.equal(stderr, '', 'nothing to warn of');
    assert.equal(code, 0, stdout);
    assert.match(stdout, /^[1-9]\d* passed, 0 failed$/m);
  });
}
