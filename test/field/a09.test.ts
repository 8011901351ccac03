import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { startGateway } from '../support/gateway.ts';
import { flamegate, temporary } from './field.ts';

// grafana/alloy#7121: people protect Alloy's own HTTP server with an `http { auth { ... } }` block and rely on it.
const file = join(import.meta.dirname, '..', 'config', 'alloy', 'configs', '06-service-blocks.alloy');
const text = readFileSync(file, 'utf8');
const authAt = text.split('\n').findIndex((line) => /^\s*auth \{/.test(line)) + 1;
const env = { FIELD_ADMIN_PASSWORD: 'canary-password' };

test('a file that protects the HTTP server of Alloy starts with a warning that this is not in force, and which key is', async (t) => {
  const gateway = await startGateway({
    config: text,
    fileName: 'gateway.alloy',
    directory: temporary(t),
    env,
    args: ['--set', 'service.admin.endpoint=0.0.0.0:0', '--set', 'receivers.pyroscope/sdk.endpoint=127.0.0.1:0'],
  });
  t.after(() => gateway.stop('SIGKILL'));
  const warning = await gateway.line(({ level, problem }) => level === 'warn' && /NOT in force/.test(String(problem)));
  const problem = String(warning['problem']);
  assert.match(problem, new RegExp(`gateway\\.alloy:${authAt}:\\d+ `));
  assert.match(problem, /auth/);
  assert.match(problem, /service\.admin\.token_file/);
  const port = new URL(gateway.admin).port;
  const refused = await fetch(`http://127.0.0.1:${port}/-/reload`, { method: 'POST' });
  assert.equal(refused.status, 403, 'nothing can be changed over the network without a token');
  assert.doesNotMatch(JSON.stringify(gateway.lines) + gateway.stderr(), /canary/);
});

test('with --strict such a file is refused at the place of the block', async (t) => {
  const directory = temporary(t);
  writeFileSync(join(directory, 'gateway.alloy'), text);
  const { code, text: said } = await flamegate(t, ['run', '--strict', 'gateway.alloy'], { directory, env });
  assert.equal(code, 78, said);
  assert.match(said, new RegExp(`gateway\\.alloy:${authAt}:\\d+ .*NOT in force`));
});
