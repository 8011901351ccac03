import assert from 'node:assert/strict';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { type TestContext, test } from 'node:test';
import { type Authority, createAuthority, pemOf } from '../net/client/certificates.ts';
import { balanced, numbers, pushAll, queues, startField } from './field.ts';

// nodejs/node#58198, #3159: Node ignores the system's CA store and SSL_CERT_FILE; what worked in Go fails with a self-signed error.
async function startUpstream(t: TestContext): Promise<{ readonly url: string; readonly authority: Authority }> {
  const authority = createAuthority('Field Authority');
  t.after(() => authority[Symbol.dispose]());
  const server = createServer(pemOf(authority.issue('server')), (request, response) => {
    request.resume().on('end', () => response.writeHead(200, { 'content-type': 'application/proto' }).end());
  });
  t.after(() => {
    server.close();
    server.closeAllConnections();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { url: `https://localhost:${(server.address() as AddressInfo).port}`, authority }; // listening on TCP
}

for (const queue of queues) {
  test(`${queue['type']} queue: an endpoint signed by the CA of SSL_CERT_FILE is trusted without tls_config`, async (t) => {
    const { url, authority } = await startUpstream(t);
    const gateway = await startField(t, { endpoints: [{ url }], queue }, { env: { SSL_CERT_FILE: authority.ca } });
    await pushAll(gateway, numbers(0, 3));
    await balanced(gateway, 'up0', { accepted: 3, delivered: 3, queued: 0 });
  });

  test(`${queue['type']} queue: another CA leads to a message that names the issuer and the key to set`, async (t) => {
    const { url } = await startUpstream(t);
    const other = createAuthority('Other Authority');
    t.after(() => other[Symbol.dispose]());
    const gateway = await startField(t, { endpoints: [{ url }], queue }, { env: { SSL_CERT_FILE: other.ca } });
    await pushAll(gateway, numbers(0, 3));
    const line = await gateway.line(({ endpoint, answer }) => endpoint === 'up0' && answer !== undefined);
    assert.match(String(line['answer']), /Field Authority/);
    assert.match(String(line['answer']), /tls_config\.ca_file/);
    await balanced(gateway, 'up0', { accepted: 3, delivered: 0, queued: 3 });
  });
}
