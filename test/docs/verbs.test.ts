import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { test } from 'node:test';
import { createProgram } from '../../src/cli/cli.ts';
import { verbsPage } from './verbs-page.ts';

const page = new URL('../../docs/verbs.md', import.meta.url);

test('docs/verbs.md is what the command line knows', () => {
  const silent = { isTty: false, write: () => {} };
  const current = verbsPage(createProgram({ stdout: silent, stderr: silent, env: {}, cwd: '/' }, () => {}));
  if (process.env['FLAMEGATE_WRITE_DOCS'] !== undefined) writeFileSync(page, current);
  const hint = 'stale: FLAMEGATE_WRITE_DOCS=1 npm exec -- node --test test/docs/verbs.test.ts';
  assert.equal(readFileSync(page, 'utf8'), current, hint);
});
