import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { formatProblem } from '../../src/config/problems.ts';
import { directory, goodText, loadFiles, loadText } from './fakes.ts';

test('maps of several files are joined, also inside of one component', (t) => {
  const dir = directory(t, {
    'a.yaml': goodText,
    'b.yaml': 'exporters:\n  pyroscope/staging: { ack: delivered }\nprocessors:\n  label_drop: { names: [pod] }\n',
  });
  const { config, problems } = loadFiles([join(dir, 'a.yaml'), join(dir, 'b.yaml')]);
  assert.deepEqual(problems, []);
  assert.deepEqual(config?.processors.get('label_drop')?.config, { names: ['pod'] });
});

test('a key with nothing behind it in a second file takes nothing away', (t) => {
  const dir = directory(t, { 'a.yaml': goodText, 'b.yaml': 'receivers:\nexporters:\n  pyroscope/staging:\n' });
  assert.ok(loadFiles([dir]).config?.receivers.has('pyroscope'));
});

test('two files that write the same scalar or list are told with both places', (t) => {
  const dir = directory(t, {
    'a.yaml': goodText,
    'b.yaml': 'receivers:\n  pyroscope: { endpoint: 127.0.0.1:4040 }\nservice:\n  pipelines: { profiles: { receivers: [pyroscope] } }\n',
  });
  assert.deepEqual(
    loadFiles([dir]).problems.map((problem) => formatProblem(problem).replaceAll(`${dir}/`, '')),
    [
      'b.yaml:2:16 receivers.pyroscope.endpoint: written in two files: it stands at a.yaml:3:15 already',
      'b.yaml:4:28 service.pipelines.profiles.receivers: written in two files: it stands at a.yaml:16:18 already',
    ],
  );
});

test('--set goes over the files, the last one last, and types its value', (t) => {
  const { config, tree } = loadText(t, goodText, {
    sets: [
      'service.admin.endpoint=127.0.0.1:9999',
      'service.admin.endpoint=[::]:4041',
      'receivers.pyroscope.limits.max_series_per_request=5',
      'exporters.pyroscope/staging.endpoints[0].remote_timeout=3s',
      'exporters.pyroscope/staging.endpoints[1]={ url: http://second, headers: {} }',
      'processors.external_labels.labels["a.b"]=c',
      'processors.external_labels.labels.env=',
    ],
  });
  assert.equal(config?.service.admin.endpoint, '[::]:4041');
  assert.deepEqual(config?.processors.get('external_labels')?.config, { labels: { env: '', 'a.b': 'c' } });
  assert.match(JSON.stringify(config?.exporters.get('pyroscope/staging')?.config), /"remote_timeout":3000.*http:\/\/second/);
  assert.match(JSON.stringify(config?.receivers.get('pyroscope')?.config), /"max_series_per_request":5/);
  assert.deepEqual(tree?.place(['exporters', 'pyroscope/staging', 'endpoints', 0, 'remote_timeout']), {
    source: '--set',
    line: 4,
    column: 57,
    through: undefined,
  });
});

test('a --set that cannot be is told with its number and path', (t) => {
  const sets = [
    'nonsense',
    'receivers.pyroscope.endpoint.host=x',
    'exporters.pyroscope/staging.endpoints[7].url=http://x',
    'receivers.pyroscope[0]=x',
    'receivers.pyroscope.endpiont=x',
    'receivers.pyroscope.limits.max_series_per_request=many',
    'a=${GONE}',
    '__proto__.x=1',
    '=x',
  ];
  assert.deepEqual(loadText(t, goodText, { sets }).lines, [
    '--set:1:1: expected path=value such as service.admin.endpoint=127.0.0.1:9999, found "nonsense"',
    '--set:2:1 receivers.pyroscope.endpoint.host: expected a map around host, found a value',
    '--set:3:1 exporters.pyroscope/staging.endpoints[7].url: the list has 1 items: [1] would add one, [7] leaves a gap',
    '--set:4:1 receivers.pyroscope[0]: expected a list before [0], found a map',
    '--set:5:1 receivers.pyroscope.endpiont: unknown key "endpiont": did you mean "endpoint"?',
    '--set:6:51 receivers.pyroscope.limits.max_series_per_request: expected a number, found "many"',
    '--set:7:1 a: environment variable GONE is not set; write ${GONE:-} if it may be empty',
    '--set:8:1: expected path=value such as service.admin.endpoint=127.0.0.1:9999, found "__proto__.x"',
    '--set:9:1: expected path=value such as service.admin.endpoint=127.0.0.1:9999, found ""',
  ]);
});
