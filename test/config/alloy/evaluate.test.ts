import assert from 'node:assert/strict';
import { test } from 'node:test';
import { evaluate, type Scope } from '../../../src/config/alloy/evaluate.ts';
import { parseFile } from '../../../src/config/alloy/parser.ts';
import { AlloyError } from '../../../src/config/alloy/source.ts';
import { createStdlib } from '../../../src/config/alloy/stdlib.ts';
import { Capsule, toPlain, type Value } from '../../../src/config/alloy/value.ts';
import { Secret } from '../../../src/core/secret.ts';

const env: Record<string, string> = { NAME: 'value', EMPTY: '' };
const stdlib = createStdlib({ env, hostname: 'box', os: 'linux', arch: 'amd64', version: 'v1' }, () => {});
const names = new Map<string, Value>([
  ...stdlib,
  ['secret', new Secret('hidden')],
  ['empty_secret', new Secret('')],
  ['capsule', new Capsule('receiver', 'write/x')],
  ['o', new Map([['f', 1n]])],
]);
const scope: Scope = {
  resolve: ({ names: [name = ''] }) => (names.has(name) ? { value: names.get(name) ?? null, names: 1 } : undefined),
  unknown: ({ names: path }) => `${path.join('.')} does not exist`,
};

function evaluateText(text: string): Value {
  const [attribute] = parseFile({ name: 'x', text: `x = ${text}` }, (_, message) => assert.fail(message));
  assert.ok(attribute?.kind === 'attribute');
  return evaluate(attribute.value, scope);
}

/** As JSON would have it. */
function plain(text: string): unknown {
  return toPlain(evaluateText(text));
}

/** "column message" of what is thrown. */
function failure(text: string): string {
  try {
    evaluateText(text);
  } catch (why) {
    assert.ok(why instanceof AlloyError, String(why));
    return `${why.at.column} ${why.message}`;
  }
  return assert.fail(`${text} is no mistake`);
}

test('calculates with integers as integers and with a float as floats', () => {
  assert.deepEqual(['7 / 2', '7 % 4', '-7 / 2', '2 ^ 10', '1 + 2.5', '7 / 2.0', '1 - 3'].map(plain), [3, 3, -3, 1024, 3.5, 3.5, -2]);
  assert.equal(evaluateText('9223372036854775807 + 9223372036854775807 + 2'), 0n);
});

test('compares numbers by value, texts by bytes, and different types as unequal', () => {
  const truths = [
    '3 == 3.0',
    '"a" != 1',
    '1 < 1.5',
    '"a" < "b"',
    '"Z" < "a"',
    '2 >= 2',
    '[1, {a = 2}] == [1.0, {a = 2}]',
    'null == null',
    'true != false',
  ];
  for (const text of truths) assert.equal(plain(text), true, text);
  for (const text of ['coalesce == coalesce', '"1" == 1', '2 < 2', '1 > 1.5']) assert.equal(plain(text), false, text);
});

test('joins texts, and with a secret to a secret', () => {
  assert.equal(plain('"a" + "b"'), 'ab');
  const joined = evaluateText('"Bearer " + secret');
  assert.ok(joined instanceof Secret);
  assert.equal(joined.reveal(), 'Bearer hidden');
});

test('evaluates both sides of a logical operator', () => {
  assert.deepEqual(['true || false && false', 'true && false', 'false || false', 'true && true'].map(plain), [true, false, false, true]);
  assert.equal(failure('false && (1 / 0 == 1)'), '19 divide by zero error');
  assert.equal(failure('true || 1 % 0 == 1'), '17 divide by zero error');
});

test('says which operand is of the wrong type', () => {
  assert.equal(failure('1 + "a"'), '9 "a" should be number, got string');
  assert.equal(failure('"a" + 1'), '11 1 should be string, got number');
  assert.equal(failure('capsule - 1'), '5 capsule should be one of [number] for binop -, got capsule');
  assert.equal(failure('1 < null'), '9 null should be one of [number, string] for binop <, got null');
  assert.equal(failure('true && 1'), '13 1 should be one of [bool] for binop &&, got number');
  assert.equal(failure('!1'), '6 1 should be bool, got number');
  assert.equal(failure('-"a"'), '6 "a" should be number, got string');
});

