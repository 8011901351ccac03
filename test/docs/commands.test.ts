import assert from 'node:assert/strict';
import { test } from 'node:test';

import { createProgram } from '../../src/cli/cli.ts';
import { commandsOf, wordsOf, wrongWith } from './commands.ts';
import { blocksOf, pages, proseOf } from './pages.ts';
import { gatewayRoutes } from './routes.ts';

const silent = { isTty: false, write: () => {} };
const program = createProgram({ stdout: silent, stderr: silent, env: {}, cwd: '/' }, () => {});
const shells = new Set(['sh', 'bash', 'console']);

for (const page of pages()) {
  test(`every command of ${page.name} is one that exists`, () => {
    const wrong: string[] = [];
    for (const block of blocksOf(page).filter(({ language }) => shells.has(language))) {
      for (const command of commandsOf(block)) {
        for (const why of wrongWith(command, program, gatewayRoutes)) wrong.push(`${page.name}:${block.line}: ${command}: ${why}`);
      }
    }
    for (const [, command = ''] of proseOf(page).matchAll(/`((?:flamegate|npx flamegate|npm|curl) [^`]+)`/g)) {
      // In a sentence a verb may stand alone, and a command may be cut short.
      if (/…|VERB|\[options\]|\bqueue$/.test(command) || wordsOf(command).length < 3) {
        const verb = wordsOf(command)[1] ?? '';
        if (command.startsWith('flamegate ') && verb !== 'VERB' && !program.commands.some((each) => each.name() === verb)) {
          wrong.push(`${page.name}: ${command}: no such verb`);
        }
        continue;
      }
      const inSentence = (why: string): boolean => !why.endsWith('wants a value'); // an option may be named without one
      for (const why of wrongWith(command, program, gatewayRoutes).filter(inSentence)) wrong.push(`${page.name}: ${command}: ${why}`);
    }
    assert.deepEqual(wrong, []);
  });
}

test('a verb, an option, a script or a route that does not exist is found', () => {
  const found = (command: string): number => wrongWith(command, program, gatewayRoutes).length;
  assert.equal(found('flamegate validate --online flamegate.yaml # why'), 0);
  assert.equal(found("curl -s '127.0.0.1:4041/api/v1/senders?only=failing' | jq ."), 0);
  for (const bad of [
    'flamegate start f.yaml',
    'flamegate validate --offline f.yaml',
    'flamegate queue list dir',
    'flamegate queue export dir --to',
    'flamegate fmt',
    'npm run nothing',
    'npm start -- --forever',
    'curl 127.0.0.1:4041/api/v1/nothing',
    'flamegat run f.yaml',
  ]) {
    assert.ok(found(bad) > 0, bad);
  }
});
