import assert from 'node:assert/strict';
import { test } from 'node:test';
import { errorsOf, read, told, treeOf } from './support.ts';

const declared = `declare "feature" {
  argument "to" {
  }
  argument "port" {
    optional = true
    default = 4040
    comment = "where it listens"
  }
  pyroscope.receive_http "in" {
    forward_to = argument.to.value
    http {
      listen_port = argument.port.value
    }
  }
  pyroscope.relabel "r" {
    forward_to = argument.to.value
  }
  export "receiver" {
    value = pyroscope.relabel.r.receiver
  }
}
`;
const out = 'pyroscope.write "out" {\n  endpoint {\n    url = "http://up"\n  }\n}\n';

interface Shape {
  readonly receivers: Record<string, { endpoint: string }>;
  readonly service: { pipelines: Record<string, { pipelines?: string[] }> };
}

test('expands each use of a declare block under a name of its own', () => {
  const uses = `${out}feature "a" {\n  to = [pyroscope.write.out.receiver]\n}\nfeature "b" {\n  to = [feature.a.receiver]\n  port = 5050\n}\n`;
  const tree = treeOf(uses + declared) as Shape;
  assert.deepEqual(
    Object.entries(tree.receivers).map(([id, { endpoint }]) => [id, endpoint]),
    [
      ['pyroscope/feature.a.in', '[::]:4040'],
      ['pyroscope/feature.b.in', '[::]:5050'],
    ],
  );
  assert.deepEqual(tree.service.pipelines['receive_http/feature.b.in']?.pipelines, ['relabel/feature.a.r']);
  assert.deepEqual(tree.service.pipelines['relabel/feature.a.r']?.pipelines, ['write/out']);
});

test('asks for the arguments that must be given, and for no others', () => {
  assert.deepEqual(errorsOf(`${declared}feature "a" {\n  prot = 1\n}\n`), [
    '22:1 feature.a: missing required argument "to" of feature',
    '23:3 feature.a: unrecognized attribute name "prot": did you mean "port"?',
  ]);
});

test('says once what is wrong inside of a declare block, however often it is used', () => {
  const text =
    'declare "d" {\n  pyroscope.write "w" {\n    nope = 1\n  }\n  pyroscope.relabel "r" {\n    forward_to = [argument.gone.value]\n  }\n}\nd "a" {\n}\nd "b" {\n}\n';
  assert.deepEqual(
    errorsOf(text).map((line) => line.replace(/;.*/, '')),
    [
      '3:5 d.a.pyroscope.write.w: unrecognized attribute name "nope"',
      '6:19 d.a.pyroscope.relabel.r.forward_to: argument "gone" is not declared in this module',
    ],
  );
});

test('does not look inside of a declare block that nobody uses', () => {
  assert.deepEqual(errorsOf('declare "d" {\n  pyroscope.write "w" {\n    nope = 1\n  }\n}\n'), []);
});

test('keeps what is in a module out of sight of what is around it, both ways', () => {
  assert.match(
    errorsOf(
      `${out}declare "d" {\n  pyroscope.relabel "r" {\n    forward_to = [pyroscope.write.out.receiver]\n  }\n}\nd "a" {\n}\n`,
    ).join(),
    /does not exist or is out of scope/,
  );
  assert.match(
    errorsOf(
      `${declared}${out}feature "a" {\n  to = []\n}\npyroscope.relabel "r" {\n  forward_to = [pyroscope.relabel.r2.receiver, feature.a.nope]\n}\n`,
    ).join(),
    /out of scope/,
  );
  assert.match(
    errorsOf(`${declared}feature "a" {\n  to = []\n}\npyroscope.relabel "r" {\n  forward_to = [feature.a.nope]\n}\n`).join(),
    /field "nope" does not exist/,
  );
});

test('imports the declares of a file, of a directory, and of what these import', () => {
  const files = {
    'lib/one.alloy': declared,
    'dir/a.alloy': 'declare "outer" {\n  argument "to" {\n  }\n  inner "x" {\n    to = argument.to.value\n  }\n}\n',
    'dir/b.alloy':
      'import.file "lib" {\n  filename = file.path_join(module_path, "../lib/one.alloy")\n}\ndeclare "inner" {\n  argument "to" {\n  }\n  lib.feature "y" {\n    to = argument.to.value\n  }\n}\n',
  };
  const text = `${out}import.file "ns" {\n  filename = "dir"\n}\nns.outer "z" {\n  to = [pyroscope.write.out.receiver]\n}\n`;
  const tree = treeOf(text, { files }) as Shape;
  assert.deepEqual(Object.keys(tree.receivers), ['pyroscope/ns.outer.z.inner.x.lib.feature.y.in']);
});

