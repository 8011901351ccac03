import assert from 'node:assert/strict';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { formatProblem } from '../../src/config/problems.ts';
import { directory, goodText, loadFiles, loadText } from './fakes.ts';

test('a good file gives the parsed values, in the order of the file', (t) => {
  const { config, lines } = loadText(t, goodText);
  assert.deepEqual(lines, []);
  assert.deepEqual([...(config?.processors.keys() ?? [])], ['label_drop', 'external_labels']);
  assert.deepEqual(config?.pipelines.get('profiles'), {
    receivers: ['pyroscope'],
    processors: ['label_drop', 'external_labels'],
    exporters: ['pyroscope/staging'],
    pipelines: [],
  });
  assert.deepEqual(config?.exporters.get('pyroscope/staging'), {
    type: 'pyroscope',
    config: {
      endpoints: [{ url: 'http://pyroscope:4040', headers: { 'X-Scope-OrgID': 'squad-1' }, protocol: 'connect', remote_timeout: 10_000 }],
      ack: 'queued',
      queue: { type: 'memory', max_size: 268_435_456 },
    },
  });
  assert.deepEqual(config?.service, {
    admin: { endpoint: '127.0.0.1:4041' },
    memory_limit: 0,
    shutdown: { delay: 0, timeout: 25_000 },
    telemetry: { logs: { level: 'info' } },
  });
});

test('tells every mistake at once, each at its place', (t) => {
  const { config, lines } = loadText(
    t,
    `recievers: {}
receivers:
  pyroscop: {}
  pyroscope:
    endpont: 1
    limits: { max_request_size: 5, max_series_per_request: lots }
    timeouts: { request: soon }
exporters:
  pyroscope:
    endpoints:
      - ulr: http://a
        protocol: grcp
        basic_auth: hunter2
    queue: { type: dsk }
service:
  pipelines:
    a: { receivers: [pyroscope], exporters: [pyroscop] }
  shutdown: { timeout: 5 }
`,
  );
  assert.equal(config, undefined);
  assert.deepEqual(lines, [
    'c.yaml:1:1 recievers: unknown key "recievers": did you mean "receivers"?',
    'c.yaml:3:3 receivers.pyroscop: unknown receiver type "pyroscop": did you mean "pyroscope"?',
    'c.yaml:5:5 receivers.pyroscope.endpont: unknown key "endpont": did you mean "endpoint"?',
    'c.yaml:6:33 receivers.pyroscope.limits.max_request_size: expected at least 1KiB, found 5',
    'c.yaml:6:60 receivers.pyroscope.limits.max_series_per_request: expected a number, found "lots"',
    'c.yaml:7:26 receivers.pyroscope.timeouts.request: expected a duration such as 300ms, 30s or 1m30s, found "soon"',
    'c.yaml:9:3 exporters.pyroscope: warning: no pipeline uses this exporter, so it is not started',
    'c.yaml:11:9 exporters.pyroscope.endpoints[0].ulr: unknown key "ulr": did you mean "url"?',
    'c.yaml:12:19 exporters.pyroscope.endpoints[0].protocol: expected one of connect, grpc, found "grcp": did you mean "grpc"?',
    'c.yaml:13:21 exporters.pyroscope.endpoints[0].basic_auth: expected a map, found text',
    'c.yaml:14:20 exporters.pyroscope.queue.type: expected one of memory, disk, found "dsk": did you mean "disk"?',
    'c.yaml:17:46 service.pipelines.a.exporters[0]: there is no exporter "pyroscop": did you mean "pyroscope"?',
    'c.yaml:18:24 service.shutdown.timeout: expected a duration such as 300ms, 30s or 1m30s, found 5: it has no unit, write 5s for seconds',
  ]);
});

test('says of a key, a type and a section that a later build brings that they are not in this one', (t) => {
  const { lines } = loadText(
    t,
    `${goodText}  telemetry: { metrics: { top_k: 5 } }
tests: []
`.replace('endpoint: 127.0.0.1:4040', 'auth: { basic: {} }\n  otlp: {}'),
  );
  assert.deepEqual(lines, [
    'c.yaml:3:11 receivers.pyroscope.auth: not in this build: nothing would act on it',
    'c.yaml:4:3 receivers.otlp: the receiver otlp is not in this build',
    'c.yaml:20:25 service.telemetry.metrics: not in this build: nothing would act on it',
  ]);
});