test('reaches into objects and lists, and says what is not there', () => {
  assert.deepEqual(['o.f', 'o["f"]', 'o["g"]', '[1, 2][1]', '{a = {b = 3}}.a.b', '[1, 2][1.0]'].map(plain), [1, 1, null, 2, 3, 2]);
  assert.equal(failure('o.g'), '7 field "g" does not exist');
  assert.equal(failure('[1][5]'), '9 index 5 is out of range of array with length 1');
  assert.equal(failure('[1][-1]'), '9 index -1 is out of range of array with length 1');
  assert.equal(failure('"a".b'), '9 cannot access field "b" on value of type string');
  assert.equal(failure('nope.x'), '5 nope.x does not exist');
  assert.equal(failure('o[1]'), '7 1 should be string, got number');
  assert.equal(failure('1[1]'), '5 1 should be array or object, got number');
});

test('calls functions with the right number and kind of arguments only', () => {
  assert.equal(failure('o.f()'), '5 o.f should be function, got number');
  assert.equal(failure('string.to_upper("a", "b")'), '5 string.to_upper: expected 1 args, got 2');
  assert.equal(failure('string.to_upper(true)'), '21 true should be string, got bool');
  assert.equal(failure('string.to_upper(secret)'), '21 secret is a secret, which may not be converted into a string');
  assert.equal(failure('array.concat([1], 2)'), '23 2 should be array, got number');
  assert.match(failure('encoding.from_json("{")'), /^5 encoding.from_json: /);
});

test('knows the standard library', () => {
  const cases: [string, unknown][] = [
    ['sys.env("NAME")', 'value'],
    ['env("NAME")', 'value'],
    ['sys.env("NONE")', ''],
    ['coalesce(sys.env("EMPTY"), null, 0, false, [], {}, "last")', 'last'],
    ['coalesce(empty_secret, "last")', 'last'],
    ['coalesce("", 0)', 0],
    ['coalesce()', null],
    ['convert.nonsensitive(secret)', 'hidden'],
    ['nonsensitive("open")', 'open'],
    ['array.concat([1], [], [2, [3]])', [1, 2, [3]]],
    ['concat([1], [2])', [1, 2]],
    ['array.combine_maps([{i = "1", t = "A"}], [{i = "1", t = "B"}, {i = "2"}], ["i"])', [{ i: '1', t: 'B' }]],
    ['array.combine_maps([{i = "1"}, {j = "2"}], [{i = "3"}], ["i"], true)', [{ i: '1' }, { j: '2' }]],
    [
      'array.group_by([{t = "a", n = 1}, {t = "a", n = 2}, {n = 3}], "t", false)',
      [
        {
          t: 'a',
          items: [
            { t: 'a', n: 1 },
            { t: 'a', n: 2 },
          ],
        },
        { t: '', items: [{ n: 3 }] },
      ],
    ],
    ['array.group_by([{n = 3}], "t", true)', []],
    ['encoding.from_json("{\\"a\\": [1, null, \\"x\\"]}")', { a: [1, null, 'x'] }],
    ['encoding.to_json({b = 1, a = {d = true, c = null}})', '{"a":{"c":null,"d":true},"b":1}'],
    ['encoding.from_yaml("a: 1\\nb: [x, $HOME, 1.5]")', { a: 1, b: ['x', '$HOME', 1.5] }],
    ['encoding.from_base64("aGVsbG8=")', 'hello'],
    ['encoding.from_URLbase64("c3RyaW5nMTIzIT8kKiYoKSctPUB-")', "string123!?$*&()'-=@~"],
    ['encoding.to_base64("string123!?$*&()\'-=@~")', 'c3RyaW5nMTIzIT8kKiYoKSctPUB+'],
    ['encoding.to_URLbase64("~~~a")', 'fn5-YQ=='],
    ['encoding.url_encode("a b&!\'()*~")', 'a+b%26%21%27%28%29%2A~'],
    ['encoding.url_decode("a+b%26")', 'a b&'],
    ['file.path_join("a/", "", "../b", "c/")', 'b/c'],
    ['file.path_join()', ''],
    ['constants.hostname + constants.os + constants.arch + constants.version', 'boxlinuxamd64v1'],
    ['string.join(["a", 1, 2.5], "-")', 'a-1-2.5'],
    ['string.replace("a.b.c", ".", "$&")', 'a$&b$&c'],
    ['string.split("a,b", ",")', ['a', 'b']],
    ['string.split("añ", "")', ['a', 'ñ']],
    ['string.trim("xxaxbxx", "x")', 'axb'],
    ['string.trim_prefix("abab", "ab")', 'ab'],
    ['string.trim_suffix("abab", "")', 'abab'],
    ['string.trim_suffix("abab", "ab")', 'ab'],
    ['string.trim_space(" \\t a\\n")', 'a'],
    ['to_lower("AB") + to_upper("ab")', 'abAB'],
  ];
  for (const [text, value] of cases) assert.deepEqual(plain(text), value, text);
  assert.equal(evaluateText('encoding.from_yaml("1")'), 1n);
  assert.equal(evaluateText('encoding.from_json("1")'), 1);
  assert.match(failure('encoding.to_json([1])'), /jsonEncode only supports map/);
  assert.match(failure('encoding.from_base64("a")'), /illegal base64 data/);
  assert.match(failure('encoding.from_yaml("a: [")'), /not YAML/);
});

