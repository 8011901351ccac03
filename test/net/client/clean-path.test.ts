import assert from 'node:assert/strict';
import { test } from 'node:test';
import { cleanPath } from '../../../src/net/client/clean-path.ts';

test('takes doubled and trailing slashes and dot segments out of a path', () => {
  for (const [given, clean] of [
    ['/ingest', '/ingest'],
    ['/pyro//ingest', '/pyro/ingest'],
    ['//x//y/ingest', '/x/y/ingest'],
    ['/x/./y/../z/ingest/', '/x/z/ingest'],
    ['/../../ingest', '/ingest'],
    ['/a%2F..%2Fb/ingest', '/a%2F..%2Fb/ingest'],
    ['', '/'],
    ['/', '/'],
  ] as const)
    assert.equal(cleanPath(given), clean, given);
});
