import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { References } from '../../src/config/env.ts';
import { treeOf } from '../../src/config/nodes.ts';
import { formatProblem } from '../../src/config/problems.ts';
import type { Path, Tree } from '../../src/config/tree.ts';
import { parseYaml } from '../../src/config/yaml.ts';

const from: References = {
  env: { PORT: '4040', TRUE: 'true', EMPTY: '', TEXT: 'a: [b', TENANT: '007' },
  readFile: () => {
    throw new Error('no files here');
  },
};

function parse(text: string): Tree {
  const { node, problems } = parseYaml({ text, source: 'c.yaml' }, from);
  assert.deepEqual(problems.map(formatProblem), []);
  assert.ok(node);
  return treeOf(node);
}

function problems(text: string): string[] {
  return parseYaml({ text, source: 'c.yaml' }, from).problems.map(formatProblem);
}

function at(tree: Tree, path: Path, what: 'key' | 'value' = 'value'): string {
  const { line, column } = tree.place(path, what);
  return `${line}:${column}`;
}

test('reads the core schema of YAML 1.2', () => {
  const { value } = parse('a: yes\nb: true\nc: 012\nd: 1.5\ne: "5"\nf: ~\ng:\nh: 0x10\ni: 1:30\nj: .inf\nk: !!str x\n');
  assert.deepEqual(value, {
    a: 'yes',
    b: true,
    c: 12,
    d: 1.5,
    e: '5',
    f: null,
    g: null,
    h: 16,
    i: '1:30',
    j: '.inf',
    k: 'x',
  });
});

test('knows the place of every key and value, and of the nearest thing around what is not there', () => {
  const tree = parse('a:\n  - b: 1\n    c: { d: x }\n');
  assert.equal(at(tree, ['a', 0, 'c', 'd']), '3:13');
  assert.equal(at(tree, ['a', 0, 'c', 'd'], 'key'), '3:10');
  assert.equal(at(tree, ['a', 0]), '2:5');
  assert.equal(at(tree, ['a', 0, 'c', 'gone', 'further'], 'key'), '3:5');
  assert.equal(at(tree, ['gone']), '1:1');
});

test('a byte order mark moves nothing', () => {
  assert.equal(at(parse('\uFEFFa: 1'), ['a'], 'key'), '1:1');
});

test('types a value again that is one reference as a whole, and keeps its text', () => {
  const tree = parse('a: ${PORT}\nb: "${TRUE}"\nc: x${PORT}\nd: ${EMPTY}\ne: ${TENANT}\n');
  assert.deepEqual(tree.value, { a: 4040, b: true, c: 'x4040', d: '', e: 7 });
  assert.equal(tree.text?.(['e']), '007');
  assert.equal(tree.place(['a']).through, '${PORT}');
});

test('a value from outside cannot change the structure', () => {
  assert.deepEqual(parse('a: ${TEXT}\nb: "${TEXT}"').value, { a: 'a: [b', b: 'a: [b' });
});

test('reports a reference at the value it stands in', () => {
  assert.deepEqual(problems('a:\n  b: x ${GONE}\n'), [
    'c.yaml:2:6 a.b: environment variable GONE is not set; write ${GONE:-} if it may be empty',
  ]);
});

test('an empty file is an empty map', () => {
  assert.deepEqual(parse('').value, {});
  assert.deepEqual(parse('# nothing\n').value, {});
});

test('reports a key that stands twice, with both places', () => {
  assert.deepEqual(problems('a:\n  b: 1\n  c: 2\n  b: 3\n'), ['c.yaml:4:3 a.b: written twice: it stands at c.yaml:2:3 already']);
});

test('refuses keys that are no text, merge keys, tags and a second document', () => {
  assert.deepEqual(problems('404: x'), ['c.yaml:1:1: expected a key that is text, found 404: quote it']);
  assert.deepEqual(problems(': x'), ['c.yaml:1:1: expected a key that is text, found nothing']);
  assert.deepEqual(problems('? [a]\n: b'), ['c.yaml:1:1: expected a key that is text, found a list or a map']);
  assert.match(problems('a: &a {}\n<<: *a').join(), /2:1: merge keys/);
  assert.match(problems('__proto__: {}').join(), /1:1: a key cannot be called __proto__/);
  assert.match(problems('a: !vault x').join(), /1:4: tags are not supported/);
  assert.deepEqual(problems('a: 1\n---\nb: 2\n'), ['c.yaml:2:1: expected one document in a file, found a second one']);
});

