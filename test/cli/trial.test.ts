import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { type ExplainOptions, runExplain } from '../../src/cli/explain.ts';
import { runTests } from '../../src/cli/test.ts';
import { Labels } from '../../src/core/labels.ts';
import { type Given, runVerb } from '../support/run-verb.ts';

const config = `receivers: { pyroscope: {} }
processors:
  tenant: { from_label: team }
  relabel: { rules: [{ source_labels: [env], regex: "prod.*", target_label: env, replacement: prod }] }
  filter: { exclude: ['{env="dev"}'], max_size: 4KiB }
  route: { routes: [{ match: '{env="prod"}', to: [pyroscope/prod] }], default: [pyroscope/prod, file] }
exporters:
  pyroscope/prod: { endpoints: [{ url: "http://user:hunter2@prod:4040", name: eu }, { url: "http://us:4040" }] }
  file: { dir: out }
service:
  pipelines: { main: { receivers: [pyroscope], processors: [tenant, relabel, filter, route], exporters: [pyroscope/prod, file] } }
`;

const explain = (
  t: TestContext,
  labels: Readonly<Record<string, string>>,
  options: Partial<ExplainOptions> = {},
  given: Given = {},
  text = config,
) =>
  runVerb(
    t,
    (sources, io) =>
      runExplain(
        { ...sources, labels: Labels.of(labels), profile: undefined, tenant: '', receiver: undefined, as: 'push', json: false, ...options },
        io,
      ),
    text,
    given,
  );

test('explain shows what each processor does, and what arrives where', async (t) => {
  const { code, stdout } = await explain(t, { service_name: 'shop', env: 'production', team: 'a' });
  assert.equal(code, 0);
  assert.equal(
    stdout,
    `receiver pyroscope
  main > tenant:
    - tenant ""
    + tenant "a"
  main > relabel:
    - env="production"
    + env="prod"
  main > filter: unchanged
  main > route: to pyroscope/prod
exporter pyroscope/prod gets {env="prod", service_name="shop", team="a"} as tenant "a"
  endpoint eu http://<secret>@prod:4040
  endpoint http://us:4040
`,
  );
});

test('explain says why a profile does not arrive: dropped, refused, or of labels that no exporter takes', async (t) => {
  assert.match((await explain(t, { env: 'dev' })).stdout, / {2}main > filter: dropped: filtered\ngoes nowhere: its sender is told 200\n$/);
  assert.match((await explain(t, {})).stdout, /refused: labels: a series needs at least one label/);
  const limited = config.replace('tenant: { from_label: team }', 'tenant: { from_label: team, default: "${T:-a/b}" }');
  const bad = await explain(t, {}, {}, {}, limited);
  assert.equal(bad.code, 78);
  assert.match(bad.stderr, /tenant/);
});

test('explain looks at the profile that it is given', async (t) => {
  const files = { 'big.pb.gz': 'x'.repeat(5_000) };
  let dir = '';
  const seen = (directory: string): void => {
    dir = directory;
  };
  await explain(t, {}, {}, { files, in: seen });
  assert.match((await explain(t, { env: 'x' }, { profile: join(dir, 'big.pb.gz') })).stdout, /dropped: filtered/);
  await assert.rejects(explain(t, {}, { profile: '/nowhere.pb.gz' }), { message: /the profile cannot be read: .*nowhere/, exitCode: 78 });
});

test('explain as JSON has the same, and no secret', async (t) => {
  const { stdout } = await explain(t, { env: 'dev' }, { json: true, tenant: 'x' });
  const { ways } = JSON.parse(stdout) as { ways: { dropped: unknown; outputs: unknown[]; steps: { processor: string }[] }[] };
  assert.deepEqual(ways[0]?.dropped, [{ pipeline: 'main', processor: 'filter', reason: 'filtered' }]);
  assert.deepEqual(
    ways[0]?.steps.map(({ processor }) => processor),
    ['tenant', 'relabel', 'filter'],
  );
  const both = (await explain(t, { env: 'x' }, { json: true, tenant: 'x' })).stdout;
  const outputs = (JSON.parse(both) as { ways: { outputs: unknown[] }[] }).ways[0]?.outputs;
  assert.deepEqual(outputs, [
    {
      exporter: 'pyroscope/prod',
      labels: { env: 'x' },
      tenant: 'x',
      endpoints: [{ name: 'eu', url: 'http://<secret>@prod:4040' }, { url: 'http://us:4040' }],
    },
    { exporter: 'file', labels: { env: 'x' }, tenant: 'x', endpoints: [] },
  ]);
  assert.doesNotMatch(both, /hunter2/);
});

