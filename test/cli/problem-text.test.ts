import assert from 'node:assert/strict';
import { test } from 'node:test';
import { excerptOf } from '../../src/cli/excerpt.ts';
import { problemsAsJson, problemsAsText } from '../../src/cli/problem-text.ts';
import type { Problem } from '../../src/config/tree.ts';

const problem: Problem = {
  place: { source: 'c.yaml', line: 2, column: 3, through: undefined },
  path: 'a.ulr',
  message: 'unknown key "ulr"',
  severity: 'error',
};
const sources = [{ name: 'c.yaml', text: 'a:\n  ulr: http://x\n' }];

test('a problem is one line, on a terminal with the line of the file and a caret', () => {
  assert.equal(problemsAsText([problem], sources, false), 'c.yaml:2:3 a.ulr: unknown key "ulr"\n');
  assert.equal(problemsAsText([problem], sources, true), 'c.yaml:2:3 a.ulr: unknown key "ulr"\n  2 |   ulr: http://x\n    |   ^\n');
});

test('what stands in no file has no excerpt, and no path leaves no gap', () => {
  const set = { ...problem, path: '', place: { ...problem.place, source: '--set' }, severity: 'warning' as const };
  assert.equal(problemsAsText([set], sources, true), '--set:2:3: warning: unknown key "ulr"\n');
});

test('as JSON problems are an array of objects', () => {
  assert.deepEqual(JSON.parse(problemsAsJson([problem, problem]))[1], {
    file: 'c.yaml',
    line: 2,
    column: 3,
    path: 'a.ulr',
    message: 'unknown key "ulr"',
    severity: 'error',
  });
  assert.deepEqual(JSON.parse(problemsAsJson([])), []);
});

test('an excerpt shows no secret, whatever its key is called and however it is spelt', () => {
  for (const line of [
    'password: hunter2',
    '{ username: a, pasword: "hunter2", x: 1 }',
    'X-Api-Key: hunter2',
    'bearer_token = "hunter2"',
    'clientSecret: hunter2',
    '"password": hunter2',
    'url: http://a:hunter2@b/c',
    'proxy: "http://hunter2@b"',
  ]) {
    assert.doesNotMatch(excerptOf(line, 1, line.length) ?? '', /hunter2/, line);
  }
  assert.match(excerptOf('  url: http://pyroscope', 1, 3) ?? '', /url: http:\/\/pyroscope/);
});

test('a long line is shown around the caret, and a line that is not there not at all', () => {
  const excerpt = excerptOf(`a: ${'x'.repeat(1_000)}!${'y'.repeat(1_000)}`, 1, 1_004) ?? '';
  const [text = '', caret = ''] = excerpt.split('\n');
  assert.ok(text.length < 140);
  assert.equal(text[caret.indexOf('^')], '!');
  assert.equal(excerptOf('a', 2, 1), undefined);
  assert.equal(excerptOf('a', 0, 0), undefined);
});