test('says where text is no YAML, once per line', () => {
  assert.deepEqual(problems('a:\n\tb: 1\n'), ['c.yaml:2:1: tabs cannot indent: use spaces']);
  assert.deepEqual(problems('a: b: c\n'), ['c.yaml:1:4: a second "key: value" on one line; quote a value that holds ": "']);
  assert.deepEqual(problems('a: [1,\n'), ['c.yaml:2:1: flow sequence without its ]']);
  assert.deepEqual(problems('a: "x\n'), ['c.yaml:2:1: missing closing quote "']);
});

test('an alias means what it names; one bomb of them is one error', () => {
  assert.deepEqual(parse('a: &x { b: 1 }\nc: *x\n').value, { a: { b: 1 }, c: { b: 1 } });
  assert.match(problems('a: *gone').join(), /1:4 a: no anchor of this name/);
  assert.match(problems('a: &x [*x]').join(), /1:8 .*cannot stand inside of what it names/);
  const bomb = ['a: &a [x, x, x, x, x, x, x, x, x, x]'];
  for (const [name, inner] of ['ba', 'cb', 'dc', 'ed', 'fe', 'gf', 'hg', 'ih'])
    bomb.push(`${name}: &${name} [${Array(10).fill(`*${inner}`).join(', ')}]`);
  const found = problems(bomb.join('\n'));
  assert.match(found[0] ?? '', /the file has more than 50000 values/);
});

test('deep nesting is an error with a place', () => {
  for (const text of ['['.repeat(5_000), '{a: '.repeat(5_000), '- '.repeat(5_000), '? '.repeat(5_000)]) {
    assert.match(problems(text)[0] ?? '', /^c\.yaml:1:\d+.*: nested too deeply$/);
  }
});

test('no message about bad syntax repeats what the file says', () => {
  for (const text of [
    'p: !hunter2',
    'p: *hunter2',
    'p: |hunter2',
    'p: @hunter2',
    'p: "\\qhunter2"',
    'p: "hunter2',
    'p: &a &hunter2 x',
    'p: >hunter2',
  ]) {
    const found = problems(text);
    assert.equal(found.length > 0, true, text);
    assert.doesNotMatch(found.join(), /hunter2/, text);
  }
});

test('any text is a tree or has problems with a place, and never throws', () => {
  const token = fc.constantFrom(
    'a',
    ': ',
    '- ',
    '\n',
    '  ',
    '{',
    '}',
    '[',
    ']',
    ',',
    '"',
    "'",
    '&a',
    '*a',
    '!t',
    '|',
    '>',
    '#',
    '${',
    '}',
    '\t',
    '? ',
    '---\n',
    '%',
    '1',
  );
  fc.assert(
    fc.property(fc.array(token, { maxLength: 60 }), (tokens) => {
      const result = parseYaml({ text: tokens.join(''), source: 'c.yaml' }, from);
      assert.ok(result.node !== undefined || result.problems.length > 0);
      for (const { place } of result.problems) assert.ok(place.line >= 1 && place.column >= 1);
    }),
    { numRuns: 500 },
  );
});

test('a line that is wrongly indented is named, with what it should be', () => {
  const said = (text: string): string[] =>
    parseYaml({ text, source: 'c.yaml' }, { env: {}, readFile: () => '' }).problems.map(
      ({ place, message }) => `${place.line}:${place.column} ${message}`,
    );
  assert.deepEqual(said('a:\n  b:\n    - url: x\n     name: y\n'), [
    '4:6 wrong indentation: found 5 blanks, expected 4 as in line 3, or 6 as in line 3',
  ]);
  assert.deepEqual(said('a:\n  - x: 1\n  y: 2\n'), ['3:3 wrong indentation: found 2 blanks, expected 4 as in line 2']);
  assert.deepEqual(said('a:\n  b: 1\n c: 2\n'), ['3:2 wrong indentation: found 1 blank, expected 0 as in line 1, or 2 as in line 2']);
  assert.deepEqual(said('a:\n  b: x\n\n    # more\n    c: 2\n'), ['5:5 wrong indentation: found 4 blanks, expected 2 as in line 2']);
  assert.deepEqual(said('a: b: c\n'), ['1:4 a second "key: value" on one line; quote a value that holds ": "']);
});