test('reports mistakes of an imported file in that file', () => {
  const files = { 'm.alloy': 'declare "d" {\n  x = \n}\npyroscope.write "w" {\n}\n' };
  const { problems } = read('import.file "ns" {\n  filename = "m.alloy"\n}\n', { files });
  assert.deepEqual(
    problems.map(({ place, message }) => `${place.source}:${place.line}:${place.column} ${message}`),
    [
      'm.alloy:3:1 expected a value, found "}"',
      'm.alloy:4:1 pyroscope.write may not stand at the top of an imported module: only declare and import.file may',
    ],
  );
  assert.match(errorsOf('import.file "ns" {\n  filename = "gone"\n}\n').join(), /2:3 import.file.ns: cannot read gone: ENOENT/);
});

test('knows inside of a module what an argument was read through outside', () => {
  const text = `declare "d" {\n  argument "token" {\n  }\n  pyroscope.write "w" {\n    endpoint {\n      url = "http://up"\n      bearer_token = argument.token.value\n    }\n  }\n}\nlocal.file "t" {\n  filename = "t"\n}\nd "a" {\n  token = local.file.t.content\n}\n`;
  const { tree, foreign } = read(text, { files: { t: 'secret\n' } });
  assert.equal(tree?.place(['exporters', 'pyroscope/d.a.w', 'endpoints', 0, 'bearer_token']).through, 'argument.token.value');
  assert.deepEqual(
    foreign.filter(({ written }) => written === 'argument.token.value'),
    ['secret\n', 'secret'].map((value) => ({ written: 'argument.token.value', value, yaml: '${file:t}' })),
  );
});

test('refuses modules that contain themselves, and a few lines that ask for millions of blocks', () => {
  assert.match(errorsOf('declare "d" {\n  d "x" {\n  }\n}\nd "a" {\n}\n').join(), /nested too deeply/);
  assert.match(
    errorsOf('import.file "m" {\n  filename = "m"\n}\n', { files: { m: 'import.file "m" {\n  filename = "m"\n}\n' } }).join(),
    /nested too deeply/,
  );
  const doubling = Array.from({ length: 19 }, (_, at) => `declare "d${at}" {\n  d${at + 1} "x" {\n  }\n  d${at + 1} "y" {\n  }\n}\n`).join(
    '',
  );
  const leaf = 'declare "d19" {\n  pyroscope.write "w" {\n    endpoint {\n      url = sys.env("X")\n    }\n  }\n}\n';
  const { problems, foreign } = read(`${doubling}${leaf}d0 "a" {\n}\n`, { env: { X: 'x' } });
  assert.match(told(problems).join(), /there are more than 10000/);
  assert.ok(foreign.length < 10_000);
});

test('refuses blocks of a module outside of one, and blocks of a file inside of one', () => {
  assert.match(errorsOf('argument "x" {\n}\n').join(), /1:1 argument.x: argument blocks may only stand in a declare block/);
  assert.match(
    errorsOf('declare "d" {\n  logging {\n  }\n}\nd "a" {\n}\n').join(),
    /2:3 logging: logging may only stand at the top of a file/,
  );
  assert.match(errorsOf('declare {\n}\n').join(), /1:1 declare: block "declare" requires non-empty label/);
  assert.match(errorsOf('declare "d" {\n}\ndeclare "d" {\n}\n').join(), /3:1 declare.d: "d" is already declared/);
});

test('skips what a module has of other families as it does outside, and an instance as a whole when there is nothing else in it', () => {
  const loki = '  loki.write "l" {\n  }\n';
  const write = '  pyroscope.write "w" {\n  }\n';
  const uses = 'd "a" {\n}\nd "b" {\n}\n';
  assert.deepEqual(told(read(`declare "d" {\n${loki}${write}}\n${uses}`).problems), [
    'warning 2:3 loki.write.l: loki.write skipped: it is not part of Flamegate',
  ]);
  const why = 'd skipped: nothing in it is of pyroscope.*, and nothing of pyroscope.* uses it';
  assert.deepEqual(told(read(`declare "d" {\n${loki}}\n${uses}`).problems), [`warning 5:1 d.a: ${why}`, `warning 7:1 d.b: ${why}`]);
});

const foreign = 'loki.write "l" {\n}\n';