test('explain names the receivers there are, and reads .alloy files', async (t) => {
  const unknown = await explain(t, {}, { receiver: 'pyroscope/x' });
  assert.deepEqual([unknown.code, unknown.stderr], [64, 'no pipeline has the receiver "pyroscope/x", there are: pyroscope\n']);
  const alloy = `pyroscope.receive_http "in" {
  http {
    listen_port = 0
  }
  forward_to = [pyroscope.relabel.r.receiver]
}
pyroscope.relabel "r" {
  forward_to = [pyroscope.write.out.receiver]
  rule {
    source_labels = ["env"]
    target_label  = "environment"
  }
}
pyroscope.write "out" {
  endpoint {
    url = "http://prod:4040"
  }
}
`;
  const { stdout } = await explain(
    t,
    { __name__: 'cpu', service_name: 's', env: 'e', __x: 'y' },
    { tenant: 'not passed on' },
    { name: 'c.alloy' },
    alloy,
  );
  assert.match(stdout, / {2}relabel\/r > relabel\/r:\n {4}\+ environment="e"\n/);
  assert.match(stdout, /exporter pyroscope\/out gets \{__name__="cpu", app_name="cpu", env="e", environment="e", service_name="s"\}\n/);
});

const tests = `tests:
  - name: good <one>
    profiles:
      - { labels: { env: production, team: a }, expect: { to: [pyroscope/prod], labels: { env: prod, team: a }, tenant: a } }
      - { labels: { env: dev }, expect: { dropped: filtered } }
      - { labels: { env: x }, file: big.pb.gz, expect: { dropped: filtered } }
      - { labels: { env: x }, expect: { to: [file, pyroscope/prod], outputs: { file: { labels: { env: x } } } } }
`;
const bad = `  - name: bad
    profiles:
      - { labels: { env: x }, expect: { to: [pyroscope/prod] } }
      - { labels: { env: prod, a: "1" }, expect: { labels: { env: test, b: "\\x01&" }, tenant: t } }
      - { labels: { env: prod }, expect: { dropped: filtered } }
      - { labels: { env: prod }, expect: { refused: rate } }
      - { labels: { env: dev }, expect: { labels: { env: dev } } }
      - { labels: {}, expect: {} }
`;

const runAll = (t: TestContext, text: string, given: Given = {}, options: { json?: boolean; junit?: string } = {}) =>
  runVerb(t, (sources, io) => runTests({ ...sources, json: options.json ?? false, junit: options.junit }, io), text, {
    files: { 'big.pb.gz': 'x'.repeat(5_000) },
    ...given,
  });

test('test runs what the file asks for: 0 when everything is as expected', async (t) => {
  assert.deepEqual(
    { ...(await runAll(t, config + tests)), dir: '' },
    { code: 0, dir: '', stdout: 'ok   good <one>\n1 passed, 0 failed\n', stderr: '' },
  );
  const none = await runAll(t, config);
  assert.deepEqual([none.code, none.stderr], [0, 'c.yaml: there are no tests\n']);
});

test('test shows what is otherwise, and answers 1', async (t) => {
  const { code, stdout } = await runAll(t, config + tests + bad);
  assert.equal(code, 1);
  assert.equal(
    stdout,
    `ok   good <one>
FAIL bad
  profile 1:
    goes to
    - pyroscope/prod
    + file, pyroscope/prod
  profile 2:
    exporter pyroscope/prod: label a
    - nothing
    + "1"
    exporter pyroscope/prod: label b
    - "\\u0001&"
    + nothing
    exporter pyroscope/prod: label env
    - "test"
    + "prod"
    exporter pyroscope/prod: tenant
    - "t"
    + ""
  profile 3:
    dropped
    - filtered
    + nothing
    goes to
    - nothing
    + pyroscope/prod
  profile 4:
    refused
    - rate
    + nothing
    goes to
    - nothing
    + pyroscope/prod
  profile 5:
    goes to
    - some exporter
    + dropped: filtered
  profile 6:
    refused
    - nothing
    + labels: a series needs at least one label, found none
1 passed, 1 failed
`,
  );
});

