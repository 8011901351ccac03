import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Labels } from '../../src/core/labels.ts';
import { compileRelabel } from '../../src/core/relabel.ts';
import { type RelabelRule, RelabelRuleSchema, relabelActions, relabelRuleFault } from '../../src/core/relabel-rule.ts';

type Written = Partial<RelabelRule>;
type Pairs = Readonly<Record<string, string>>;

function rules(...written: readonly Written[]): RelabelRule[] {
  return written.map((rule) => RelabelRuleSchema.parse(rule));
}

function relabel(labels: Pairs, ...written: readonly Written[]): Pairs | undefined {
  return compileRelabel(rules(...written))(Labels.of(labels))?.toJSON();
}

/** The vectors of prometheus/prometheus model/relabel/relabel_test.go, and of its configuration page. */
const vectors: readonly (readonly [what: string, labels: Pairs, written: readonly Written[], expected: Pairs | undefined])[] = [
  [
    'replace with a group in the replacement',
    { a: 'foo', b: 'bar', c: 'baz' },
    [{ source_labels: ['a'], regex: 'f(.*)', target_label: 'd', replacement: 'ch${1}-ch${1}' }],
    { a: 'foo', b: 'bar', c: 'baz', d: 'choo-choo' },
  ],
  [
    'a chain, joined with the separator',
    { a: 'foo', b: 'bar', c: 'baz' },
    [
      { source_labels: ['a', 'b'], regex: 'f(.*);(.*)r', target_label: 'a', replacement: 'b${1}${2}m' },
      { source_labels: ['c', 'a'], regex: '(b).*b(.*)ba(.*)', target_label: 'd', replacement: '$1$2$2$3' },
    ],
    { a: 'boobam', b: 'bar', c: 'baz', d: 'boooom' },
  ],
  [
    'nothing after a drop',
    { a: 'foo' },
    [
      { source_labels: ['a'], regex: '.*o.*', action: 'drop' },
      { source_labels: ['a'], regex: 'f(.*)', target_label: 'd', replacement: 'x' },
    ],
    undefined,
  ],
  ['a drop that does not match', { a: 'abc' }, [{ source_labels: ['a'], regex: '.*(b).*', action: 'keep' }], { a: 'abc' }],
  ['keep is anchored', { a: 'abc' }, [{ source_labels: ['a'], regex: 'b', action: 'keep' }], undefined],
  ['drop is anchored', { a: 'abc' }, [{ source_labels: ['a'], regex: 'b', action: 'drop' }], { a: 'abc' }],
  ['no match, no replacement', { a: 'foo' }, [{ source_labels: ['a'], regex: 'f|o', target_label: 'b', replacement: 'bar' }], { a: 'foo' }],
  [
    'an empty replacement removes',
    { a: 'foo', b: 'x' },
    [{ source_labels: ['a'], regex: '(f).*', target_label: 'b', replacement: '$2' }],
    { a: 'foo' },
  ],
  [
    'a target of groups',
    { a: 'some-name-value' },
    [{ source_labels: ['a'], regex: 'some-([^-]+)-([^,]+)', target_label: '${1}', replacement: '${2}' }],
    { a: 'some-name-value', name: 'value' },
  ],
  [
    'a target that no group fills',
    { a: 'some-name-value' },
    [{ source_labels: ['a'], regex: 'some-([^-]+)-([^,]+)', target_label: '${3}', replacement: '${1}' }],
    { a: 'some-name-value' },
  ],
  [
    'hashmod',
    { a: 'foo', b: 'bar', c: 'baz' },
    [{ source_labels: ['c'], target_label: 'd', action: 'hashmod', modulus: 1000 }],
    { a: 'foo', b: 'bar', c: 'baz', d: '976' },
  ],
  [
    'hashmod of a value with a newline',
    { a: 'foo\nbar' },
    [{ source_labels: ['a'], target_label: 'b', action: 'hashmod', modulus: 1000 }],
    { a: 'foo\nbar', b: '734' },
  ],
  [
    'labelmap',
    { a: 'foo', b1: 'bar', b2: 'baz' },
    [{ regex: '(b.*)', replacement: 'bar_${1}', action: 'labelmap' }],
    { a: 'foo', b1: 'bar', b2: 'baz', bar_b1: 'bar', bar_b2: 'baz' },
  ],
  [
    'labelmap onto what is there',
    { a: 'foo', __meta_my_bar: 'aaa', __meta_my_baz: 'bbb', __meta_other: 'ccc' },
    [{ regex: '__meta_(my.*)', replacement: '${1}', action: 'labelmap' }],
    { a: 'foo', __meta_my_bar: 'aaa', __meta_my_baz: 'bbb', __meta_other: 'ccc', my_bar: 'aaa', my_baz: 'bbb' },
  ],
  ['labeldrop', { a: 'foo', b1: 'bar', b2: 'baz' }, [{ regex: '(b.*)', action: 'labeldrop' }], { a: 'foo' }],
  ['labelkeep', { a: 'foo', b1: 'bar', b2: 'baz' }, [{ regex: '(b.*)', action: 'labelkeep' }], { b1: 'bar', b2: 'baz' }],
  [
    'uppercase and lowercase',
    { foo: 'bAr123Foo' },
    [
      { source_labels: ['foo'], action: 'uppercase', target_label: 'foo_uppercase' },
      { source_labels: ['foo'], action: 'lowercase', target_label: 'foo_lowercase' },
    ],
    { foo: 'bAr123Foo', foo_lowercase: 'bar123foo', foo_uppercase: 'BAR123FOO' },
  ],
  ['keepequal, equal', { a: 'x', b: 'x' }, [{ source_labels: ['a'], target_label: 'b', action: 'keepequal' }], { a: 'x', b: 'x' }],
  ['keepequal, not equal', { a: 'x', b: 'y' }, [{ source_labels: ['a'], target_label: 'b', action: 'keepequal' }], undefined],
  ['dropequal, equal', { a: 'x', b: 'x' }, [{ source_labels: ['a'], target_label: 'b', action: 'dropequal' }], undefined],
  ['dropequal, not equal', { a: 'x', b: 'y' }, [{ source_labels: ['a'], target_label: 'b', action: 'dropequal' }], { a: 'x', b: 'y' }],
  ['keepequal, both missing', { n: '1' }, [{ source_labels: ['a'], target_label: 'b', action: 'keepequal' }], { n: '1' }],
  ['the dot matches a newline', { a: 'line1\nline2\nok' }, [{ source_labels: ['a'], regex: 'line1.*ok', action: 'drop' }], undefined],
  ['no source labels and a constant', {}, [{ target_label: 'a', replacement: 'x' }], { a: 'x' }],
  ['a dollar', { a: 'x' }, [{ source_labels: ['a'], target_label: 'a', replacement: '$$1:$1' }], { a: '$1:x' }],
];

