import assert from 'node:assert/strict';
import { request } from 'node:http';
import { after, before, test } from 'node:test';
import { type AdminEndpoint, type AdminOptions, openAdmin, type ReloadResult } from '../../src/admin/server.ts';
import { systemClock } from '../../src/core/clock.ts';
import { createTestLogger } from '../support/host.ts';

const never = new AbortController().signal;
let unready: readonly string[] = [];
let reloads: boolean[] = [];
let result: ReloadResult = { kind: 'unchanged' };

function options(endpoint: string): AdminOptions {
  return {
    endpoint,
    clock: systemClock,
    log: createTestLogger([]),
    random: () => 0,
    exposition: async (accept) => ({ contentType: `text/plain; for=${JSON.stringify(accept)}`, body: 'metric 1\n' }),
    unready: () => unready,
    reload: async (dryRun) => {
      reloads.push(dryRun);
      return result;
    },
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
function ask(method: string, path: string, headers: Record<string, string> = {}, address = admin.address): Promise<Answer> {
  const [host, port] = address.split(/:(?=\d+$)/);
  return new Promise((resolve, reject) => {
    const sent = request({ host, port, method, path, headers, agent: false }, (response) => {
      let body = '';
      response.setEncoding('utf8').on('data', (text: string) => {
        body += text;
      });
      response.on('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers, body }));
    });
    sent.on('error', reject).end();
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