test('formats as Go does, what does not fit included', () => {
  const cases: [string, string][] = [
    ['"%s-%d", "n", 7', 'n-7'],
    ['"%5d|%-5d|%05d|%+d", 42, 42, -42, 42', '   42|42   |-0042|+42'],
    ['"%x %X %o %b %#x", 255, 255, 8, 5, 255', 'ff FF 10 101 0xff'],
    ['"%.2f %f %e %g", 1.005, 2.5, 1234.5, 0.5', '1.00 2.500000 1.234500e+03 0.5'],
    ['"%v %v %v %t", "a", 1, [1, "b"], true', 'a 1 [1,"b"] true'],
    ['"%q %.2s %x", "a\\"b", "abc", "hi"', '"a\\"b" ab 6869'],
    ['"100%%"', '100%'],
    ['"%d"', '%!d(MISSING)'],
    ['"%d", "hi"', '%!d(string=hi)'],
    ['"a", 1, "b"', 'a%!(EXTRA number=1, string=b)'],
    ['"%"', '%!(NOVERB)'],
    ['"%c", 233', 'é'],
  ];
  for (const [args, text] of cases) assert.equal(plain(`string.format(${args})`), text, args);
  assert.equal(failure('string.format("%s", secret)'), '25 secret is a secret, which may not be converted into a string');
});

test('finds values by JSONPath, always as a list', () => {
  const json = JSON.stringify({
    k: 'v',
    l: [
      { n: 'a', v: 1 },
      { n: 'b', v: 2 },
    ],
    d: { e: { k: 'w' } },
    'x y': 3,
  });
  const cases: [string, unknown][] = [
    ['.k', ['v']],
    ['$.k', ['v']],
    ['k', ['v']],
    ['.none', []],
    ['.l[1].n', ['b']],
    ['.l[-1].v', [2]],
    ['.l[*].n', ['a', 'b']],
    ['.l[0:1].n', ['a']],
    ['.l[?(@.n == "b")].v', [2]],
    ['.l[?(@.v >= 1)].n', ['a', 'b']],
    ['.l[?(@.v < 2)].n', ['a']],
    ['.l[?(@.x)]', []],
    ['..k', ['v', 'w']],
    ["['x y']", [3]],
    ["['k','x y']", ['v', 3]],
    ['.d.*.k', ['w']],
    ['$', [JSON.parse(json)]],
  ];
  for (const [path, found] of cases) assert.deepEqual(plain(`json_path(${JSON.stringify(json)}, ${JSON.stringify(path)})`), found, path);
  assert.match(failure('json_path("{}", ".a[")'), /expected a name, an index, a slice or \* at character 4/);
  assert.match(failure('json_path("{", ".a")'), /json_path: /);
});