test('hands values of other families on unevaluated, through arguments, defaults, lists, nested modules and exports', () => {
  const inner =
    'declare "inner" {\n  argument "lines" {\n  }\n  argument "more" {\n    optional = true\n    default = [argument.lines.value]\n  }\n  argument "to" {\n  }\n' +
    '  loki.process "p" {\n    forward_to = argument.more.value\n  }\n  pyroscope.relabel "r" {\n    forward_to = argument.to.value\n  }\n' +
    '  export "lines" {\n    value = array.concat([loki.process.p.receiver], argument.lines.value, [argument.more.value[0][0].x + "y"])\n  }\n}\n';
  const outer = `declare "outer" {\n  argument "lines" {\n  }\n  argument "to" {\n  }\n  inner "i" {\n    lines = argument.lines.value\n    to = argument.to.value\n  }\n  export "lines" {\n    value = inner.i.lines\n  }\n}\n`;
  const use = `outer "o" {\n  lines = [loki.write.l.receiver]\n  to = [pyroscope.write.out.receiver]\n}\nloki.echo "e" {\n  forward_to = outer.o.lines\n}\n`;
  const { tree, problems } = read(`${inner}${outer}${foreign}${out}${use}`);
  assert.deepEqual(
    told(problems).map((line) => line.replace(/.* (.*) skipped: it is not part of Flamegate$/, '$1')),
    ['loki.process', 'loki.write', 'loki.echo'],
  );
  const { pipelines } = (tree as { readonly value: Shape }).value.service;
  assert.deepEqual(pipelines['relabel/outer.o.inner.i.r']?.pipelines, ['write/out']);
});

test('refuses such a value where something of pyroscope.* takes it, at that place', () => {
  const taken = (value: string): string[] =>
    errorsOf(
      `declare "d" {\n  argument "to" {\n  }\n  pyroscope.relabel "r" {\n    forward_to = ${value}\n  }\n}\n${foreign}d "a" {\n  to = [loki.write.l.receiver]\n}\n`,
    );
  const why = 'loki.write.l cannot be used: loki.write is not part of Flamegate';
  assert.deepEqual(taken('argument.to.value'), [`5:18 d.a.pyroscope.relabel.r.forward_to: ${why}`]);
  assert.deepEqual(taken('array.concat(argument.to.value, [])'), [`5:18 d.a.pyroscope.relabel.r.forward_to: ${why}`]);
  assert.deepEqual(
    errorsOf(`${foreign}pyroscope.write "w" {\n  endpoint {\n    url = -loki.write.l.x\n    remote_timeout = loki.write.l.y\n  }\n}\n`),
    [`5:11 pyroscope.write.w.endpoint.url: ${why}`, `6:22 pyroscope.write.w.endpoint.remote_timeout: ${why}`],
  );
});

test('does not evaluate an argument that only other families use, but its names have to exist', () => {
  const declared =
    'declare "d" {\n  argument "lines" {\n  }\n  loki.echo "e" {\n    forward_to = argument.lines.value\n  }\n  pyroscope.write "w" {\n  }\n}\n';
  const file = 'local.file "f" {\n  filename = "gone"\n}\n';
  assert.deepEqual(errorsOf(`${declared}${file}d "a" {\n  lines = local.file.f.content\n}\n`), []);
  assert.match(
    errorsOf(`${declared}d "a" {\n  lines = [loki.write.gone.receiver]\n}\n`).join(),
    /^11:12 d.a.lines: component "loki.write.gone.receiver" does not exist/,
  );
  const skipped = declared.replace('pyroscope.write', 'loki.write');
  assert.match(
    errorsOf(`${skipped}d "a" {\n  lines = [loki.write.gone.receiver]\n}\n`).join(),
    /^11:12 d.a: component "loki.write.gone.receiver" does not exist/,
  );
  assert.match(errorsOf(`${skipped.replace('loki.echo', 'loki.ehco')}d "a" {\n  lines = 1\n}\n`).join(), /^4:3 .*did you mean "loki.echo"/);
});

test('evaluates an instance that exports something pyroscope.* uses, though nothing in it is of pyroscope.*', () => {
  const text = `declare "d" {\n  argument "host" {\n  }\n  export "url" {\n    value = "http://" + argument.host.value\n  }\n}\nd "a" {\n  host = "h"\n}\npyroscope.write "w" {\n  endpoint {\n    url = d.a.url\n  }\n}\n`;
  const tree = treeOf(text) as { exporters: Record<string, { endpoints: { url: string }[] }> };
  assert.equal(tree.exporters['pyroscope/w']?.endpoints[0]?.url, 'http://h');
});
