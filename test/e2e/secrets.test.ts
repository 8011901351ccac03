import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import bcrypt from 'bcryptjs';
import { startCapture } from '../support/capture.ts';
import { startGateway } from '../support/gateway.ts';

const main = join(import.meta.dirname, '..', '..', 'src', 'main.ts');

// Everything that may hold a secret has a canary of its own; no byte that leaves the process may hold one, the wire to its endpoint apart.
const configOf = (url: string, bad = ''): string => `
receivers: { pyroscope: { endpoint: "127.0.0.1:0" } }
exporters:
  pyroscope:
    ack: delivered
    endpoints:
      - { name: bearer, url: "${url}/bearer", bearer_token: "\${env:FLAMEGATE_CANARY}", max_backoff_retries: 1 }
      - { name: basic, url: "${url}/basic", basic_auth: { username: u, password: canary-password }, max_backoff_retries: 1 }
      - { name: info, url: "${url.replace('://', '://user:canary-userinfo@')}/info", max_backoff_retries: 1 }
      - { name: oauth, url: "${url}/oauth", oauth2: { client_id: c, client_secret: canary-client, token_url: "${url}/token" }, max_backoff_retries: 1 }
      - { name: header, url: "${url}/header", http_headers: { X-Key: [canary-header] }, max_backoff_retries: 1 }
      - { name: proxy, url: "${url}/proxy", proxy_url: "http://p:canary-proxy@127.0.0.1:1", max_backoff_retries: 1 }
    ${bad}
service:
  pipelines: { profiles: { receivers: [pyroscope], exporters: [pyroscope] } }
  admin: { endpoint: "127.0.0.1:0" }
  telemetry: { logs: { level: debug, format: json } }
`;

test('no secret leaves the process: logs, metrics, answers, verbs', { timeout: 60_000 }, async (t) => {
  const upstream = await startCapture();
  t.after(() => upstream.close());
  upstream.answer(() => ({ status: 401, body: 'who are you?' }));
  const env = { FLAMEGATE_CANARY: 'canary-environment' };
  const gateway = await startGateway({ config: configOf(upstream.url), env });
  t.after(() => gateway.stop('SIGKILL'));
  const said: string[] = [];

  const pushed = await fetch(`http://${gateway.address()}/ingest?name=a`, { method: 'POST', body: 'x 1' });
  assert.notEqual(pushed.status, 200);
  said.push(await pushed.text());
  assert.equal(
    upstream.arrivals.find(({ path }) => path === '/bearer/ingest')?.headers.authorization,
    'Bearer canary-environment',
    'the secret is in use',
  );
  said.push(await (await fetch(`${gateway.admin}/metrics`)).text());
  for (const path of ['status', 'config', 'bundle']) {
    const answer = await fetch(`${gateway.admin}/api/v1/${path}`);
    assert.equal(answer.status, 200, path);
    said.push(await answer.text());
  }
  for (const bad of ['ack: soon', 'bearer_token: 5', 'queue: { type: none }']) {
    writeFileSync(gateway.configFile, configOf(upstream.url, bad));
    for (const query of ['?dry_run=1', '']) said.push(await (await fetch(`${gateway.admin}/-/reload${query}`, { method: 'POST' })).text());
  }
  writeFileSync(gateway.configFile, configOf(upstream.url).replaceAll('canary-', 'canary-other-'));
  for (const query of ['?dry_run=1', '']) said.push(await (await fetch(`${gateway.admin}/-/reload${query}`, { method: 'POST' })).text());
  for (const verb of [
    ['validate', '--json'],
    ['print-config', '--origin'],
    ['validate', '--online'],
  ]) {
    const result = spawnSync(process.execPath, [main, ...verb, gateway.configFile], { env: { ...process.env, ...env }, encoding: 'utf8' });
    said.push(result.stdout, result.stderr);
  }
  await gateway.stop();
  said.push(JSON.stringify(gateway.lines), gateway.stderr());
  for (const text of said) assert.doesNotMatch(text, /canary-/);
  assert.ok(said.some((text) => text.includes('<secret>')));
});

test('no credentials of a sender leave the process, and none stand on disk', { timeout: 60_000 }, async (t) => {
  const upstream = await startCapture();
  t.after(() => upstream.close());
  const directory = mkdtempSync(join(tmpdir(), 'flamegate-senders-'));
  t.after(() => rmSync(directory, { recursive: true, force: true }));
  const users = join(directory, 'users');
  const configuration = (more = ''): string => `
receivers: { pyroscope: { endpoint: "127.0.0.1:0", auth: { basic: { users_file: "${users}" } } } }
exporters: { pyroscope: { endpoints: [ { url: "${upstream.url}" } ], queue: { type: disk, dir: "${directory}/queue" } } }
service:
  pipelines: { profiles: { receivers: [pyroscope], exporters: [pyroscope] } }
  admin: { endpoint: "127.0.0.1:0" }
  telemetry: { logs: { level: debug, format: json } }
${more}`;
  upstream.answer(() => ({ status: 503 })); // what is stored stays where it can be looked at
  writeFileSync(users, `ann:${bcrypt.hashSync('canary-right', 4)}:squad-1\n`);
  const gateway = await startGateway({ config: configuration() });
  t.after(() => gateway.stop('SIGKILL'));
  const said: string[] = [];
  const push = async (password: string, more: Record<string, string> = {}): Promise<number> => {
    const headers = { authorization: `Basic ${Buffer.from(`ann:${password}`).toString('base64')}`, ...more };
    const answer = await fetch(`http://${gateway.address()}/ingest?name=a`, { method: 'POST', body: 'x 1', headers });
    said.push(JSON.stringify([...answer.headers]), await answer.text());
    return answer.status;
  };
  assert.equal(await push('canary-right'), 200);
  assert.equal(await push('canary-wrong'), 401);
  assert.equal(await push('canary-right', { 'x-scope-orgid': 'squad-2' }), 403);
  const [arrival] = await upstream.take(1);
  assert.equal(arrival?.headers['x-scope-orgid'], 'squad-1');
  said.push(JSON.stringify(arrival?.headers));
  writeFileSync(users, 'ann:canary-plain\n');
  writeFileSync(gateway.configFile, configuration('# changed'));
  for (const query of ['?dry_run=1', '']) said.push(await (await fetch(`${gateway.admin}/-/reload${query}`, { method: 'POST' })).text());
  for (const verb of ['validate', 'print-config'])
    said.push(...Object.values(spawnSync(process.execPath, [main, verb, gateway.configFile], { encoding: 'utf8' })).map(String));
  // Whoever was let in stays in: the last good file counts.
  assert.equal(await push('canary-right'), 200);
  said.push(await (await fetch(`${gateway.admin}/metrics`)).text());
  await gateway.stop();
  said.push(JSON.stringify(gateway.lines), gateway.stderr());
  for (const name of readdirSync(join(directory, 'queue'), { recursive: true, encoding: 'utf8' })) {
    const file = join(directory, 'queue', name);
    if (statSync(file).isFile()) said.push(readFileSync(file, 'latin1'));
  }
  for (const text of said) {
    assert.doesNotMatch(text, /canary-/);
    assert.ok(!text.includes(Buffer.from('ann:canary-').toString('base64').slice(0, 12)), text);
  }
  assert.ok(
    said.some((text) => text.includes('FLAMESEG') && text.includes('x 1')),
    'the queue was looked at',
  );
});
