import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inspect } from 'node:util';
import { Secret, SecretSchema } from '../../src/core/secret.ts';

test('a secret prints as <secret> whatever prints it', () => {
  const secret = new Secret('canary');
  for (const text of [
    String(secret),
    `${secret}`,
    JSON.stringify({ secret }),
    inspect({ secret }),
    inspect(secret, { showHidden: true }),
  ]) {
    assert.ok(text.includes('<secret>') && !text.includes('canary'), text);
  }
  assert.equal(secret.reveal(), 'canary');
});

test('a config value becomes a secret as it is read', () => {
  assert.equal(SecretSchema.parse('canary').reveal(), 'canary');
  assert.equal(SecretSchema.safeParse(5).success, false);
});
