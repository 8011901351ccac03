import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { copyFile, mkdir } from 'node:fs/promises';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { createAuthority, pemOf } from './certificates.ts';

const run = promisify(execFile);

/** Trust is the process's: each variant is asked in one of its own. */
const script = `
import { get } from 'node:https';
import { trustSystem } from ${JSON.stringify(new URL('../../../src/net/client/trust.ts', import.meta.url).href)};
await trustSystem({ share: async (key, open) => ({ resource: await open(), release: async () => undefined }) });
get(process.argv[1], (response) => response.resume() && console.log(response.statusCode)).on('error', (error) => console.log(error.code));
`;

test('SSL_CERT_FILE and the directories of SSL_CERT_DIR are trusted beside what Node trusts', async () => {
  using authority = createAuthority('Test Authority');
  using other = createAuthority('Other Authority');
  const directory = path.join(authority.directory, 'more');
  await mkdir(directory);
  await copyFile(authority.ca, path.join(directory, 'any.name'));
  const server = createServer(pemOf(authority.issue('server')), (_, response) => response.end());
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `https://127.0.0.1:${(server.address() as AddressInfo).port}`; // listening on TCP
  const ask = async (env: Record<string, string>): Promise<string> => {
    const bare = { ...process.env, SSL_CERT_FILE: other.ca, SSL_CERT_DIR: other.directory, ...env };
    const { stdout } = await run(process.execPath, ['--input-type=module', '-e', script, url], { env: bare });
    return stdout.trim();
  };
  const [without, file, directories] = await Promise.all([
    ask({}),
    ask({ SSL_CERT_FILE: authority.ca }),
    ask({ SSL_CERT_DIR: `/nope${path.delimiter}${directory}` }),
  ]);
  server.close();
  assert.equal(without, 'UNABLE_TO_VERIFY_LEAF_SIGNATURE');
  assert.equal(file, '200');
  assert.equal(directories, '200');
});
