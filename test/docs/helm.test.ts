import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { parse } from 'yaml';
import { commandsOf, wordsOf } from './commands.ts';
import { blocksOf, pages, root } from './pages.ts';

test('every helm command of the pages names a chart of this tree and values that it has', () => {
  const commands = pages()
    .flatMap(blocksOf)
    .filter(({ language }) => language === 'sh')
    .flatMap(commandsOf)
    .filter((command) => command.startsWith('helm '));
  assert.ok(commands.length > 0);
  for (const command of commands) {
    const words = wordsOf(command);
    const chart = words.find((word) => word.startsWith('deploy/helm/')) ?? '';
    assert.ok(existsSync(join(root, chart, 'Chart.yaml')), command);
    const values: unknown = parse(readFileSync(join(root, chart, 'values.yaml'), 'utf8'));
    for (const [at, word] of words.entries()) {
      if (word !== '--set' && word !== '--set-file') continue;
      const path = (words[at + 1] ?? '').split('=')[0] ?? '';
      assert.notEqual(valueAt(values, path.split('.')), undefined, `${command}: there is no value ${path}`);
    }
  }
});

function valueAt(values: unknown, [key, ...rest]: readonly string[]): unknown {
  if (key === undefined) return values;
  return typeof values === 'object' && values !== null && key in values
    ? valueAt((values as Record<string, unknown>)[key], rest)
    : undefined;
}
