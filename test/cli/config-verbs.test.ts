import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { runConvert } from '../../src/cli/convert.ts';
import type { Io } from '../../src/cli/io.ts';
import { runPrintConfig } from '../../src/cli/print-config.ts';
import { runSchema } from '../../src/cli/schema.ts';
import type { Sources } from '../../src/cli/sources.ts';
import { runValidate } from '../../src/cli/validate.ts';
import { startPyroscopeServer } from '../support/pyroscope-server.ts';
import { type Given, runVerb } from '../support/run-verb.ts';

const canary = 'canary-7f3a';
const good = `receivers: { pyroscope: {} }
exporters:
  pyroscope:
    endpoints: [ { url: "\${URL}", basic_auth: { username: a, password: "\${PASSWORD}" } } ]
service:
  pipelines: { p: { receivers: [pyroscope], exporters: [pyroscope] } }
`;
const env = { URL: 'http://127.0.0.1:9', PASSWORD: canary };

/** runVerb(), with a look at what must never be printed. */
async function run(t: TestContext, verb: (sources: Sources, io: Io) => Promise<number>, text: string, given: Given = {}) {
  const ran = await runVerb(t, verb, text, { env, ...given });
  assert.doesNotMatch(ran.stdout + ran.stderr, new RegExp(canary));
  return ran;
}

const validate =
  (flags: { json?: boolean; online?: boolean } = {}) =>
  (sources: Sources, io: Io) =>
    runValidate({ ...sources, json: flags.json ?? false, online: flags.online ?? false }, io);

test('validate says that a good file is good, with 0', async (t) => {
  assert.deepEqual(await run(t, validate(), good), { code: 0, stdout: 'c.yaml: no problems\n', stderr: '' });
  assert.deepEqual(await run(t, validate({ json: true }), good), { code: 0, stdout: '[]\n', stderr: '' });
});

test('validate prints a line for every problem, with 78, and on a terminal the line of the file', async (t) => {
  const bad = good.replace('pipelines:', 'pipelins:').replace('username', 'usernam');
  const plain = await run(t, validate(), bad);
  assert.equal(plain.code, 78);
  assert.match(
    plain.stdout,
    /^c\.yaml:4:49 exporters\.pyroscope\.endpoints\[0\]\.basic_auth\.usernam: unknown key "usernam": did you mean "username"\?$/m,
  );
  assert.match(plain.stdout, /^c\.yaml:6:3 service\.pipelins: unknown key "pipelins": did you mean "pipelines"\?$/m);
  const shown = await run(t, validate(), bad, { isTty: true });
  assert.match(shown.stdout, /^ {2}6 \| {3}pipelins: .*\n {4}\| {3}\^$/m);
  const parsed: unknown = JSON.parse((await run(t, validate({ json: true }), bad)).stdout);
  assert.ok(Array.isArray(parsed));
  assert.deepEqual(Object.keys(parsed[0]), ['file', 'line', 'column', 'path', 'message', 'severity']);
});

test('warnings alone leave validate at 0', async (t) => {
  const { code, stdout } = await run(t, validate(), `${good}processors: { label_drop: }\n`);
  assert.equal(code, 0);
  assert.match(stdout, /^c\.yaml:7:15 processors\.label_drop: warning: no pipeline uses this processor/);
});

test('validate --online is 69 when an endpoint cannot be used, and sends it no profile', async (t) => {
  const server = await startPyroscopeServer([{ status: 401 }, {}]);
  t.after(() => server.close());
  const refused = await run(t, validate({ online: true }), good, { env: { ...env, URL: server.url } });
  assert.equal(refused.code, 69);
  assert.match(refused.stdout, /^c\.yaml:4:25 exporters\.pyroscope\.endpoints\[0\]\.url: cannot be used: it answers 401/);
  const taken = await run(t, validate({ online: true }), good, { env: { ...env, URL: server.url } });
  assert.equal(taken.code, 0);
  assert.deepEqual(
    server.arrivals.map(({ body }) => body.length),
    [0, 0],
  );
});

test('print-config prints what is in force, and the problems of a bad file on stderr', async (t) => {
  const { code, stdout } = await run(t, (sources, io) => runPrintConfig({ ...sources, origin: true }, io), good);
  assert.equal(code, 0);
  assert.match(stdout, /^ {10}password: <secret> # c\.yaml:4:72 \$\{PASSWORD\}$/m);
  assert.match(stdout, /^ {4}endpoint: 127\.0\.0\.1:4040 # default$/m);
  // Defaults that follow from other keys are defaults too.
  assert.match(stdout, /^ {4}ack: queued # default$/m);
  assert.match(stdout, /^ {8}max_backoff_retries: 0 # default$/m);
  const waiting = await run(
    t,
    (sources, io) => runPrintConfig({ ...sources, origin: false }, io),
    good.replace('endpoints:', 'ack: delivered\n    endpoints:'),
  );
  assert.match(waiting.stdout, /^ {8}max_backoff_retries: 10$/m);
  const bad = await run(t, (sources, io) => runPrintConfig({ ...sources, origin: false }, io), 'x: 1');
  assert.equal(bad.code, 78);
  assert.equal(bad.stdout, '');
  assert.match(bad.stderr, /^c\.yaml:1:1 x: unknown key/);
});

test('schema prints a JSON Schema with the components of this build', async (t) => {
  const { code, stdout } = await run(t, (_sources, io) => runSchema(io), '');
  assert.equal(code, 0);
  assert.ok(JSON.parse(stdout).properties.receivers.patternProperties['^pyroscope(/[^\\s]+)?$']);
});

const alloy = `pyroscope.receive_http "in" {
  http {
    listen_address = "127.0.0.1"
    listen_port    = 14040
  }
  forward_to = [pyroscope.write.out.receiver]
}
pyroscope.write "out" {
  endpoint {
    url          = sys.env("URL")
    bearer_token = sys.env("PASSWORD")
  }
}
`;

test('convert prints an .alloy file as YAML that validates, and leaves secrets in the environment', async (t) => {
  const { code, stdout, stderr } = await run(t, runConvert, alloy, { name: 'c.alloy' });
  assert.deepEqual({ code, stderr }, { code: 0, stderr: '' });
  assert.match(stdout, /^ {6}- url: "?\$\{URL:-\}"?$/m);
  assert.match(stdout, /^ {8}bearer_token: "?\$\{PASSWORD:-\}"?$/m);
  assert.deepEqual(await run(t, validate(), stdout), { code: 0, stdout: 'c.yaml: no problems\n', stderr: '' });
});

test('convert refuses YAML, and what cannot be read', async (t) => {
  assert.equal((await run(t, runConvert, good)).code, 64);
  const bad = await run(t, runConvert, 'pyroscope.write "x" {', { name: 'c.alloy' });
  assert.equal(bad.code, 78);
  assert.match(bad.stderr, /^c\.alloy:1:\d+/);
});
