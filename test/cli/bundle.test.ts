import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { type Bundle, withoutSecrets } from '../../src/admin/bundle.ts';
import { runCli } from '../../src/cli/cli.ts';
import { startGateway } from '../support/gateway.ts';

const configOf = (token: string): string => `
receivers: { pyroscope: { endpoint: "127.0.0.1:0" } }
exporters:
  pyroscope: { endpoints: [{ name: up, url: "http://user:canary-userinfo@127.0.0.1:1", http_headers: { X-Key: [canary-header] } }] }
service:
  pipelines: { profiles: { receivers: [pyroscope], exporters: [pyroscope] } }
  admin: { endpoint: "127.0.0.1:0", token_file: "${token}" }
  telemetry: { logs: { format: json } }
`;

async function run(...args: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  const said = { stdout: '', stderr: '' };
  const writer = (name: 'stdout' | 'stderr') => ({
    write(text: string) {
      said[name] += text;
    },
    isTty: false,
  });
  const code = await runCli(args, { stdout: writer('stdout'), stderr: writer('stderr'), env: {}, cwd: '/' });
  return { code, ...said };
}

test('`flamegate bundle` fetches config, metrics, status and log of a running gateway with its token, and no secret', async (t) => {
  const directory = mkdtempSync(join(tmpdir(), 'flamegate-bundle-'));
  const token = join(directory, 'token');
  writeFileSync(token, 'canary-token\n');
  const gateway = await startGateway({ config: configOf(token) });
  t.after(async () => {
    await gateway.stop();
    rmSync(directory, { recursive: true }); // a gateway whose token file is gone answers nobody
  });
  const admin = gateway.admin.slice('http://'.length);
  const denied = await run('bundle', '--admin', admin);
  assert.equal(denied.code, 69);
  assert.match(denied.stderr, /401.*--token-file/);
  const output = join(directory, 'bundle.json');
  const { code } = await run('bundle', '--admin', admin, '--token-file', token, '--to', output);
  assert.equal(code, 0);
  assert.equal(statSync(output).mode & 0o777, 0o600);
  const text = readFileSync(output, 'utf8');
  assert.doesNotMatch(text, /canary/);
  const bundle = JSON.parse(text) as Bundle;
  assert.match(bundle.config, /X-Key/);
  assert.match(bundle.metrics, /flamegate_endpoint_queued_profiles/);
  assert.equal(bundle.status.endpoints[0]?.endpoint, 'up');
  assert.ok(bundle.log.some((line) => line.includes('"message":"ready"')));
});

test('a gateway that is not there is said with its address', async () => {
  const { code, stderr } = await run('bundle', '--admin', '127.0.0.1:1');
  assert.equal(code, 69);
  assert.match(stderr, /no gateway answers at http:\/\/127\.0\.0\.1:1/);
});

test('a secret that got into a line of the log all the same does not get into the bundle', () => {
  const bundle = { config: 'a: "quo\\"ted"', log: ['{"message":"said hunter22"}', '{"x":"quo\\"ted"}'] } as unknown as Bundle;
  const clean = withoutSecrets(bundle, ['hunter22', 'quo"ted', 'no']);
  assert.deepEqual(clean.log, ['{"message":"said <secret>"}', '{"x":"<secret>"}']);
});

test('`queue ls --admin` shows the queues of a gateway that runs; a directory and --admin together are a usage error', async (t) => {
  const directory = mkdtempSync(join(tmpdir(), 'flamegate-ls-'));
  t.after(() => rmSync(directory, { recursive: true }));
  const token = join(directory, 'token');
  writeFileSync(token, 'canary-token\n');
  const gateway = await startGateway({ config: configOf(token) });
  t.after(() => gateway.stop('SIGKILL'));
  assert.equal((await fetch(`http://${gateway.address()}/ingest?name=a`, { method: 'POST', body: 'x 1' })).status, 200);
  const options = ['--admin', gateway.admin.slice('http://'.length), '--token-file', token];
  const { code, stdout } = await run('queue', 'ls', ...options);
  assert.equal(code, 0);
  assert.match(stdout, /^QUEUE OF +SIZE +MAX SIZE\npyroscope +\d+ B +256 MiB\n/);
  assert.match(stdout, /^pyroscope +up +1 +\d+m?s +0 +\w+$/m);
  const { endpoints } = JSON.parse((await run('queue', 'ls', '--json', ...options)).stdout) as { endpoints: { queued: number }[] };
  assert.equal(endpoints[0]?.queued, 1);
  for (const args of [['ls'], ['ls', directory, ...options]]) assert.equal((await run('queue', ...args)).code, 64);
});
