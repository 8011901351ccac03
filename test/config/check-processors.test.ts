import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { loadSources } from '../../src/cli/sources.ts';
import { formatProblem } from '../../src/config/problems.ts';
import { directory } from './fakes.ts';

/** What the components of this build have to say of a pipeline with these processors, and of their place in it. */
function problems(
  t: TestContext,
  processors: Readonly<Record<string, unknown>>,
  order: readonly string[] = Object.keys(processors),
): string[] {
  const config = {
    receivers: { pyroscope: {} },
    processors,
    exporters: { 'pyroscope/a': { endpoints: [{ url: 'http://a' }] }, 'pyroscope/b': { endpoints: [{ url: 'http://b' }] } },
    service: { pipelines: { main: { receivers: ['pyroscope'], processors: order, exporters: ['pyroscope/a', 'pyroscope/b'] } } },
  };
  const file = join(directory(t), 'c.yaml');
  writeFileSync(file, JSON.stringify(config).replaceAll('$', '$$$$'));
  const silent = { write: () => {}, isTty: false };
  const io = { stdout: silent, stderr: silent, env: {}, cwd: '/' };
  const loaded = loadSources({ files: [file], sets: [], strict: false, secretsDir: undefined, queueDir: undefined }, io);
  return loaded.problems.map((problem) => formatProblem(problem).replace(/^\S+ /, ''));
}

const everywhere = { match: '{}', to: ['pyroscope/a', 'pyroscope/b'] };

test('a good order and good routes draw no word', (t) => {
  const route = { routes: [{ match: '{env="prod"}', to: ['pyroscope/a'] }], default: ['pyroscope/b'] };
  const tenant = { from_label: '__tenant_id__' };
  assert.deepEqual(problems(t, { tenant, sample: { ratio: 0.5, key: ['service_name', 'pod'] }, label_drop: {}, route }), []);
});

test('a route must lead to an output of its pipeline, and every output be led to', (t) => {
  assert.deepEqual(problems(t, { route: { routes: [{ match: '{a="1"}', to: ['pyroscope/aa'] }], default: ['pyroscope/b'] } }), [
    'processors.route.routes[0].to[0]: "pyroscope/aa" is no output of pipeline main, which uses this router: did you mean "pyroscope/a"?',
    'service.pipelines.main.exporters[0]: warning: "pyroscope/a" gets nothing: no route of "route" leads there',
  ]);
});

test('a router that does not stand last is an error', (t) => {
  assert.match(problems(t, { route: { routes: [everywhere] }, label_drop: {} })[0] ?? '', /it must stand last/);
});

test('a route that nothing reaches, and a matcher that nothing matches', (t) => {
  const routes = [
    { match: '{a="1"}', to: ['pyroscope/a'] },
    { match: '{a="1"}', to: ['pyroscope/b'] },
    everywhere,
    { match: '{b="1"}', to: ['pyroscope/b'] },
  ];
  assert.deepEqual(problems(t, { route: { routes } }), [
    'processors.route.routes[1].match: warning: never reached: routes[0] takes all of it and does not continue',
    'processors.route.routes[3].match: warning: never reached: routes[2] takes all of it and does not continue',
  ]);
  assert.deepEqual(problems(t, { filter: { include: ['{a="1", a=~"2|3"}'], exclude: ['{b="x",b!="x"}'] } }), [
    'processors.filter.include[0]: warning: can never match: a="1" and a=~"2|3" exclude each other',
    'processors.filter.exclude[0]: warning: can never match: b="x" and b!="x" exclude each other',
  ]);
});

test('a label that label_drop has removed is not there to decide by, unless something sets it again', (t) => {
  const tenant = { from_label: '__tenant_id__' };
  assert.deepEqual(problems(t, { label_drop: {}, tenant }), [
    'service.pipelines.main.processors[1]: warning: "tenant" asks for the label __tenant_id__, which "label_drop" has removed by then: put it before',
  ]);
  const relabel = { rules: [{ source_labels: ['team'], target_label: '__tenant_id__' }] };
  assert.deepEqual(problems(t, { label_drop: {}, relabel, tenant }), []);
});

test('rules that can do nothing, and rules that leave nothing', (t) => {
  const rules = [
    { regex: 'tmp_.*', action: 'labeldrop' },
    { source_labels: ['tmp_a'], regex: '(.+)', target_label: 'b' },
    { source_labels: ['tmp_a'], target_label: 'c' },
    { source_labels: ['tmp_a'], regex: 'x', action: 'keep' },
    { source_labels: ['a'], regex: '.*', action: 'drop' },
    { source_labels: ['a'], target_label: 'd' },
  ];
  assert.deepEqual(problems(t, { relabel: { rules } }), [
    'processors.relabel.rules[1]: warning: can never match: rules[0] has removed what it looks at',
    'processors.relabel.rules[3]: warning: drops every profile: rules[0] has removed what it looks at',
    'processors.relabel.rules[4]: warning: drops every profile: no rule behind it is reached',
  ]);
});

test('a key of service_name alone, and a limit that limits nothing, draw a warning', (t) => {
  assert.deepEqual(problems(t, { sample: { ratio: 0.5, key: ['service_name'] }, rate_limit: {} }), [
    'processors.sample.key: warning: a key of service_name alone keeps some services whole and drops the others whole',
    'processors.rate_limit: warning: limits nothing: set profiles_per_second or bytes_per_second',
  ]);
});
