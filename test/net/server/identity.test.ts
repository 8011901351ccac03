import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Exchange } from '../../../src/net/server/exchange.ts';
import { tenantOf } from '../../../src/net/server/identity.ts';
import { Unserved } from '../../../src/net/server/unserved.ts';

/** Only what tenantOf() looks at. */
function saying(...values: string[]): Exchange {
  return { headerValues: (name: string) => (name === 'x-scope-orgid' ? values : []) } as unknown as Exchange;
}

const anybody = { name: '', tenants: undefined };
const rules = { header: 'x-scope-orgid', fallback: 'fallback' };

test('takes what Pyroscope takes', () => {
  for (const tenant of ['squad-1', 'A_b.c', "!*'()", '__proto__', '...', 'a'.repeat(150)])
    assert.equal(tenantOf(saying(tenant), anybody, rules), tenant);
});

test('a sender that names none has the default', () => {
  assert.equal(tenantOf(saying(), anybody, rules), 'fallback');
  assert.equal(tenantOf(saying(''), anybody, rules), 'fallback');
});

test('refuses what no Pyroscope takes, with a challenge', () => {
  for (const tenant of ['.', '..', 'a|b', 'a/b', '../../etc', 'a b', ' ', 'caf\u00e9', 'a:b', 'a,b', 'a'.repeat(151), 'a\u0000']) {
    assert.throws(
      () => tenantOf(saying(tenant), anybody, rules),
      (why) => why instanceof Unserved && why.reason === 'tenant' && why.headers['www-authenticate'] !== undefined,
      tenant,
    );
  }
  assert.throws(() => tenantOf(saying('a', 'a'), anybody, rules), /one value, found 2/);
});