for (const [what, labels, written, expected] of vectors) {
  test(`relabel: ${what}`, () => assert.deepEqual(relabel(labels, ...written), expected));
}

test('hashmod divides all 64 bits', () => {
  assert.deepEqual(relabel({ env: 'prod' }, { source_labels: ['env'], target_label: 'h', action: 'hashmod', modulus: 2 ** 32 }), {
    env: 'prod',
    h: '1632686583',
  });
});

test('upper and lower case go letter by letter, as in Go', () => {
  const both = (a: string): unknown =>
    relabel(
      { a },
      { source_labels: ['a'], action: 'uppercase', target_label: 'u' },
      { source_labels: ['a'], action: 'lowercase', target_label: 'l' },
    );
  assert.deepEqual(both('Straße'), { a: 'Straße', u: 'STRAßE', l: 'straße' });
  assert.deepEqual(both('ΌΣΟΣ'), { a: 'ΌΣΟΣ', u: 'ΌΣΟΣ', l: 'όσοσ' });
  assert.deepEqual(both('İ'), { a: 'İ', u: 'İ', l: 'i' });
  assert.deepEqual(both('ᾀᾳ'), { a: 'ᾀᾳ', u: 'ᾈᾼ', l: 'ᾀᾳ' });
  assert.deepEqual(relabel({ u: 'x' }, { source_labels: ['missing'], action: 'uppercase', target_label: 'u' }), {}, 'nothing removes');
});

test('legacy names: replace does nothing for a name that is no name of Prometheus 2', () => {
  const written = rules(
    { source_labels: ['a'], target_label: 'a.b' },
    { source_labels: ['a'], target_label: '$1', regex: '(.*)', replacement: 'v' },
  );
  assert.deepEqual(compileRelabel(written, 'legacy')(Labels.of({ a: 'x-y' }))?.toJSON(), { a: 'x-y' });
  assert.deepEqual(compileRelabel(written)(Labels.of({ a: 'x-y' }))?.toJSON(), { a: 'x-y', 'a.b': 'x-y', 'x-y': 'v' });
});

