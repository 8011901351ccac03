import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, before, test } from 'node:test';
import { AdminSchema } from '../../src/admin/schema.ts';
import { type AdminEndpoint, type AdminOptions, openAdmin, type ReloadResult } from '../../src/admin/server.ts';
import { systemClock } from '../../src/core/clock.ts';
import type { TargetRow } from '../../src/service/parts.ts';
import { createTestLogger, type LogLine } from '../support/host.ts';

const never = new AbortController().signal;
let unready: readonly string[] = [];
let reloads: boolean[] = [];
let result: ReloadResult = { kind: 'unchanged' };
let level: 'debug' | 'info' | 'warn' | 'error' = 'info';
let targets: readonly TargetRow[] = [];
const pauses: [string, string, boolean][] = [];
const lines: LogLine[] = [];

function options(endpoint: string, settings: object = {}): AdminOptions {
  return {
    admin: AdminSchema.parse({ endpoint, ...settings }),
    version: '1.2.3',
    clock: systemClock,
    log: createTestLogger(lines),
    random: () => 0,
    exposition: async (accept) => ({ contentType: `text/plain; for=${JSON.stringify(accept)}`, body: 'metric 1\n' }),
    unready: () => unready,
    reload: async (dryRun) => {
      reloads.push(dryRun);
      return result;
    },
    status: () => Promise.reject(new Error('what a status is stands in another test')),
    degraded: () => [],
    senders: () => [],
    targets: () => targets,
    bundle: () => Promise.reject(new Error('what a bundle is stands in another test')),
    config: () => ({ yaml: 'a: 1\n', value: { a: 1 } }),
    logLevel: () => level,
    setLogLevel: (next) => {
      level = next;
    },
    pause: async (exporter, endpoint, paused) => {
      pauses.push([exporter, endpoint, paused]);
      return true;
    },
    endpoints: () => [{ exporter: 'pyroscope/eu', endpoint: 'localhost:4100/base' }],
  };
}

let admin: AdminEndpoint;
before(async () => {
  admin = await openAdmin(options('127.0.0.1:0'));
});
after(() => admin.close(never));

interface Answer {
  readonly status: number;
  readonly headers: NodeJS.Dict<string | string[]>;
  readonly body: string;
}

