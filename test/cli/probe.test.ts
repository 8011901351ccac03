import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { type TestContext, test } from 'node:test';
import { probeEndpoints } from '../../src/cli/probe.ts';
import { formatProblem } from '../../src/config/problems.ts';
import type { Config } from '../../src/config/schema.ts';
import type { Tree } from '../../src/config/tree.ts';
import { PyroscopeExporterSchema } from '../../src/exporters/pyroscope/schema.ts';
import { createGrpcUpstream } from '../net/client/grpc-upstream.ts';
import { type Script, type ScriptedAnswer, startPyroscopeServer } from '../support/pyroscope-server.ts';

const tree: Tree = { value: {}, place: () => ({ source: 'c.yaml', line: 7, column: 14, through: undefined }) };

/** What a probe of these endpoints says. */
async function probe(...endpoints: readonly object[]): Promise<string[]> {
  const config: Config = {
    receivers: new Map(),
    processors: new Map(),
    tests: [],
    exporters: new Map([['pyroscope/a', { type: 'pyroscope', config: PyroscopeExporterSchema.parse({ endpoints }) }]]),
    pipelines: new Map(),
    service: { admin: { endpoint: '' }, memory_limit: 0, shutdown: { delay: 0, timeout: 0 }, telemetry: undefined },
  };
  return (await probeEndpoints(config, tree)).map(formatProblem);
}

async function start(t: TestContext, script?: Script | readonly ScriptedAnswer[]) {
  const server = await startPyroscopeServer(script);
  t.after(() => server.close());
  return server;
}

test('an endpoint that takes pushes is fine, and gets no profile', async (t) => {
  const server = await start(t);
  assert.deepEqual(await probe({ url: server.url, headers: { 'X-Scope-OrgID': 'squad-1' }, bearer_token: 'hunter2' }), []);
  const [arrival] = server.arrivals;
  assert.equal(arrival?.path, '/push.v1.PusherService/Push');
  assert.equal(arrival.body.length, 0);
  assert.equal(arrival.headers['x-scope-orgid'], 'squad-1');
  assert.equal(arrival.headers.authorization, 'Bearer hunter2');
});

test('a refusal of the empty push itself shows that everything before it is right', async (t) => {
  const server = await start(t, [{ status: 400, code: 'invalid_argument' }]);
  assert.deepEqual(await probe({ url: server.url }), []);
});

test('tells what each endpoint is missing, at its URL', async (t) => {
  const answers: readonly [ScriptedAnswer, RegExp][] = [
    [{ status: 401, code: 'unauthenticated' }, /it answers 401: the credentials are missing or wrong/],
    [{ status: 403 }, /403: these credentials, or this tenant, may not push/],
    [{ status: 404 }, /404: nothing takes pushes below this URL/],
    [{ status: 503 }, /it answers 503/],
    [{ status: 200, headers: { 'Content-Type': 'text/html; charset=utf-8' }, body: '<html>' }, /a web page: this is no Pyroscope/],
    [{ status: 302, headers: { Location: 'https://login.example' } }, /it redirects to https:\/\/login\.example/],
  ];
  for (const [answer, words] of answers) {
    const server = await start(t, [answer]);
    const said = await probe({ url: server.url, follow_redirects: false, basic_auth: { username: 'a', password: 'hunter2' } });
    assert.equal(said.length, 1);
    assert.match(said[0] ?? '', /^c\.yaml:7:14 exporters\.pyroscope\/a\.endpoints\[0\]\.url: cannot be used: /);
    assert.match(said[0] ?? '', words);
    assert.doesNotMatch(said[0] ?? '', /hunter2/);
  }
});

test('tells of names, ports and TLS that do not work, of all endpoints at once', async (t) => {
  const plain = await start(t);
  const silent = createServer();
  silent.listen(0, '127.0.0.1');
  await once(silent, 'listening');
  const address = silent.address();
  const port = typeof address === 'object' ? address?.port : undefined;
  await new Promise((closed) => silent.close(closed));
  const said = await probe(
    { url: `http://127.0.0.1:${port}` },
    { url: plain.url.replace('http:', 'https:') },
    { url: plain.url },
    { url: `http://127.0.0.1:${port}`, protocol: 'grpc', remote_timeout: '2s' },
    { url: plain.url, bearer_token_file: '/nowhere/token' },
  );
  assert.deepEqual(
    said.map((line) => /endpoints\[(\d)\]/.exec(line)?.[1]),
    ['0', '1', '3', '4'],
  );
  assert.match(said[0] ?? '', /the connection was refused/);
  assert.match(said[3] ?? '', /\/nowhere\/token/);
});

test('speaks gRPC to an endpoint that is set to it', async () => {
  const codes = [0, 3, 16, 12];
  await using upstream = await createGrpcUpstream((say) => say(codes.shift() ?? 0));
  const target = { url: upstream.url, protocol: 'grpc' };
  assert.deepEqual(await probe(target), []);
  assert.deepEqual(await probe(target), []);
  assert.match((await probe(target)).join(), /it answers unauthenticated: the credentials are missing or wrong/);
  assert.match((await probe(target)).join(), /it answers unimplemented: it takes no pushes by gRPC/);
  assert.deepEqual(
    upstream.seen.map(({ body }) => body.length),
    [0, 0, 0, 0],
  );
});