test('what contradicts itself in a rule is said as Prometheus says it', () => {
  const faultOf = (written: Written): string => RelabelRuleSchema.safeParse(written).error?.issues[0]?.message ?? 'none';
  assert.match(faultOf({ action: 'hashmod', target_label: 'a' }), /requires non-zero modulus/);
  assert.match(faultOf({ source_labels: ['a'] }), /replace action requires 'target_label' value/);
  assert.match(faultOf({ target_label: '$1-x' }), /"\$1-x" is invalid 'target_label' for replace action/);
  assert.match(faultOf({ action: 'lowercase', target_label: 'a', replacement: 'x' }), /'replacement' can not be set for lowercase action/);
  assert.match(faultOf({ action: 'labelmap', replacement: '-' }), /"-" is invalid 'replacement' for labelmap action/);
  assert.match(faultOf({ action: 'keepequal', target_label: 'a', regex: 'x' }), /keepequal action requires only/);
  assert.match(faultOf({ action: 'labeldrop', source_labels: ['a'] }), /labeldrop action requires only 'regex'/);
  assert.equal(faultOf({ target_label: 'a b' }), 'none', 'any UTF-8 name loads, as in Prometheus 3');
});

const name = fc.oneof(
  fc.constantFrom('a', 'b', 'c', '__name__', 'service_name'),
  fc.string({ unit: 'grapheme', minLength: 1, maxLength: 8 }),
);
const value = fc.oneof(fc.constantFrom('', 'x', 'x;y', 'foo', 'a\nb'), fc.string({ unit: 'grapheme', maxLength: 20 }));
const labels = fc.dictionary(name, value, { maxKeys: 8, noNullPrototype: true }).map((record) => Labels.of(record));
const rule = fc
  .record(
    {
      source_labels: fc.array(name, { maxLength: 3 }),
      separator: fc.constantFrom(';', '', '-'),
      target_label: fc.oneof(name, fc.constantFrom('$1', '${1}_x', 'x$2')),
      regex: fc.constantFrom('(.*)', '.*', '(.+);(.*)', 'f(o+)', '(a|b)?(.*)', '[^_].*', '(?i)X.*', ''),
      modulus: fc.nat(1000),
      replacement: fc.oneof(value, fc.constantFrom('$1', '${2}$1', '$$', '$name')),
      action: fc.constantFrom(...relabelActions),
    },
    { requiredKeys: [] },
  )
  .map((written) => RelabelRuleSchema.safeParse(written))
  .filter((parsed) => parsed.success)
  .map((parsed) => parsed.data as RelabelRule);

test('any rules on any labels: no throw, the same every time, sorted and each name once, the input as it was', () => {
  fc.assert(
    fc.property(fc.array(rule, { maxLength: 6 }), labels, (written, set) => {
      const before = JSON.stringify([...set]);
      const first = compileRelabel(written)(set);
      assert.deepEqual(compileRelabel(written)(set), first);
      assert.equal(JSON.stringify([...set]), before);
      const names = [...(first ?? [])].map((label) => label.name);
      assert.deepEqual(names, [...new Set(names)].sort());
      assert.ok(first === undefined || first.equals(Labels.from(first)));
    }),
    { numRuns: 500 },
  );
});

test('labels that no rule changes stay the same object', () => {
  const set = Labels.of({ a: 'x', b: '' });
  assert.equal(compileRelabel(rules({ source_labels: ['a'], target_label: 'a' }, { regex: 'z', action: 'labeldrop' }))(set), set);
});

test('a pattern that backtracks elsewhere takes a 10 KB value in linear time', () => {
  const time = (length: number): number => {
    const run = compileRelabel(
      rules({ source_labels: ['a'], regex: '(a+)+$', target_label: 'b' }, { source_labels: ['a'], regex: '(.*)*(x|y)', target_label: 'c' }),
    );
    const set = Labels.of({ a: `${'a'.repeat(length)}!` });
    const start = performance.now();
    for (let round = 0; round < 20; round += 1) assert.equal(run(set), set);
    return performance.now() - start;
  };
  time(100);
  // With backtracking 30 characters take a minute: this tells linear from hanging.
  assert.ok(time(10_000) < 20_000);
});

test('a rule of fields alone is judged as one of a file', () => {
  const fields = {
    source_labels: [],
    separator: ';',
    regex: '(.*)',
    modulus: 0,
    target_label: '',
    replacement: '$1',
    action: 'keep',
  } as const;
  assert.equal(relabelRuleFault(fields), undefined);
});
