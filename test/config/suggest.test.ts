import assert from 'node:assert/strict';
import { test } from 'node:test';
import { hintFor, suggest } from '../../src/config/suggest.ts';

const keys = ['url', 'name', 'headers', 'remote_timeout', 'min_backoff_period', 'max_backoff_period'];

test('finds the word with letters missing, added, replaced or swapped', () => {
  assert.equal(suggest('ulr', keys), 'url');
  assert.equal(suggest('header', keys), 'headers');
  assert.equal(suggest('remote_timeuot', keys), 'remote_timeout');
  assert.equal(suggest('Remote_Timeout', keys), 'remote_timeout');
  assert.equal(suggest('max_backof_periods', keys), 'max_backoff_period');
});

test('finds nothing for a word that is like none', () => {
  assert.equal(suggest('compression', keys), undefined);
  assert.equal(suggest('x', keys), undefined);
});

test('a hint names the likely word, or all when they are few', () => {
  assert.equal(hintFor('nmae', keys), ': did you mean "name"?');
  assert.equal(hintFor('zzz', ['a', 'b']), '; known: a, b');
  assert.equal(hintFor('zzz', []), '');
});