test('a required key that is missing is told at the key around it, a misspelt one only once', (t) => {
  const { lines } = loadText(
    t,
    goodText.replace('url: http', 'link: http').replace('    endpoints:', '    queue: { type: disk }\n    endpoints:'),
  );
  assert.deepEqual(lines, [
    'c.yaml:10:5 exporters.pyroscope/staging.queue.dir: required key is missing: expected text',
    'c.yaml:12:9 exporters.pyroscope/staging.endpoints[0].url: required key is missing: expected text',
    'c.yaml:12:9 exporters.pyroscope/staging.endpoints[0].link: unknown key "link"; known: url, name, headers, protocol, remote_timeout, basic_auth, bearer_token',
  ]);
});

test('what only a whole component sees is told as the component words it', (t) => {
  const both = goodText.replace('        headers:', '        basic_auth: { password: x }\n        bearer_token: y\n        headers:');
  assert.deepEqual(loadText(t, both).lines, [
    'c.yaml:13:23 exporters.pyroscope/staging.endpoints[0].bearer_token: at most one of basic_auth and bearer_token',
  ]);
});

test('what a whole component sees is told beside mistakes in its parts, at the keys as they are written', (t) => {
  const text = goodText.replace(
    '        headers:',
    '        basic_auth: { username: x, passwrd: y }\n        bearer_token: y\n        remote_timeout: soon\n        headers:',
  );
  assert.deepEqual(loadText(t, text).lines, [
    'c.yaml:12:36 exporters.pyroscope/staging.endpoints[0].basic_auth.passwrd: unknown key "passwrd": did you mean "password"?',
    'c.yaml:13:23 exporters.pyroscope/staging.endpoints[0].bearer_token: at most one of basic_auth and bearer_token',
    'c.yaml:14:25 exporters.pyroscope/staging.endpoints[0].remote_timeout: expected a duration such as 300ms, 30s or 1m30s, found "soon"',
  ]);
});

test('mistakes below a misspelt key are told with it', (t) => {
  const { lines } = loadText(t, goodText.replace('        headers:', '        basic_ath: { usrname: x }\n        headers:'));
  assert.deepEqual(lines, [
    'c.yaml:12:9 exporters.pyroscope/staging.endpoints[0].basic_ath: unknown key "basic_ath": did you mean "basic_auth"?',
    'c.yaml:12:22 exporters.pyroscope/staging.endpoints[0].basic_ath.usrname: unknown key "usrname": did you mean "username"?',
  ]);
});

test('what is left out for a second look is not told as missing', (t) => {
  const text = goodText
    .replace('    endpoints:', '    queue: { type: disk, dri: 5, max_size: big }\n    endpoints:')
    .replace('url: http://pyroscope:4040', 'url: nowhere');
  assert.deepEqual(
    loadText(t, text).lines.map((line) => line.replace(/: .*/, '')),
    [
      'c.yaml:10:26 exporters.pyroscope/staging.queue.dri',
      'c.yaml:10:44 exporters.pyroscope/staging.queue.max_size',
      'c.yaml:12:14 exporters.pyroscope/staging.endpoints[0].url',
    ],
  );
});

test('a number where text is wanted counts as the text that was written', (t) => {
  const { config } = loadText(t, goodText.replace('squad-1', '007').replace('env: staging', 'version: 1.10, canary: true'));
  assert.deepEqual(config?.processors.get('external_labels')?.config, { labels: { version: '1.10', canary: 'true' } });
  assert.match(JSON.stringify(config?.exporters.get('pyroscope/staging')?.config), /"X-Scope-OrgID":"007"/);
});

test('a password that looks like a number stays what it is', (t) => {
  const text = goodText.replace('        headers:', '        basic_auth: { password: "${PASSWORD}" }\n        headers:');
  const { config, lines } = loadText(t, text, { env: { PASSWORD: '0123' } });
  assert.deepEqual(lines, []);
  const exporter = config?.exporters.get('pyroscope/staging')?.config as {
    endpoints: { basic_auth: { password: { reveal(): string } } }[];
  };
  assert.equal(exporter.endpoints[0]?.basic_auth.password.reveal(), '0123');
});

test('ids need a name after the slash and no blanks', (t) => {
  const { lines } = loadText(
    t,
    'receivers:\n  pyroscope/: {}\n  "pyroscope/a b": {}\nprocessors: [a]\nservice: { pipelines: { p: {} } }\n',
  );
  assert.deepEqual(lines.slice(0, 3), [
    'c.yaml:2:3 receivers.pyroscope/: expected an id such as pyroscope/name, found no name after the slash',
    'c.yaml:2:3 receivers.pyroscope/: warning: no pipeline uses this receiver, so it is not started',
    'c.yaml:3:3 receivers.pyroscope/a b: an id cannot hold blanks or control characters',
  ]);
  assert.ok(lines.includes('c.yaml:4:13 processors: expected a map from ids to settings, found a list'));
});

