import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { emitYaml } from '../../src/config/emit.ts';
import { treeOf } from '../../src/config/nodes.ts';
import { parseYaml } from '../../src/config/yaml.ts';

function readBack(text: string): unknown {
  const { node, problems } = parseYaml({ text, source: 'c.yaml' }, { env: {}, readFile: () => '' });
  assert.deepEqual(problems, []);
  assert.ok(node);
  return treeOf(node).value;
}

test('writes maps as blocks, short lists on one line, and quotes what would be read as something else', () => {
  const value = {
    endpoint: '127.0.0.1:4040',
    labels: { env: 'prod', version: '1.10', 'a: b': '' },
    rules: [
      { regex: '^a$', to: ['x', 'y'] },
      { on: 'yes', off: 'true' },
    ],
    none: [],
    empty: {},
  };
  assert.equal(
    emitYaml(value),
    `endpoint: 127.0.0.1:4040
labels:
  env: prod
  version: "1.10"
  "a: b": ""
rules:
  - regex: "^a$"
    to: [x, y]
  - on: yes
    off: "true"
none: []
empty: {}
`,
  );
});

test('a text of lines is a block', () => {
  const value = { tls: { ca_pem: '-----BEGIN\nabc\n-----END\n', key: 'a\nb' } };
  assert.equal(emitYaml(value), 'tls:\n  ca_pem: |\n    -----BEGIN\n    abc\n    -----END\n  key: |-\n    a\n    b\n');
});

test('a dollar that would begin a reference is escaped, a reference is written as one', () => {
  assert.equal(emitYaml({ a: '${HOST}', b: '$1', c: '$$' }), 'a: "$${HOST}"\nb: "$1"\nc: "$$$"\n');
  assert.equal(emitYaml({ a: 'secret' }, { reference: () => '${env:A}' }), 'a: ${env:A}\n');
  assert.equal(emitYaml({ a: 'secret\nlines\n' }, { reference: () => '${file:a}' }), 'a: ${file:a}\n', 'however many lines it has');
});

test('a comment stands behind every value', () => {
  assert.equal(
    emitYaml({ a: [1, { b: 'x\ny' }] }, { comment: (path) => path.join('.') }),
    'a:\n  - 1 # a.0\n  - b: |- # a.1.b\n      x\n      y\n',
  );
});

test('reads back as what it was, whatever the data', () => {
  const text = fc.oneof(
    fc.string(),
    fc
      .array(fc.constantFrom('a', '-', '$', '{', '}', '\n', ' ', ':', '#', '"', "'", '<<', '|', '5', 'true', '\t', '['))
      .map((parts) => parts.join('')),
  );
  const scalar = fc.oneof(text, fc.integer(), fc.boolean(), fc.constant(null));
  const key = text.filter((name) => name !== '<<' && name !== '__proto__');
  const { value } = fc.letrec((tie) => ({
    value: fc.oneof(
      { depthSize: 'small' },
      scalar,
      fc.array(tie('value'), { maxLength: 4 }),
      fc.dictionary(key, tie('value'), { maxKeys: 4 }),
    ),
  }));
  fc.assert(
    fc.property(fc.dictionary(key, value, { maxKeys: 4 }), (data) => {
      // fc.dictionary makes objects without a prototype
      assert.deepEqual(readBack(emitYaml(data)), JSON.parse(JSON.stringify(data)));
    }),
    { numRuns: 500 },
  );
});
