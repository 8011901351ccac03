import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { parseNoProxy } from '../../../src/net/client/proxy.ts';

/** List, host, port, called directly? As golang.org/x/net/http/httpproxy decides. */
const table: readonly [string, string, string, boolean][] = [
  ['', 'pyroscope.test', '80', false],
  ['', 'localhost', '80', true],
  ['', '127.0.0.1', '80', true],
  ['', '127.1.2.3', '80', true],
  ['', '[::1]', '80', true],
  ['', '10.0.0.1', '80', false],
  ['elsewhere.test', 'localhost', '80', true],
  ['*', 'anything', '80', true],
  ['pyroscope.test', 'pyroscope.test', '80', true],
  ['pyroscope.test', 'a.pyroscope.test', '80', true],
  ['pyroscope.test', 'notpyroscope.test', '80', false],
  ['PYROSCOPE.Test', 'pyroscope.tesT', '80', true],
  ['.pyroscope.test', 'pyroscope.test', '80', false],
  ['.pyroscope.test', 'a.pyroscope.test', '80', true],
  ['*.pyroscope.test', 'a.pyroscope.test', '80', true],
  ['*.pyroscope.test', 'pyroscope.test', '80', false],
  ['pyroscope.test:4040', 'pyroscope.test', '4040', true],
  ['pyroscope.test:4040', 'pyroscope.test', '80', false],
  ['10.0.0.1', '10.0.0.1', '80', true],
  ['10.0.0.1:80', '10.0.0.1', '80', true],
  ['10.0.0.1:80', '10.0.0.1', '81', false],
  ['10.0.0.1', '10.0.0.10', '80', false],
  ['10.0.0.0/8', '10.200.1.1', '443', true],
  ['10.0.0.0/8', '11.0.0.1', '443', false],
  ['10.0.0.0/99', '10.0.0.1', '443', false],
  ['fd00::/8', '[fd12::1]', '443', true],
  ['[fd12::1]:443', '[fd12::1]', '443', true],
  ['[fd12::1]:443', '[fd12::1]', '80', false],
  ['fd12::1', '[fd12:0::1]', '80', true],
  ['10.0.0.0/8', 'ten.test', '80', false],
  [' a , ,b,', 'b', '80', true],
  ['a,b', 'c', '80', false],
];

for (const [list, host, port, direct] of table) {
  test(`with "${list}" ${host}:${port} is called ${direct ? 'directly' : 'through the proxy'}`, () =>
    assert.equal(parseNoProxy(list)(host, port), direct));
}

test('takes any list', () => {
  fc.assert(
    fc.property(fc.string(), fc.string(), (list, host) => {
      const bypass = parseNoProxy(list);
      assert.equal(typeof bypass(host, '80'), 'boolean');
      assert.equal(bypass('localhost', '80'), true);
    }),
    { numRuns: 200 },
  );
});
