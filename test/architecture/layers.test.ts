import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { type Import, readTree } from './imports.ts';
import { check } from './rules.ts';
import { layers } from './table.ts';

const src = new URL('../../src/', import.meta.url).pathname;
const fixture = new URL('./fixture/src/', import.meta.url).pathname;
const tree = readTree(src);

test('src/ keeps to the table: layers, siblings, third parties, cycles, sizes, time and chance', () => {
  assert.deepEqual(check(tree), []);
});

test('every file of src/ was looked at', () => {
  const files = readdirSync(src, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => `${entry.parentPath}/${entry.name}`.slice(src.length).replace(/^\//, ''));
  assert.deepEqual(
    tree.map((source) => source.file),
    files.sort(),
  );
  assert.ok(files.length > 50);
});

test('no import of src/ was overlooked', () => {
  for (const source of tree) {
    // What a search for text finds: the parser has to find at least as much.
    const text = readFileSync(`${src}${source.file}`, 'utf8');
    const atLeast = [...text.matchAll(/^(?:import|export)\b[^'"`;]*?\bfrom\s+['"]|^import\s+['"]/gm)].length;
    assert.ok(source.imports.length >= atLeast, `${source.file}: ${source.imports.length} of ${atLeast} imports`);
  }
});

test('every row of the table is about something that exists', () => {
  const present = new Set(tree.map((source) => source.file.split('/')[0]));
  assert.deepEqual(
    Object.keys(layers).filter((layer) => !present.has(layer)),
    [],
  );
});

test('each rule reports the file that breaks it, and nothing else', () => {
  assert.deepEqual(check(readTree(fixture)).sort(), [
    'core/chance.ts:1 global: Math.random',
    'core/cycle-a.ts:1 cycle: core/cycle-a.ts -> core/cycle-b.ts -> core/cycle-a.ts',
    'core/dynamic.ts:2 layer: core may not import net (net/client.ts)',
    'core/long.ts:401 size: 401 lines',
    'core/reexport.ts:1 layer: core may not import net (net/client.ts)',
    'core/signals.ts:2 global: AbortSignal.timeout',
    'core/signals.ts:3 global: AbortSignal.any',
    'core/type-import.ts:1 layer: core may not import net (net/client.ts)',
    'core/type-query.ts:1 layer: core may not import net (net/client.ts)',
    'core/upwards.ts:1 layer: core may not import net (net/client.ts)',
    'main.ts:1 unresolved: cli/gone.ts',
    'net/client.ts:1 package: yaml',
    'net/time.ts:1 global: Date.now',
    'net/time.ts:2 global: new Date()',
    'net/time.ts:3 global: setTimeout',
    'processors/one.ts:1 sibling: processors/two.ts',
    'processors/two.ts:1 builtin: fs',
    'receivers/one/factory.ts:1 sibling: receivers/two/factory.ts',
    'receivers/one/factory.ts:2 package: @opentelemetry/api',
    'stray/file.ts:1 row: no row of the table names its folder',
    'wire/rpc.ts:1 package: unknown-package',
  ]);
});

test('every form of import is seen as what it is', () => {
  const forms = readTree(fixture).find((source) => source.file === 'core/forms.ts')?.imports ?? [];
  const brief = ({ line, kind, to, typeOnly }: Import): string => `${line} ${kind} ${to}${typeOnly ? ' type' : ''}`;
  assert.deepEqual(forms.map(brief).sort(), [
    '1 package zod',
    '2 package zod type',
    '3 package zod type',
    '4 package zod',
    '5 builtin util',
    '6 file core/chance.ts',
    '7 file core/chance.ts type',
    '8 package @opentelemetry/api type',
    '9 package zod',
  ]);
});