test('test colours on a terminal, but for who does not want it', async (t) => {
  const { stdout } = await runAll(t, config + tests + bad, { isTty: true });
  const painted = stdout.replaceAll('\x1b[31m', '<red>').replaceAll('\x1b[32m', '<green>').replaceAll('\x1b[0m', '</>');
  assert.match(painted, /<red>FAIL<\/> bad/);
  assert.match(painted, /<red> {4}- "test"<\/>\n<green> {4}\+ "prod"<\/>/);
  assert.ok(!(await runAll(t, config + tests + bad, { isTty: true, env: { NO_COLOR: '1' } })).stdout.includes('\x1b'));
});

test('test as JSON, and as JUnit in a file', async (t) => {
  let dir = '';
  const seen = (directory: string): void => {
    dir = directory;
  };
  const { code, stdout } = await runAll(t, config + tests + bad, { in: seen }, { json: true, junit: 'report.xml' });
  assert.equal(code, 1);
  const results = JSON.parse(stdout) as { name: string; passed: boolean; failures: { profile: number }[] }[];
  assert.deepEqual(
    results.map(({ name, passed }) => [name, passed]),
    [
      ['good <one>', true],
      ['bad', false],
    ],
  );
  assert.deepEqual(
    results[1]?.failures.map(({ profile }) => profile),
    [1, 2, 3, 4, 5, 6],
  );
  const xml = readFileSync(join(dir, 'report.xml'), 'utf8');
  assert.match(xml, /<testsuite name="[^"]*c\.yaml" tests="2" failures="1" errors="0" time="[\d.]+">/);
  assert.match(xml, /<testcase name="good &lt;one&gt;" [^>]*\/>/);
  assert.match(xml, /<failure message="goes to">[^<]*- pyroscope\/prod&#10;/);
  assert.ok(!xml.includes('\x01'));
});

test('each test has processors of its own, whose time moves when it says so', async (t) => {
  const limit = config
    .replace('tenant: { from_label: team }', 'rate_limit: { profiles_per_second: 1, burst: 1 }')
    .replace('[tenant,', '[rate_limit,');
  const once = `  - name: one
    profiles:
      - { labels: { env: prod }, expect: { to: [pyroscope/prod] } }
      - { labels: { env: prod }, expect: { refused: rate } }
      - { labels: { env: prod }, after: 1s, expect: { to: [pyroscope/prod] } }
`;
  assert.match((await runAll(t, `${limit}tests:\n${once}${once.replace('one', 'two')}`)).stdout, /2 passed, 0 failed/);
});

test('a test that is written wrong is a problem of the configuration', async (t) => {
  const { code, stderr } = await runAll(t, `${config}tests: [{ name: x, profiles: [{ label: {}, expect: {} }] }]\n`);
  assert.equal(code, 78);
  assert.match(stderr, /tests\[0\]\.profiles\[0\]\.label: unknown key "label": did you mean "labels"\?/);
});

test('with several receivers a test must name one', async (t) => {
  const two = config
    .replace('receivers: { pyroscope: {} }', 'receivers: { pyroscope: {}, pyroscope/b: { endpoint: "127.0.0.1:4050" } }')
    .replace('receivers: [pyroscope]', 'receivers: [pyroscope, pyroscope/b]');
  const one = '  - { name: x, RECEIVER profiles: [{ labels: { env: prod }, expect: {} }] }\n';
  assert.match(
    (await runAll(t, `${two}tests:\n${one.replace('RECEIVER', '')}`)).stdout,
    /receiver\n {4}- one of the receivers that feed a pipeline: pyroscope, pyroscope\/b/,
  );
  assert.equal((await runAll(t, `${two}tests:\n${one.replace('RECEIVER', 'receiver: pyroscope/b,')}`)).code, 0);
});
