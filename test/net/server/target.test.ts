import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Invalid } from '../../../src/core/errors.ts';
import { parseTarget } from '../../../src/net/server/target.ts';

test('splits path and query, and collapses repeated slashes in the path only', () => {
  assert.deepEqual(parseTarget('/ingest?name=a//b?c', ''), { path: '/ingest', query: 'name=a//b?c' });
  assert.deepEqual(parseTarget('//push.v1.PusherService///Push', ''), { path: '/push.v1.PusherService/Push', query: '' });
  assert.deepEqual(parseTarget('/a?', ''), { path: '/a', query: '' });
  assert.deepEqual(parseTarget('/ingest/', ''), { path: '/ingest/', query: '' });
});

test('takes a prefix off, as a whole and once', () => {
  assert.deepEqual(parseTarget('/profiles/ingest?a', '/profiles'), { path: '/ingest', query: 'a' });
  assert.deepEqual(parseTarget('//profiles//ingest', '/profiles'), { path: '/ingest', query: '' });
  assert.deepEqual(parseTarget('/profilesingest', '/profiles'), { path: '/profilesingest', query: '' });
  assert.deepEqual(parseTarget('/profiles', '/profiles'), { path: '/profiles', query: '' });
  assert.deepEqual(parseTarget('/ingest', '/profiles'), { path: '/ingest', query: '' });
});

test('an absolute form names a host that does not matter', () => {
  assert.deepEqual(parseTarget('http://evil.example/ingest?name=a', ''), { path: '/ingest', query: 'name=a' });
  assert.deepEqual(parseTarget('HTTPS://u:p@h:1?x', ''), { path: '', query: 'x' });
  assert.deepEqual(parseTarget('ftp://h/ingest', ''), { path: 'ftp:/h/ingest', query: '' });
  assert.deepEqual(parseTarget('*', ''), { path: '*', query: '' });
});

test('nothing that could end a request line gets through', () => {
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom('/', 'a', '?', ' ', '\r', '\n', '\0', '\t', '\x7f', 'é') }), (text) => {
      const target = parseTarget(text, '');
      if (target instanceof Invalid) return assert.match(text, /[\0\t\r\n \x7f]/);
      assert.doesNotMatch(`${target.path}${target.query}`, /[\0\t\r\n \x7f]/);
      assert.doesNotMatch(target.path, /\/\//);
    }),
  );
});
