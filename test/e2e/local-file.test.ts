import assert from 'node:assert/strict';
import { mkdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { numbers, pushAll, temporary } from '../field/field.ts';
import { startGateway } from '../support/gateway.ts';
import { startPyroscopeServer } from '../support/pyroscope-server.ts';

const config = (url: string, token: string): string => `local.file "token" {
  filename  = "${token}"
  is_secret = true
}
pyroscope.receive_http "sdk" {
  http {
    listen_address = "127.0.0.1"
    listen_port    = 0
  }
  forward_to = [pyroscope.write.out.receiver]
}
pyroscope.write "out" {
  endpoint {
    url          = "${url}"
    bearer_token = local.file.token.content
  }
}
`;

test('a token that is rotated behind local.file is in force without being asked for, and one that went changes nothing', async (t) => {
  const upstream = await startPyroscopeServer();
  t.after(() => upstream.close());
  const directory = temporary(t);
  // As Kubernetes mounts a secret: links through a directory that is swapped.
  const version = (name: string, token: string): void => {
    mkdirSync(join(directory, name));
    writeFileSync(join(directory, name, 'token'), `${token}\n`);
    symlinkSync(name, join(directory, '..tmp'));
    renameSync(join(directory, '..tmp'), join(directory, '..data'));
  };
  version('..one', 'first');
  symlinkSync('..data/token', join(directory, 'token'));
  const args = ['--set', 'service.admin.endpoint=127.0.0.1:0'];
  const gateway = await startGateway({
    config: config(upstream.url, join(directory, 'token')),
    fileName: 'gateway.alloy',
    directory,
    args,
  });
  t.after(() => gateway.stop('SIGKILL'));
  const sender = { ...gateway, address: () => gateway.address('pyroscope/sdk') };
  const authorizations = (): unknown[] => upstream.arrivals.map(({ headers }) => headers['authorization']);

  await pushAll(sender, numbers(0, 1));
  version('..two', 'second');
  await gateway.line(({ message }) => message === 'configuration reloaded');
  await pushAll(sender, numbers(1, 1));
  assert.deepEqual(authorizations(), ['Bearer first', 'Bearer second']);

  rmSync(join(directory, 'token'));
  const refused = await gateway.line(({ message }) => message === 'the new configuration is refused, the old one stays in force');
  assert.match(JSON.stringify(refused), /local\.file\.token: failed to read file: ENOENT/);
  await pushAll(sender, numbers(2, 1));
  assert.equal(authorizations().at(-1), 'Bearer second');
  assert.doesNotMatch(JSON.stringify(gateway.lines), /first|second/);
});
