import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { Labels } from '../../src/core/labels.ts';
import { formatIngestName, ingestNameFault, joinIngestQuery, parseIngestName, splitIngestQuery } from '../../src/wire/ingest.ts';

describe('parseIngestName', () => {
  // The table of what Pyroscope and Alloy make of a name (grafana/pyroscope api/model/labelset).
  for (const [name, expected] of [
    ['foo', { __name__: 'foo' }],
    ['foo{}', { __name__: 'foo' }],
    [' foo { bar = 1 , baz = 2 } ', { __name__: 'foo', bar: '1', baz: '2' }],
    ['foo{bar=1', { __name__: 'foo' }],
    ['foo{bar=1,baz=2', { __name__: 'foo', bar: '1' }],
    ['foo{a=b=c}', { __name__: 'foo', a: 'b=c' }],
    ['foo{a={x}}', { __name__: 'foo', a: '{x' }],
    ['foo{a=1}b=2}', { __name__: 'foo', a: '1', b: '2' }],
    ['foo{a}b=1}', { __name__: 'foo' }],
    ['test.app{invalid-label-syntax}', { __name__: 'test.app' }],
    ['foo{a=}', { __name__: 'foo', a: '' }],
    ['foo{a=1,a=2}', { __name__: 'foo', a: '2' }],
    ['foo{a="q"}', { __name__: 'foo', a: '"q"' }],
    ['foo{a=ü/😀}', { __name__: 'foo', a: 'ü/😀' }],
    ['foo{a.b=1,1c=2}', { __name__: 'foo', 'a.b': '1', '1c': '2' }],
    ['foo{__name__=x y}', { __name__: 'x y' }],
    ['foo{__proto__=x,constructor=y}', JSON.parse('{"__name__":"foo","__proto__":"x","constructor":"y"}')],
    ['foo\u0085{a=\u00a01\u3000}', { __name__: 'foo', a: '1' }],
    ['foo{a=\ufeff1}', { __name__: 'foo', a: '\ufeff1' }],
    ['ns/app', { __name__: 'ns/app' }],
    ['my-app', { __name__: 'my-app' }],
    ['foo{a-b=1', { __name__: 'foo' }],
  ] as const) {
    test(`reads ${JSON.stringify(name)}`, () => {
      assert.deepEqual(Object.entries(parseIngestName(name).toJSON()).sort(), Object.entries(expected).sort());
    });
  }

  for (const [name, message] of [
    ['foo{a-b=1}', /invalid label name: a-b: character is not allowed: '-'/],
    ['foo{,a=1}', /,a/],
    ['foo{a=1,,b=2}', /,b/],
    ['foo{=1}', /label name is required/],
    ['{a=1}', /application name is required/],
    ['', /application name is required/],
    [' ', /application name is required/],
    ['foo bar', /found " " in "foo bar"/],
    ['foo:bar', /found ":"/],
    ['f\u00fco', /found "ü"/],
    ['\ud83d\ude00', /found "😀"/],
  ] as const) {
    test(`refuses ${JSON.stringify(name)}`, () => {
      assert.throws(() => parseIngestName(name), { name: 'Invalid', reason: 'name', message });
    });
  }

  test('agrees with the state machine it is specified as, on any text', () => {
    const text = fc.string({ unit: fc.constantFrom('a', 'b', '_', '-', '{', '}', '=', ',', ' ', 'ü'), maxLength: 14 });
    fc.assert(
      fc.property(
        fc.oneof(
          text,
          text.map((tail) => `a{${tail}`),
        ),
        (name) => {
          const expected = stateMachine(name);
          if (expected === undefined) assert.throws(() => parseIngestName(name), { reason: 'name' });
          else assert.deepEqual([...parseIngestName(name)], [...Labels.from(expected)]);
        },
      ),
      { numRuns: 3000 },
    );
  });

  test('takes a name of a megabyte in a moment', () => {
    for (const filler of ['{', '=', ',', ' ', 'a=,']) parseIngestName(`app{k=${filler.repeat(1_000_000 / filler.length)}`);
  });
});

describe('formatIngestName', () => {
  test('sorts by name and neither quotes nor escapes', () => {
    const labels = Labels.of({ __name__: 'app', z: '1', 'b.c': '5', _u: '4', A: '3', m: 'a,b}c', q: 'say "hi"', s: ' blank ' });
    assert.equal(formatIngestName(labels), 'app{A=3,_u=4,b.c=5,m=a,b}c,q=say "hi",s= blank ,z=1}');
  });

  test('starts with a brace when there is no application, and has none when there is nothing else', () => {
    assert.equal(formatIngestName(Labels.of({ a: 'b' })), '{a=b}');
    assert.equal(formatIngestName(Labels.of({ __name__: 'app' })), 'app');
    assert.equal(formatIngestName(Labels.empty), '{}');
  });

  test('writes labels that read back as they were, whenever the grammar can say them', () => {
    const key = fc.stringMatching(/^[A-Za-z0-9_.]{1,5}$/);
    const value = fc.string({ unit: 'grapheme' }).filter((text) => !/^\s|\s$|[,}\x85\u00a0]/u.test(text));
    const app = fc.stringMatching(/^[A-Za-z0-9_./-]{1,8}$/);
    fc.assert(
      fc.property(app, fc.dictionary(key, value), (name, record) => {
        const labels = Labels.of({ ...record, __name__: name });
        assert.deepEqual([...parseIngestName(formatIngestName(labels))], [...labels]);
      }),
    );
  });
});

