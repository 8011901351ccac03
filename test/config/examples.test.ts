import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';
import { vocabulary } from '../../src/cli/vocabulary.ts';
import { configJsonSchema } from '../../src/config/json-schema.ts';
import { loadConfig } from '../../src/config/load.ts';
import { printConfig } from '../../src/config/print.ts';
import { formatProblem, hasErrors } from '../../src/config/problems.ts';
import { schemaFaults } from './check-json-schema.ts';
import { directory } from './fakes.ts';

const folder = fileURLToPath(new URL('../../examples', import.meta.url));
const schema = configJsonSchema(vocabulary);

function load(file: string, env: Record<string, string> = {}) {
  return loadConfig({ files: [file], sets: [], env, ...vocabulary, alloy: () => assert.fail('an example is YAML') });
}

for (const name of readdirSync(folder)) {
  test(`examples/${name} has no problems, and validates against the JSON Schema`, () => {
    const { config, problems } = load(join(folder, name));
    assert.deepEqual(problems.map(formatProblem), []);
    assert.ok(config);
    // As an editor sees it: references are text.
    assert.deepEqual(schemaFaults(schema, parse(readFileSync(join(folder, name), 'utf8'))), []);
  });

  test(`examples/${name} prints as a configuration that means the same`, (t) => {
    const { config, tree } = load(join(folder, name));
    assert.ok(config && tree);
    const printed = printConfig({ config, tree, ...vocabulary, origin: false });
    const again = load(join(directory(t, { 'c.yaml': printed }), 'c.yaml'));
    // A key that is written may be worth a word where its default is not.
    assert.equal(hasErrors(again.problems), false);
    assert.deepEqual(again.config, config);
  });
}
