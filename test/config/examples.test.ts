import assert from 'node:assert/strict';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';
import { vocabulary } from '../../src/cli/vocabulary.ts';
import { configJsonSchema } from '../../src/config/json-schema.ts';
import { loadConfig } from '../../src/config/load.ts';
import { printConfig } from '../../src/config/print.ts';
import { formatProblem, hasErrors } from '../../src/config/problems.ts';
import type { Config } from '../../src/config/schema.ts';
import type { AnyFactory } from '../../src/core/component.ts';
import { schemaFaults } from './check-json-schema.ts';
import { directory } from './fakes.ts';

const folder = fileURLToPath(new URL('../../examples', import.meta.url));
const schema = configJsonSchema(vocabulary);

function load(file: string, env: Record<string, string> = {}) {
  return loadConfig({ files: [file], sets: [], env, ...vocabulary, alloy: () => assert.fail('an example is YAML') });
}

/** With the defaults that follow from other keys, which are printed too. */
function inForce(config: Config): unknown {
  const exporters = [...config.exporters].map(([id, { type, config: settings }]) => {
    const factory: AnyFactory | undefined = vocabulary.registry.exporters.find((one) => one.type === type);
    return [id, factory?.inForce?.(settings) ?? settings];
  });
  return { ...config, exporters };
}

/** The example with the secrets that it names in a directory of the test. */
function withSecrets(t: TestContext, name: string): string {
  const dir = directory(t, { 'pyroscope-token': 'secret\n' });
  const file = join(dir, name);
  writeFileSync(file, readFileSync(join(folder, name), 'utf8').replaceAll('/run/secrets', dir));
  return file;
}

for (const name of readdirSync(folder)) {
  test(`examples/${name} has no problems, and validates against the JSON Schema`, (t) => {
    const { config, problems } = load(withSecrets(t, name));
    assert.deepEqual(problems.map(formatProblem), []);
    assert.ok(config);
    // As an editor sees it: references are text.
    assert.deepEqual(schemaFaults(schema, parse(readFileSync(join(folder, name), 'utf8'))), []);
  });

  test(`examples/${name} prints as a configuration that means the same`, (t) => {
    const { config, tree } = load(withSecrets(t, name));
    assert.ok(config && tree);
    const printed = printConfig({ config, tree, ...vocabulary, origin: false });
    const again = load(join(directory(t, { 'c.yaml': printed }), 'c.yaml'));
    // A key that is written may be worth a word where its default is not.
    assert.equal(hasErrors(again.problems), false);
    assert.ok(again.config);
    assert.deepEqual(inForce(again.config), inForce(config));
  });
}