test('a file that is no map is an error, and so is one without a pipeline, unless it says so', (t) => {
  assert.match(loadText(t, 'hello').lines.join('\n'), /^c\.yaml:1:1: expected a map with receivers/);
  const expected = 'expected service.pipelines such as { profiles: { receivers: [pyroscope], exporters: [pyroscope] } }';
  const empty = loadText(t, '# nothing yet\n');
  assert.equal(empty.config, undefined);
  assert.deepEqual(empty.lines, [`c.yaml:1:1 service.pipelines: nothing is configured, so no profile is taken; ${expected}`]);
  const without = loadText(t, 'receivers: { pyroscope: {} }\n').lines;
  assert.ok(without.includes(`c.yaml:1:1 service.pipelines: there is no pipeline, so no profile is taken; ${expected}`));
  const told = loadText(t, 'service: { pipelines: {} }\n');
  assert.ok(told.config);
  assert.deepEqual(told.lines, [`c.yaml:1:12 service.pipelines: warning: there is no pipeline, so no profile is taken; ${expected}`]);
  // What is misspelt is not also missing.
  assert.equal(loadText(t, 'servce: { pipelines: { p: {} } }\n').lines.length, 1);
});

test('no file at all is no configuration', () => {
  const { config, problems } = loadFiles([]);
  assert.equal(config, undefined);
  assert.deepEqual(problems.map(formatProblem), ['configuration: expected a file or a directory, found none named']);
});

test('files that cannot be read are problems with a place', (t) => {
  const dir = directory(t, { 'a.yaml': 'a: 1\nb: \u00e4' });
  writeFileSync(join(dir, 'latin.yaml'), Buffer.from('a: 1\nb: \xe4\n', 'latin1'));
  mkdirSync(join(dir, 'empty'));
  writeFileSync(join(dir, 'large.yaml'), '#'.repeat(2 ** 20 + 1));
  const told = ['gone.yaml', 'latin.yaml', 'empty', 'large.yaml'].map((name) =>
    loadFiles([join(dir, name)]).problems.map((problem) => formatProblem(problem).replaceAll(`${dir}/`, '')),
  );
  assert.deepEqual(told, [
    ['gone.yaml:1:1: cannot read it: no such file or directory'],
    ['latin.yaml:2:1: expected text in UTF-8, found bytes that are none'],
    ['empty:1:1: expected a directory with .yaml or .alloy files, found none in it'],
    ['large.yaml:1:1: cannot read it: it has 1048577 bytes, more than 1048576'],
  ]);
});

test('a directory is one configuration of its files by name, as Kubernetes mounts them', (t) => {
  const [receivers = '', rest = ''] = goodText.split(/(?=^processors:)/m);
  const dir = directory(t, {
    '..2024_01/b.yaml': rest,
    '..2024_01/a.yml': receivers,
    'notes.txt': 'not ours: [',
    '.draft.yaml': 'not ours: [',
  });
  symlinkSync('..2024_01', join(dir, '..data'));
  symlinkSync('..data/a.yml', join(dir, 'a.yml'));
  symlinkSync('..data/b.yaml', join(dir, 'b.yaml'));
  const { config, problems, sources } = loadFiles([dir]);
  assert.deepEqual(problems.map(formatProblem), []);
  assert.deepEqual(
    sources.map(({ name }) => name),
    [join(dir, 'a.yml'), join(dir, 'b.yaml')],
  );
  assert.ok(config?.pipelines.has('profiles'));
});

test('a directory of two languages is refused', (t) => {
  const dir = directory(t, { 'a.yaml': '', 'b.alloy': '' });
  assert.match(loadFiles([dir]).problems.map(formatProblem).join(), /expected files of one language/);
});

test('.alloy and .river files go to their own front-end, and --set works on what it yields', (t) => {
  const dir = directory(t, { 'a.river': 'x' });
  const { config, language } = loadFiles([join(dir, 'a.river')], {
    sets: ['service.admin.endpoint=127.0.0.1:9999'],
    alloy: (files) => ({
      tree: {
        value: { service: { pipelines: { [files[0]?.text ?? '']: {} } } },
        place: () => ({ source: 'a.river', line: 3, column: 7, through: undefined }),
      },
      problems: [],
    }),
  });
  assert.equal(language, 'alloy');
  assert.deepEqual([...(config?.pipelines.keys() ?? [])], ['x']);
  assert.equal(config?.service.admin.endpoint, '127.0.0.1:9999');
});