describe('splitIngestQuery', () => {
  for (const [query, name, rest] of [
    ['name=app%7Ba%3Db%7D&from=1&until=2', 'app{a=b}', 'from=1&until=2'],
    ['from=1&name=app&until=2', 'app', 'from=1&until=2'],
    ['name=one&x=1&name=two', 'one', 'x=1'],
    ['%6eame=app&x', 'app', 'x'],
    ['name=my+app%2B', 'my app+', ''],
    ['flag&a=1+2&b=%7e&name=app', 'app', 'flag&a=1+2&b=%7e'],
    ['name=app&bad=%zz&ok=1', 'app', 'bad=%zz&ok=1'],
    ['name=app&x=1;y=2&ok=1', 'app', 'x=1;y=2&ok=1'],
    ['name=%zz&name=app', 'app', ''],
    ['name=a;b', undefined, ''],
    ['name', '', ''],
    ['name=', '', ''],
    ['', undefined, ''],
    ['names=1&na%20me=2', undefined, 'names=1&na%20me=2'],
    ['name=a=b&c==', 'a=b', 'c=='],
    ['name=%C3%BC', 'ü', ''],
    ['name=\u00c3\u00bc', 'ü', ''],
    ['name=%ff', '\ufffd', ''],
  ] as const) {
    test(`reads ${JSON.stringify(query)}`, () => {
      assert.deepEqual(splitIngestQuery(query), { name, rest });
    });
  }

  test('finds again the labels that joinIngestQuery wrote, and leaves the rest as it was', () => {
    const rest = fc
      .stringMatching(/^[a-z=%&;+]{0,20}$/)
      .filter((text) => splitIngestQuery(text).name === undefined && !/(^|&)name/.test(text));
    const value = fc.string({ unit: 'grapheme', maxLength: 8 });
    fc.assert(
      fc.property(rest, value, (text, label) => {
        const labels = Labels.of({ __name__: 'app', label });
        const query = joinIngestQuery(text, labels);
        assert.match(query, /^[\x21-\x7e]*$/, 'only what may stand in a request line');
        assert.deepEqual(splitIngestQuery(query), { name: formatIngestName(labels), rest: text });
      }),
    );
  });
});

/** The grammar as alloy and pyroscope have it: a state machine over the characters of the name and a closing "{". */
function stateMachine(input: string): { name: string; value: string }[] | undefined {
  const trim = (text: string): string => text.replace(/^ +| +$/g, '');
  const pairs: { name: string; value: string }[] = [];
  let state: 'name' | 'key' | 'value' | 'done' = 'name';
  let key = '';
  let text = '';
  for (const character of `${input}{`) {
    if (state === 'name' && character === '{') {
      if (!/^[A-Za-z0-9_./-]+$/.test(trim(text))) return undefined;
      pairs.push({ name: '__name__', value: trim(text) });
      [state, text] = ['key', ''];
    } else if (state === 'key' && character === '=') {
      [state, key, text] = ['value', trim(text), ''];
    } else if (state === 'key' && character === '}') state = 'done';
    else if (state === 'value' && (character === ',' || character === '}')) {
      if (!/^[A-Za-z0-9_.]+$/.test(key)) return undefined;
      pairs.push({ name: key, value: trim(text) });
      [state, text] = ['key', ''];
    } else text += character;
  }
  return pairs;
}

test('what the grammar of a name cannot say is said, and all that it can say comes back as it was', () => {
  const faults: readonly (readonly [Record<string, string>, RegExp])[] = [
    [{ __name__: 'app', owner: 'team-a,region=mars' }, /cannot hold , or }, found "team-a,region=mars" for owner/],
    [{ __name__: 'app', owner: 'a}' }, /cannot hold , or }/],
    [{ __name__: 'app', 'k8s-pod': 'p' }, /invalid label name: k8s-pod/],
    [{ __name__: 'a{b', x: '1' }, /may have letters, digits/],
    [{ __name__: ' ' }, /needs the label __name__/],
    [{ service_name: 'a' }, /needs the label __name__/],
    [{ __name__: 'app', x: `,${'v'.repeat(1e6)}` }, /^.{0,300}$/],
  ];
  for (const [labels, expected] of faults) assert.match(ingestNameFault(Labels.of(labels)) ?? '', expected);
  const names = fc.constantFrom('a', 'b.c', '_d', 'E9');
  const values = fc.string({ unit: 'grapheme', maxLength: 8 }).filter((value) => value.trim() === value && value.isWellFormed());
  fc.assert(
    fc.property(fc.dictionary(names, values), (pairs) => {
      const labels = Labels.of({ ...pairs, __name__: 'my.app' });
      if (ingestNameFault(labels) === undefined) assert.ok(parseIngestName(formatIngestName(labels)).equals(labels), `${labels}`);
      else assert.ok(Object.values(pairs).some((value) => /[,}]/.test(value)));
    }),
  );
});
