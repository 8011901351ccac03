import assert from 'node:assert/strict';
import { mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { directory, goodText, loadText } from './fakes.ts';

function withPipelines(pipelines: string): string {
  return `receivers: { pyroscope: {} }
processors: { label_drop: {}, choose: {} }
exporters: { pyroscope: { endpoints: [{ url: http://x }] } }
service:
  pipelines:
${pipelines}`;
}

test('a reference to nothing is told at its place, with what there is', (t) => {
  const text = withPipelines('    p: { receivers: [pyroscop], processors: [zzz], exporters: [file], pipelines: [q] }\n');
  assert.deepEqual(
    loadText(t, text).lines.filter((line) => !line.includes('warning')),
    [
      'c.yaml:6:22 service.pipelines.p.receivers[0]: there is no receiver "pyroscop": did you mean "pyroscope"?',
      'c.yaml:6:46 service.pipelines.p.processors[0]: there is no processor "zzz"; known: label_drop, choose',
      'c.yaml:6:64 service.pipelines.p.exporters[0]: there is no exporter "file"; known: pyroscope',
      'c.yaml:6:83 service.pipelines.p.pipelines[0]: there is no pipeline "q"; known: p',
    ],
  );
});

test('warns of what nothing uses and of ways that end nowhere', (t) => {
  const { config, lines } = loadText(t, withPipelines('    a: { receivers: [pyroscope] }\n    b: { exporters: [pyroscope] }\n'));
  assert.ok(config);
  assert.deepEqual(lines, [
    'c.yaml:2:15 processors.label_drop: warning: no pipeline uses this processor, so it is not started',
    'c.yaml:2:31 processors.choose: warning: no pipeline uses this processor, so it is not started',
    'c.yaml:6:5 service.pipelines.a: warning: this pipeline has no outputs: what enters it is accepted and kept nowhere',
    'c.yaml:7:5 service.pipelines.b: warning: nothing enters this pipeline: no receiver, no other pipeline',
  ]);
});

test('a cycle of pipelines is told once, with its way', (t) => {
  const text = withPipelines(
    '    a: { receivers: [pyroscope], pipelines: [b] }\n    b: { pipelines: [c, d] }\n    c: { pipelines: [b] }\n    d: { exporters: [pyroscope] }\n',
  );
  assert.deepEqual(
    loadText(t, text).lines.filter((line) => !line.includes('warning')),
    ['c.yaml:8:22 service.pipelines.c.pipelines[0]: profiles would go round: b -> c -> b'],
  );
  assert.match(loadText(t, withPipelines('    a: { pipelines: [a] }\n')).lines.join('\n'), /profiles would go round: a -> a/);
});

test('a way that two pipelines lead to is no cycle', (t) => {
  const text = withPipelines(
    '    a: { receivers: [pyroscope], pipelines: [b, c] }\n    b: { pipelines: [d] }\n    c: { pipelines: [d] }\n    d: { exporters: [pyroscope] }\n',
  );
  assert.ok(loadText(t, text).config);
});

test('a receiver that enters twice is an error, an output that is named twice a warning', (t) => {
  const { lines } = loadText(
    t,
    withPipelines('    a: { receivers: [pyroscope, pyroscope], processors: [label_drop, choose], exporters: [pyroscope, pyroscope] }\n'),
  );
  assert.deepEqual(lines, [
    'c.yaml:6:33 service.pipelines.a.receivers[1]: "pyroscope" stands at c.yaml:6:22 already: every profile would go this way twice',
    'c.yaml:6:102 service.pipelines.a.exporters[1]: warning: "pyroscope" stands at c.yaml:6:91 already: every profile would go this way twice',
  ]);
});

test('a router must stand last', (t) => {
  const { lines } = loadText(
    t,
    withPipelines('    a: { receivers: [pyroscope], processors: [choose, label_drop], exporters: [pyroscope] }\n'),
  );
  assert.deepEqual(lines, [
    'c.yaml:6:47 service.pipelines.a.processors[0]: "choose" picks among the outputs of its pipeline: it must stand last',
  ]);
});

test('two exporters in one directory are refused, by whatever way they get there', (t) => {
  const dir = directory(t);
  mkdirSync(join(dir, 'real'));
  symlinkSync('real', join(dir, 'link'));
  const exporter = (id: string, path: string): string =>
    `  pyroscope/${id}: { endpoints: [], queue: { type: disk, dir: ${join(dir, path)} } }\n`;
  const files = `  files: { dir: ${join(dir, 'link/other')} }\n`;
  const text = `exporters:\n${exporter('a', 'real/q')}${exporter('b', 'link/./q/')}${exporter('c', 'real/other')}${files}`;
  const { lines } = loadText(t, text);
  assert.deepEqual(
    lines.filter((line) => !line.includes('warning')),
    [
      'c.yaml:3:54 exporters.pyroscope/b.queue.dir: what stands at c.yaml:2:59 has this directory already: each exporter needs its own',
      'c.yaml:5:12 exporters.files.dir: what stands at c.yaml:4:59 has this directory already: each exporter needs its own',
    ],
  );
});

test('two receivers, or a receiver and the admin endpoint, cannot share an address', (t) => {
  const text = goodText.replace(
    'processors:\n',
    '  pyroscope/b:\n  pyroscope/c: { endpoint: "127.0.0.1:0" }\n  pyroscope/d: { endpoint: "127.0.0.1:0" }\nprocessors:\n',
  );
  const { lines } = loadText(t, `${text}  admin: { endpoint: 127.0.0.1:4040 }\n`);
  assert.deepEqual(
    lines.filter((line) => !line.includes('warning')),
    [
      'c.yaml:4:3 receivers.pyroscope/b.endpoint: receivers.pyroscope listens on this address already',
      'c.yaml:22:12 service.admin.endpoint: receivers.pyroscope listens on this address already',
    ],
  );
});

test('advises a name where the backlog is found by it, and says what is not in force', (t) => {
  const text = goodText.replace(
    '    endpoints:',
    '    ack: delivered\n    queue: { type: disk, dir: ./q, max_size: 1GiB }\n    endpoints:',
  );
  assert.deepEqual(loadText(t, text).lines, [
    'c.yaml:11:36 exporters.pyroscope/staging.queue.max_size: warning: not in force with ack: delivered, where max_in_flight of the receiver is the bound',
    'c.yaml:13:9 exporters.pyroscope/staging.endpoints[0]: warning: without a name the backlog on disk is found by the URL: give it a `name`',
  ]);
});

test('no endpoints is legal, with a warning', (t) => {
  const { config, lines } = loadText(
    t,
    withPipelines('    a: { receivers: [pyroscope], exporters: [pyroscope] }\n')
      .replace('[{ url: http://x }]', '[]')
      .replace('{ label_drop: {}, choose: {} }', '{}'),
  );
  assert.ok(config);
  assert.deepEqual(lines, ['c.yaml:3:27 exporters.pyroscope.endpoints: warning: no endpoints: profiles are accepted and sent nowhere']);
});

test('warns of a tenant header without a value, whatever its case and wherever it stands', (t) => {
  const endpoints = '[{ url: http://x, headers: { x-scope-orgid: "" } }, { url: http://y, headers: { X-Scope-OrgID: a } }]';
  const { config, lines } = loadText(
    t,
    withPipelines('    a: { receivers: [pyroscope], exporters: [pyroscope] }\n')
      .replace('[{ url: http://x }]', endpoints)
      .replace('{ label_drop: {}, choose: {} }', '{}'),
  );
  assert.ok(config);
  assert.equal(lines.length, 1);
  assert.match(lines[0] ?? '', /^c\.yaml:3:67 exporters\.pyroscope\.endpoints\[0\]\.headers\.x-scope-orgid: warning: empty tenant: /);
});

test('warns of a URL that names the procedure too, and says what its base is', (t) => {
  const lines = (url: string): string[] =>
    loadText(
      t,
      withPipelines('    a: { receivers: [pyroscope], exporters: [pyroscope] }\n')
        .replace('http://x', url)
        .replace('{ label_drop: {}, choose: {} }', '{}'),
    ).lines.map((line) => line.replace(/^.*: write /, ''));
  assert.deepEqual(lines('http://u:p@h:1/a/ingest/'), ['http://h:1/a']);
  assert.deepEqual(lines('http://h/push.v1.PusherService/Push'), ['http://h']);
  assert.deepEqual(lines('http://h/ingester'), []);
});
