import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';
import { createHttpClient } from '../../../src/net/client/client.ts';
import { plainTls } from '../../../src/net/client/tls-words.ts';
import { createTestHost } from '../../support/host.ts';
import { config, never, push } from './upstream.ts';

test('says in words what OpenSSL says in codes', () => {
  for (const [given, words] of [
    ['error:05800074:x509 certificate routines::key values mismatch', 'the key belongs to another certificate'],
    ['error:0480006C:PEM routines::no start line', 'it is not in PEM form'],
    [
      '80B0D16E3B7F0000:error:0A00010B:SSL routines:ssl3_get_record:wrong version number:../deps/openssl/ssl/record/ssl3_record.c:355:\n',
      'it does not speak TLS on this port: is http:// meant?',
    ],
    ['unable to verify the first certificate', 'unable to verify the first certificate'],
  ] as const)
    assert.equal(plainTls(given), words);
});

test('TLS to a server that speaks none is told in one plain line', async (t) => {
  const server = createServer((_, response) => response.end()).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const client = createHttpClient(config(`https://127.0.0.1:${port}`), createTestHost());
  t.after(async () => {
    await client.close();
    server.close();
  });
  const outcome = await client.request(push(), never);
  assert.ok(outcome.kind === 'failure');
  assert.equal(outcome.message, `127.0.0.1:${port}: the TLS handshake failed: it does not speak TLS on this port: is http:// meant?`);
});