/** By node:http: fetch would not let us choose Host and Origin. */
function ask(method: string, path: string, headers: Record<string, string> = {}, address = admin.address, body = ''): Promise<Answer> {
  const [host, port] = address.split(/:(?=\d+$)/);
  return new Promise((resolve, reject) => {
    const sent = request({ host, port, method, path, headers, agent: false }, (response) => {
      let body = '';
      response.setEncoding('utf8').on('data', (text: string) => {
        body += text;
      });
      response.on('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers, body }));
    });
    sent.on('error', reject).end(body);
  });
}

test('GET /metrics answers in the format that is asked for', async () => {
  const answer = await ask('GET', '/metrics', { accept: 'application/openmetrics-text' });
  assert.equal(answer.status, 200);
  assert.equal(answer.headers['content-type'], 'text/plain; for="application/openmetrics-text"');
  assert.equal(answer.body, 'metric 1\n');
});

test('/-/ready says 503 with its reasons as JSON, /-/healthy goes on saying 200', async () => {
  unready = ['draining', 'pyroscope: the queue is not read yet'];
  const answer = await ask('GET', '/-/ready');
  assert.equal(answer.status, 503);
  assert.deepEqual(JSON.parse(answer.body), { reasons: unready });
  assert.equal((await ask('GET', '/-/healthy')).status, 200);
  unready = [];
  assert.equal((await ask('GET', '/-/ready')).status, 200);
});

test('an unknown path names the ones that are served', async () => {
  const answer = await ask('GET', '/nope');
  assert.equal(answer.status, 404);
  assert.match(answer.body, /\/metrics, \/-\/healthy, \/-\/ready, \/-\/reload/);
  const wrong = await ask('GET', '/-/reload');
  assert.equal(wrong.status, 405);
  assert.equal(wrong.headers['allow'], 'POST');
});

test('POST /-/reload tells what came of it, and dry_run is passed on', async () => {
  reloads = [];
  result = { kind: 'refused', lines: ['a.yaml:1:1 x: wrong', 'a.yaml:2:1 y: wrong'] };
  const refused = await ask('POST', '/-/reload');
  assert.equal(refused.status, 400);
  assert.equal(refused.body, 'a.yaml:1:1 x: wrong\na.yaml:2:1 y: wrong\n');
  result = { kind: 'unchanged' };
  const unchanged = await ask('POST', '/-/reload?dry_run=1');
  assert.deepEqual([unchanged.status, unchanged.body], [200, 'nothing changed\n']);
  assert.deepEqual(reloads, [false, true]);
});

for (const [what, headers] of [
  ['a page of another site', { origin: 'http://evil.example' }],
  ['a page of another port', { origin: 'http://127.0.0.1:1' }],
  ['a form of another site', { 'sec-fetch-site': 'cross-site' }],
  ['a name that was rebound to this machine', { host: 'evil.example' }],
] as const) {
  test(`${what} may not reload`, async () => {
    reloads = [];
    assert.equal((await ask('POST', '/-/reload', headers)).status, 403);
    assert.deepEqual(reloads, []);
  });
}

test('a page of the admin endpoint itself may', async () => {
  reloads = [];
  const headers = { origin: `http://${admin.address}`, host: admin.address, 'sec-fetch-site': 'same-origin' };
  assert.equal((await ask('POST', '/-/reload', headers)).status, 200);
  assert.deepEqual(reloads, [false]);
});

test('on an address that others reach, changes are refused with the key to set, and metrics are served', async () => {
  const open = await openAdmin(options('0.0.0.0:0'));
  reloads = [];
  const port = open.address.split(':')[1];
  const answer = await ask('POST', '/-/reload', {}, `127.0.0.1:${port}`);
  assert.equal(answer.status, 403);
  assert.match(answer.body, /service\.admin\.endpoint/);
  assert.equal((await ask('GET', '/metrics', {}, `127.0.0.1:${port}`)).status, 200);
  assert.deepEqual(reloads, []);
  await open.close(never);
});

test('a taken address rejects and names it', async () => {
  await assert.rejects(openAdmin(options(admin.address)), new RegExp(`cannot listen on ${admin.address}: .*EADDRINUSE`));
});

test('a token lets in where it is asked for, and everything else is told what is expected', async (t) => {
  const directory = mkdtempSync(join(tmpdir(), 'flamegate-admin-'));
  t.after(() => rmSync(directory, { recursive: true }));
  const file = join(directory, 'token');
  writeFileSync(file, '# the old one stays until the clients have the new one\nfirst-token\nsecond-token\n');
  const open = await openAdmin(options('0.0.0.0:0', { token_file: file }));
  t.after(() => open.close(never));
  const address = `127.0.0.1:${open.address.split(':')[1]}`;
  const bearer = (token: string) => ({ authorization: `Bearer ${token}` });
  const without = await ask('GET', '/api/v1/config', {}, address);
  assert.equal(without.status, 401);
  assert.equal(without.headers['www-authenticate'], 'Bearer realm="flamegate"');
  assert.match(without.body, /Authorization: Bearer TOKEN.*found none/);
  assert.equal((await ask('GET', '/api/v1/config', bearer('first-tokem'), address)).status, 401);
  assert.equal((await ask('POST', '/-/reload', {}, address)).status, 401);
  for (const token of ['first-token', 'second-token'])
    assert.equal((await ask('GET', '/api/v1/config', bearer(token), address)).status, 200);
  const page = { ...bearer('first-token'), origin: 'http://evil.example' };
  assert.equal((await ask('GET', '/api/v1/config', page, address)).status, 403);
  assert.equal((await ask('GET', '/-/ready', {}, address)).status, 200);
  writeFileSync(file, 'third-token-is-longer\n');
  assert.equal((await ask('GET', '/api/v1/config', bearer('first-token'), address)).status, 401);
  assert.equal((await ask('GET', '/api/v1/config', bearer('third-token-is-longer'), address)).status, 200);
  rmSync(file);
  assert.equal((await ask('GET', '/api/v1/config', bearer('third-token-is-longer'), address)).status, 503);
});

test('a token file that is missing or empty is a mistake of the configuration', async (t) => {
  const directory = mkdtempSync(join(tmpdir(), 'flamegate-admin-'));
  t.after(() => rmSync(directory, { recursive: true }));
  const file = join(directory, 'token');
  const isMistake = { exitCode: 78, message: /service\.admin\.token_file/ };
  await assert.rejects(openAdmin(options('127.0.0.1:0', { token_file: file })), isMistake);
  writeFileSync(file, '\n');
  await assert.rejects(openAdmin(options('127.0.0.1:0', { token_file: file })), isMistake);
});

test('another token file is in force on the same address once it is applied', async (t) => {
  const directory = mkdtempSync(join(tmpdir(), 'flamegate-admin-'));
  t.after(() => rmSync(directory, { recursive: true }));
  const file = join(directory, 'token');
  const open = await openAdmin(options('127.0.0.1:0'));
  t.after(() => open.close(never));
  const settings = AdminSchema.parse({ endpoint: '127.0.0.1:0', token_file: file });
  assert.throws(() => open.prepare(settings), { exitCode: 78 });
  assert.equal((await ask('GET', '/api/v1/config', {}, open.address)).status, 200);
  writeFileSync(file, 'token\n');
  const apply = open.prepare(settings);
  assert.equal((await ask('GET', '/api/v1/config', {}, open.address)).status, 200);
  apply();
  assert.equal((await ask('GET', '/api/v1/config', {}, open.address)).status, 401);
});

test('an endpoint is paused by its names, whether their slashes are encoded or not', async () => {
  for (const path of ['pyroscope%2Feu/localhost%3A4100%2Fbase', 'pyroscope/eu/localhost:4100/base']) {
    pauses.length = 0;
    assert.equal((await ask('POST', `/api/v1/endpoints/${path}/pause`)).status, 200);
    assert.equal((await ask('POST', `/api/v1/endpoints/${path}/resume`)).status, 200);
    const names = ['pyroscope/eu', 'localhost:4100/base'] as const;
    assert.deepEqual(pauses, [
      [...names, true],
      [...names, false],
    ]);
  }
  const unknown = await ask('POST', '/api/v1/endpoints/pyroscope/nobody/pause');
  assert.equal(unknown.status, 404);
  assert.match(unknown.body, /pyroscope\/eu\/localhost:4100\/base/);
});

test('the level of the log is changed, with a line that says from where; what is no level is told', async () => {
  lines.length = 0;
  const answer = await ask('PUT', '/api/v1/log-level', {}, admin.address, '{"level":"debug"}');
  assert.deepEqual([answer.status, JSON.parse(answer.body), level], [200, { level: 'debug' }, 'debug']);
  assert.deepEqual(
    lines.map(({ message, facts }) => [message, facts['operation'], facts['from']]),
    [['something was changed by the admin endpoint', 'setLogLevel', '127.0.0.1']],
  );
  for (const body of ['{"level":"loud"}', '{', '[]', '{"level":"info","x":1}'])
    assert.equal((await ask('PUT', '/api/v1/log-level', {}, admin.address, body)).status, 400, body);
  assert.equal(level, 'debug');
});

test('an endpoint that others reach and that asks nobody says so once, with the key that helps', async (t) => {
  const token_file = join(mkdtempSync(join(tmpdir(), 'flamegate-admin-')), 'token');
  writeFileSync(token_file, 'canary\n');
  t.after(() => rmSync(dirname(token_file), { recursive: true }));
  const cases: readonly [string, object, string[]][] = [
    ['0.0.0.0:0', {}, ['service.admin.token_file']],
    ['0.0.0.0:0', { token_file }, ['service.admin.tls']],
    ['127.0.0.1:0', {}, []],
  ];
  for (const [endpoint, settings, keys] of cases) {
    const before = lines.length;
    const open = await openAdmin(options(endpoint, settings));
    await open.close(never);
    const warnings = lines.slice(before).filter(({ level }) => level === 'warn');
    assert.deepEqual(
      warnings.map(({ facts }) => facts['key']),
      keys,
    );
  }
});

test('targets are shown sorted, filtered, and never more than asked for: the rest is counted', async (t) => {
  t.after(() => {
    targets = [];
  });
  const row = (at: number): TargetRow => ({
    receiver: 'scrape',
    instance: `10.0.0.${String(at).padStart(5, '0')}:80`,
    service: 'app',
    profile: 'memory',
    url: 'http://app/debug/pprof/allocs',
    health: at === 0 ? 'unknown' : at % 2 === 0 ? 'up' : 'down',
    error: at % 2 === 0 ? '' : 'it is out',
    lastScrapeAt: at === 0 ? 0 : 1_700_000_000_000,
    durationMs: 250,
    sizeBytes: 3,
    failures: at % 2,
  });
  targets = Array.from({ length: 12_001 }, (_, at) => row(12_000 - at));
  const answerOf = async (query: string) => JSON.parse((await ask('GET', `/api/v1/targets${query}`)).body);
  const usual = await answerOf('');
  assert.deepEqual(
    [usual.known, usual.up, usual.down, usual.unknown, usual.shown, usual.left_out, usual.targets.length],
    [12_001, 6000, 6000, 1, 1000, 11_001, 1000],
  );
  assert.deepEqual([usual.targets[0].instance, usual.targets[0].last_scrape], ['10.0.0.00000:80', null]);
  const whole = await answerOf('?limit=10000&offset=2001');
  assert.deepEqual([whole.shown, whole.left_out], [10_000, 2001]);
  const down = await answerOf('?health=down&limit=1&offset=1');
  assert.deepEqual(down.targets, [
    {
      receiver: 'scrape',
      instance: '10.0.0.00003:80',
      service: 'app',
      profile_type: 'memory',
      url: 'http://app/debug/pprof/allocs',
      health: 'down',
      error: 'it is out',
      last_scrape: '2023-11-14T22:13:20.000Z',
      duration_seconds: 0.25,
      size_bytes: 3,
      failures: 1,
    },
  ]);
  assert.equal((await answerOf('?instance=10.0.0.00004:80')).shown, 1);
  assert.equal((await answerOf('?receiver=other')).shown, 0);
  for (const query of ['?limit=10001', '?limit=0', '?offset=-1', '?health=ill'])
    assert.equal((await ask('GET', `/api/v1/targets${query}`)).status, 400, query);
});
