import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { parseGroups } from '../../src/discovery/groups.ts';
import { SourceSchema } from '../../src/discovery/schema.ts';
import { addresses, type RunningSource, runSource } from './found.ts';

const are =
  (...wanted: string[]) =>
  (targets: Parameters<typeof addresses>[0]): boolean =>
    addresses(targets).join() === wanted.join();
const group = (...targets: string[]): string => JSON.stringify([{ targets, labels: { env: 'prod' } }]);

function folder(t: TestContext): string {
  const path = mkdtempSync(join(tmpdir(), 'flamegate-sd-'));
  t.after(() => rmSync(path, { recursive: true }));
  return path;
}

function running(t: TestContext, config: object): RunningSource {
  const source = runSource(config);
  t.after(() => source.stop());
  return source;
}

test('reads groups in JSON and YAML, and says what is wrong with others', () => {
  assert.deepEqual(parseGroups('- targets: [a:1, 2]\n  labels: { port: 80 }\n- targets: [b]\n', 'yaml', { __meta_x: 'y' }), [
    { port: '80', __meta_x: 'y', __address__: 'a:1' },
    { port: '80', __meta_x: 'y', __address__: '2' },
    { __meta_x: 'y', __address__: 'b' },
  ]);
  assert.deepEqual(parseGroups('[]', 'json', {}), []);
  assert.deepEqual(parseGroups('', 'yaml', {}), []);
  assert.throws(() => parseGroups('', 'json', {}), /not valid JSON/);
  assert.throws(() => parseGroups('{"targets": []}', 'json', {}), /expected a list of \{targets/);
  assert.throws(() => parseGroups('[{"targets": "a"}]', 'json', {}), /at 0.targets/);
  assert.throws(() => parseGroups('[{"labels": {"a": {}}}]', 'json', {}), /at 0.labels.a/);
  assert.throws(() => parseGroups(`a: &a [x]\nb: [${'*a,'.repeat(200)}]`, 'yaml', {}), /alias/i);
});

test('follows files and patterns: a file that is half written keeps its targets, one that is gone has none', async (t) => {
  const path = folder(t);
  mkdirSync(join(path, 'd'));
  writeFileSync(join(path, 'one.json'), group('a:1'));
  writeFileSync(join(path, 'd', 'x-1.yml'), '- targets: ["x:1"]\n');
  writeFileSync(join(path, 'd', 'other.yml'), '- targets: ["o:1"]\n');
  const source = running(t, { from: 'file', files: [join(path, 'one.json'), join(path, 'd', 'x-*.yml')], refresh_interval: '1s' });
  const first = await source.until(are('a:1', 'x:1'));
  assert.deepEqual(first[0], { env: 'prod', __address__: 'a:1', __meta_filepath: join(path, 'one.json') });
  writeFileSync(join(path, 'one.json'), '[{"targets": ["a:1", "b:');
  writeFileSync(join(path, 'd', 'x-2.yml'), '- targets: ["y:1"]\n');
  await source.until(are('a:1', 'x:1', 'y:1'));
  await source.warned(/one.json: it is not valid JSON/);
  // As a careful writer does it.
  writeFileSync(join(path, 'new'), group('b:1', 'c:1'));
  renameSync(join(path, 'new'), join(path, 'one.json'));
  await source.until(are('b:1', 'c:1', 'x:1', 'y:1'));
  rmSync(join(path, 'd', 'x-1.yml'));
  await source.until(are('b:1', 'c:1', 'y:1'));
  writeFileSync(join(path, 'one.json'), '[]');
  await source.until(are('y:1'));
  rmSync(join(path, 'd'), { recursive: true });
  await source.until((targets) => targets.length === 0);
});

test('refuses files of another kind and patterns within directories', () => {
  const files = (path: string): boolean => SourceSchema.safeParse({ from: 'file', files: [path] }).success;
  assert.deepEqual(['a.json', '/a/*.YAML', 'x*y.yml', '/a/*/b.json', 'a.txt'].map(files), [true, true, true, false, false]);
});

interface ListServer {
  readonly url: string;
  answer: (request: http.IncomingMessage, response: http.ServerResponse) => unknown;
}

async function listServer(t: TestContext): Promise<ListServer> {
  const json = { 'content-type': 'application/json; charset=utf-8' };
  const server = http.createServer((request, response) => made.answer(request, response));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  const made: ListServer = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/sd?team=a`, // as: a TCP server that listens has one
    answer: (_request, response) => response.writeHead(200, json).end(group('a:1')),
  };
  return made;
}

test('asks a server for its list with credentials; what it says when it cannot is no list', async (t) => {
  const server = await listServer(t);
  const asked: http.IncomingMessage[] = [];
  const say = (status: number, type: string, body: string): void => {
    server.answer = (request, response) => {
      asked.push(request);
      response.writeHead(status, { 'content-type': type }).end(body);
    };
  };
  say(200, 'application/json', group('a:1'));
  const source = running(t, { from: 'http', url: server.url, refresh_interval: '1s', bearer_token: 'secret', remote_timeout: '5s' });
  const [target] = await source.until(are('a:1'));
  assert.equal(target?.['__meta_url'], server.url);
  const [request] = asked;
  assert.deepEqual(
    [request?.method, request?.headers.accept, request?.headers.authorization],
    ['GET', 'application/json', 'Bearer secret'],
  );
  assert.equal(request?.headers['x-prometheus-refresh-interval-seconds'], '1');
  for (const [status, type, body, why] of [
    [500, 'text/plain', 'down', /answered 500/],
    [200, 'text/html', '<html>', /expected Content-Type application\/json, found "text\/html"/],
    [200, 'application/json', '[{"targets"', /not valid JSON/],
  ] as const) {
    say(status, type, body);
    await source.warned(why);
  }
  assert.deepEqual(
    source.lists.map(addresses),
    [...source.lists].map(() => ['a:1']),
    'a failure was taken for a list',
  );
  say(200, 'application/json', '[]');
  await source.until((targets) => targets.length === 0);
  assert.ok(!JSON.stringify(source.host.lines).includes('secret'));
});
