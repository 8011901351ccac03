import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { get } from 'node:https';
import { test } from 'node:test';
import type { TLSSocket } from 'node:tls';
import { AdminSchema } from '../../src/admin/schema.ts';
import { openAdmin } from '../../src/admin/server.ts';
import { systemClock } from '../../src/core/clock.ts';
import { createAuthority } from '../net/client/certificates.ts';
import { createTestLogger } from '../support/host.ts';

const unused = (): never => assert.fail('nobody asks for this');

test('the admin endpoint speaks TLS with its certificate, and with another one after a reload', async () => {
  using authority = createAuthority('admin');
  const [one, two] = [authority.issue('one'), authority.issue('two')];
  const ca = readFileSync(authority.ca);
  const settings = ({ cert, key }: typeof one) => AdminSchema.parse({ endpoint: '127.0.0.1:0', tls: { cert_file: cert, key_file: key } });
  const admin = await openAdmin({
    admin: settings(one),
    version: '1.2.3',
    clock: systemClock,
    log: createTestLogger([]),
    random: () => 0,
    exposition: unused,
    unready: () => [],
    degraded: () => [],
    reload: unused,
    status: unused,
    senders: unused,
    targets: unused,
    bundle: unused,
    config: unused,
    logLevel: () => 'info',
    setLogLevel: unused,
    pause: unused,
    endpoints: unused,
  });
  const askWhoItIs = (): Promise<readonly [number | undefined, unknown]> =>
    new Promise((resolve, reject) => {
      get(`https://${admin.address}/api/v1/log-level`, { ca, agent: false }, (answer) => {
        resolve([answer.statusCode, (answer.socket as TLSSocket).getPeerCertificate().subject.CN]); // https gives no other socket
        answer.resume();
      }).on('error', reject);
    });
  assert.deepEqual(await askWhoItIs(), [200, 'one']);
  assert.equal((await fetch(`http://${admin.address}/-/healthy`)).status, 400);
  admin.prepare(settings(two))();
  assert.deepEqual(await askWhoItIs(), [200, 'two']);
  await admin.close(AbortSignal.timeout(5000));
});
