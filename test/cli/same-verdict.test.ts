import assert from 'node:assert/strict';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import fc from 'fast-check';
import { runGateway } from '../../src/cli/run.ts';
import { loadSources } from '../../src/cli/sources.ts';
import { runValidate } from '../../src/cli/validate.ts';
import { components } from '../../src/components.ts';
import { systemClock } from '../../src/core/clock.ts';
import { HealthBoard } from '../../src/service/health.ts';
import { createParts, noParts } from '../../src/service/parts.ts';
import { SharedResources } from '../../src/service/shared.ts';
import { TelemetrySchema } from '../../src/telemetry/schema.ts';
import { createTelemetry } from '../../src/telemetry/telemetry.ts';
import { seeds as alloySeeds, mutated as mutatedAlloy } from '../config/alloy/mutated.ts';
import { directory } from '../config/fakes.ts';
import { mutated as mutatedYaml, seeds as yamlSeeds } from '../config/mutated.ts';
import { memoryIo } from './memory-io.ts';

// How many damaged configurations of each language; a campaign sets more.
const numRuns = Number(process.env['FLAMEGATE_RUNS'] ?? 150);
const env = { URL: 'http://127.0.0.1:1', FIELD_HOST: '127.0.0.1:1' };

/** validate and run say the same, word for word; and whatever both take can be created, without opening anything. Resolves to the exit code. */
async function verdict(dir: string, name: string, content: string | Uint8Array): Promise<number> {
  const file = join(dir, name);
  writeFileSync(file, content);
  const sources = { files: [file], sets: [], strict: false, secretsDir: undefined, queueDir: undefined };
  const one = memoryIo(dir, env);
  const code = await runValidate({ ...sources, json: false, online: false }, one.io);
  const other = memoryIo(dir, env);
  const { config } = loadSources(sources, other.io);
  // What is not refused is only looked at: run would open its ports.
  const ran = await runGateway({ ...sources, watch: false, checkOnly: config !== undefined }, other.io);
  assert.equal(ran, code, `${one.printed()}\n---\n${other.printed()}`);
  assert.equal(one.printed().replace(`${file}: no problems\n`, ''), other.printed());
  if (config !== undefined) {
    const telemetry = createTelemetry(TelemetrySchema.parse({}), {
      version: '0',
      clock: systemClock,
      output: { terminal: false, write: () => true, async close() {} },
    });
    const around = {
      observability: telemetry,
      clock: systemClock,
      random: Math.random,
      health: new HealthBoard(),
      shared: new SharedResources(),
      memory: { level: 'ok' as const },
      books: new Map(),
      accountClosed() {},
    };
    createParts(config, noParts, () => false, { registry: components, around, consumer: () => ({ async consume() {} }) });
    await telemetry.stop(AbortSignal.abort());
  }
  return code;
}

async function verdicts(t: TestContext, name: string, texts: readonly string[]): Promise<ReadonlySet<number>> {
  const dir = directory(t);
  const codes = new Set<number>();
  for (const text of texts) codes.add(await verdict(dir, name, text));
  return codes;
}

test('validate and run agree on every .alloy file of the tree', async (t) => {
  assert.deepEqual(await verdicts(t, 'c.alloy', alloySeeds), new Set([0, 78]));
});

test('validate and run agree on every YAML file of the tree', async (t) => {
  const examples = join(import.meta.dirname, '..', '..', 'examples');
  const texts = readdirSync(examples).map((name) => readFileSync(join(examples, name), 'utf8'));
  assert.deepEqual(await verdicts(t, 'c.yaml', [...texts, ...yamlSeeds, '', 'x: 1', '{}']), new Set([0, 78]));
});

for (const [name, arbitrary] of [
  ['c.alloy', mutatedAlloy],
  ['c.yaml', mutatedYaml],
] as const)
  test(`validate and run agree on damaged files, ${name}`, async (t) => {
    const dir = directory(t);
    const codes = new Set<number>();
    const property = fc.asyncProperty(arbitrary as fc.Arbitrary<string | Uint8Array>, async (content) => {
      codes.add(await verdict(dir, name, content));
    });
    await fc.assert(property, { numRuns });
    assert.ok(codes.has(78));
  });
