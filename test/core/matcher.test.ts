import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Labels } from '../../src/core/labels.ts';
import { MatcherSchema, parseMatcher } from '../../src/core/matcher.ts';

const labels = Labels.of({ service_name: 'api', env: 'prod', 'k8s.pod': 'x' });

test('a matcher holds when every condition does', () => {
  const cases: readonly [string, boolean][] = [
    ['{}', true],
    ['{service_name="api"}', true],
    ['{service_name="api", env="dev"}', false],
    ['{service_name=~"a.*|b"}', true],
    ['{service_name=~"a"}', false],
    ['{service_name!~"a", env!="dev",}', true],
    ['{service_name!~"a.*"}', false],
    ['{env!="prod"}', false],
    [' { k8s.pod = "x" } ', true],
    ['{"k8s.pod"=\'x\'}', true],
    ['{service_name=~`a\\wi`}', true],
  ];
  for (const [text, expected] of cases) assert.equal(parseMatcher(text).matches(labels), expected, text);
});

test('a label that is not there has the empty value', () => {
  assert.equal(parseMatcher('{team=""}').matches(labels), true);
  assert.equal(parseMatcher('{team!="a"}').matches(labels), true);
  assert.equal(parseMatcher('{team=~".+"}').matches(labels), false);
});

test('any value can be written with escapes', () => {
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom('a', '"', "'", '\\', '\n', '\t', '{', ',') }), (value) => {
      const quoted = value.replace(/[\\"]/g, '\\$&').replaceAll('\n', '\\n').replaceAll('\t', '\\t');
      assert.equal(parseMatcher(`{a="${quoted}"}`).matches(Labels.from([{ name: 'a', value }])), true);
    }),
  );
});

test('what is no matcher is refused with what was expected where', () => {
  const cases: readonly [string, RegExp][] = [
    ['', /expected "{" at character 1, found its end/],
    ['a="b"', /expected "{" at character 1/],
    ['{a}', /expected =, !=, =~ or !~ at character 3, found "}"/],
    ['{a=b}', /expected a value in quotes at character 4/],
    ['{a="b" c="d"}', /expected "," or "}" at character 8/],
    ['{a="b"', /expected "," or "}" at character 7, found its end/],
    ['{a="b"} x', /expected nothing after "}" at character 9/],
    ['{1="b"}', /expected a label name at character 2/],
    ['{a="\\q"}', /expected an escape, not \\q/],
    ['{a=~"("}', /invalid regular expression "\("/],
  ];
  for (const [text, message] of cases) assert.throws(() => parseMatcher(text), { name: 'SyntaxError', message });
});

test('any text is a matcher or a SyntaxError', () => {
  const text = fc.string({ unit: fc.constantFrom('{', '}', 'a', '=', '~', '!', '"', "'", '`', ',', '\\', ' ', '(') });
  fc.assert(
    fc.property(text, (source) => {
      try {
        parseMatcher(source);
      } catch (why) {
        assert.ok(why instanceof SyntaxError, String(why));
      }
    }),
  );
});

test('a config value becomes a matcher, or a problem with the reason', () => {
  assert.equal(MatcherSchema.parse('{env="prod"}').matches(labels), true);
  assert.match(MatcherSchema.safeParse('{env}').error?.issues[0]?.message ?? '', /expected =, !=, =~ or !~/);
});
