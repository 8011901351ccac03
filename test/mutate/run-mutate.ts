/*
 * Breaks the code on purpose, one place at a time, and says which breaks no test noticed: comparisons, bounds, early returns and both sides of
 * and/or. A survivor is a line whose promise has no test, or one that makes no difference.
 *
 *   npm run mutate -- FILE-OR-FOLDER... --tests GLOB... [--most N]
 *
 * Works on the working tree and puts every file back; do not edit meanwhile.
 */
import { spawnSync } from 'node:child_process';
import { globSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';

/** What is written, and what is written instead. Each is tried at every place where it stands in code. */
const mutations: readonly (readonly [found: RegExp, instead: string])[] = [
  [/ <= /g, ' < '],
  [/ < (?!\/)/g, ' <= '],
  [/ >= /g, ' > '],
  [/ > /g, ' >= '],
  [/ === /g, ' !== '],
  [/ !== /g, ' === '],
  [/ && /g, ' || '],
  [/ \|\| /g, ' && '],
  [/ \+ 1\b/g, ' + 0'],
  [/ \+= 1\b/g, ' += 0'],
  [/ -= 1\b/g, ' -= 0'],
  [/Math\.min\(/g, 'Math.max('],
  [/Math\.max\(/g, 'Math.min('],
  [/\bif \((?!true|false)/g, 'if (false && '],
  [/\breturn true;/g, 'return false;'],
  [/\breturn false;/g, 'return true;'],
  [/^ {4}this\.[#\w.]+\(.*\);$/gm, '    ;'],
];
const limitMs = 120_000;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { tests: { type: 'string', multiple: true, default: [] }, most: { type: 'string', default: '100000' } },
});
const files = positionals.flatMap((name) => (statSync(name).isDirectory() ? globSync(`${name}/**/*.ts`) : [name])).sort();
const tests = values.tests.flatMap((pattern) => globSync(pattern));
if (files.length === 0 || tests.length === 0) {
  process.stderr.write('usage: npm run mutate -- FILE-OR-FOLDER... --tests GLOB... [--most N]\n');
  process.exit(64);
}

/** Whether the tests notice. */
function isNoticed(): boolean {
  const args = ['--test', '--test-force-exit', '--test-concurrency=2', '--test-timeout=60000', ...tests];
  return spawnSync(process.execPath, args, { stdio: 'ignore', timeout: limitMs }).status !== 0;
}

/** Places of a pattern in code: comments, imports and types are left alone. */
function* placesOf(text: string, found: RegExp): Generator<RegExpMatchArray> {
  for (const match of text.matchAll(found)) {
    const start = text.lastIndexOf('\n', match.index) + 1;
    const line = text.slice(start, text.indexOf('\n', match.index));
    if (!/^\s*(\*|\/\/|\/\*|import |export type|type |\| )|=> void|: Promise</.test(line)) yield match;
  }
}

if (isNoticed()) {
  process.stderr.write('the tests fail before anything is broken\n');
  process.exit(1);
}
let tried = 0;
let survived = 0;
for (const file of files) {
  const text = readFileSync(file, 'utf8');
  try {
    for (const [found, instead] of mutations) {
      for (const { index = 0, 0: was } of placesOf(text, found)) {
        if (tried >= Number(values.most)) break;
        tried += 1;
        writeFileSync(file, text.slice(0, index) + instead + text.slice(index + was.length));
        if (isNoticed()) continue;
        survived += 1;
        const line = text.slice(0, index).split('\n').length;
        process.stdout.write(`${file}:${line} ${was.trim()} -> ${instead.trim()}: ${text.split('\n')[line - 1]?.trim()}\n`);
      }
    }
  } finally {
    writeFileSync(file, text);
  }
}
process.stdout.write(`${tried} broken, ${survived} not noticed\n`);
process.exit(0);
