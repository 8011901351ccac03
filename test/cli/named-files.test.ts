import assert from 'node:assert/strict';
import { cpSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import type { Io } from '../../src/cli/io.ts';
import { runGateway } from '../../src/cli/run.ts';
import { runValidate } from '../../src/cli/validate.ts';
import { directory } from '../config/fakes.ts';
import { memoryIo } from './memory-io.ts';

const tls = join(import.meta.dirname, '..', 'golden', 'tls');
const hash = '$2y$05$abcdefghijklmnopqrstuuKxQ0fUcG9m1a4Ty9XvZSi1o9yS0p7n2';

interface Parts {
  readonly receiver?: string;
  readonly endpoint?: string;
  readonly processors?: string;
}

function yaml({ receiver = '', endpoint = '', processors = '{}' }: Parts): string {
  return `receivers:
  pyroscope: { endpoint: "127.0.0.1:0", ${receiver} }
processors: ${processors}
exporters:
  pyroscope: { endpoints: [ { url: "http://127.0.0.1:1", ${endpoint} } ] }
service:
  pipelines: { p: { receivers: [pyroscope], processors: [${processors === '{}' ? '' : 'enrich'}], exporters: [pyroscope] } }
  admin: { endpoint: "127.0.0.1:0" }
`;
}

/** What validate and run print of a configuration, and their exit codes; run must not get as far as opening anything. */
async function bothSay(t: TestContext, text: string, name = 'c.yaml'): Promise<{ validate: [number, string]; run: [number, string] }> {
  const dir = directory(t, { [name]: text.replaceAll('DIR', '.') });
  cpSync(tls, dir, { recursive: true });
  writeFileSync(join(dir, 'users'), `ann:${hash}\n`);
  writeFileSync(join(dir, 'nobody'), '# nobody\n');
  writeFileSync(join(dir, 'text'), 'canary-7f3a\n');
  const options = { files: [join(dir, name)], sets: [], strict: false, secretsDir: undefined, queueDir: undefined };
  const said = async (verb: (io: Io) => Promise<number>): Promise<[number, string]> => {
    const { io, printed } = memoryIo(dir);
    const code = await verb(io);
    assert.doesNotMatch(printed(), /canary/);
    return [code, printed().replaceAll(`${dir}/`, '')];
  };
  const before = process.cwd();
  process.chdir(dir);
  t.after(() => process.chdir(before));
  try {
    return {
      validate: await said((io) => runValidate({ ...options, json: false, online: false }, io)),
      run: await said((io) => runGateway({ ...options, watch: false, checkOnly: false }, io)),
    };
  } finally {
    process.chdir(before);
  }
}

const tlsOf = (keys: string): Parts => ({ endpoint: `tls_config: { ${keys} }` });

for (const [what, parts, expected] of [
  [
    'a CA file that is not there',
    tlsOf('ca_file: gone'),
    /5:\d+ exporters\.pyroscope\.endpoints\[0\]\.tls_config\.ca_file: .*gone: ENOENT/,
  ],
  ['a CA file without a certificate', tlsOf('ca_file: text'), /tls_config\.ca_file: unable to use specified CA cert text/],
  ['an inline CA that is none', tlsOf('ca_pem: canary-7f3a'), /tls_config\.ca_pem: unable to use specified CA cert inline/],
  ['a certificate that is not there', tlsOf('cert_file: gone, key_file: client.key'), /tls_config\.cert_file: .*gone: ENOENT/],
  ['a key that is not there', tlsOf('cert_file: client.pem, key_file: gone'), /tls_config\.key_file: .*gone: ENOENT/],
  [
    'a key of another certificate',
    tlsOf('cert_file: client.pem, key_file: server.key'),
    /tls_config\.cert_file: .*the key belongs to another certificate/,
  ],
  ['a key that is none', tlsOf('cert_file: client.pem, key_file: text'), /tls_config\.cert_file: .*it is not in PEM form/],
  [
    'a password file that is not there',
    { endpoint: 'basic_auth: { username: a, password_file: gone }' },
    /basic_auth\.password_file: .*gone: ENOENT/,
  ],
  ['a token file that is not there', { endpoint: 'bearer_token_file: gone' }, /bearer_token_file: .*gone: ENOENT/],
  ['a credentials file that is a directory', { endpoint: 'authorization: { credentials_file: . }' }, /credentials_file: .*EISDIR/],
  [
    'a secret file of OAuth 2 that is not there',
    { endpoint: 'oauth2: { client_id: a, client_secret_file: gone, token_url: "http://t" }' },
    /oauth2\.client_secret_file: .*gone: ENOENT/,
  ],
  [
    'a certificate of a listener that is not there',
    { receiver: 'tls: { cert_file: gone, key_file: server.key }' },
    /2:\d+ receivers\.pyroscope\.tls\.cert_file: .*gone: ENOENT/,
  ],
  [
    'a key of another certificate at a listener',
    { receiver: 'tls: { cert_file: server.pem, key_file: client.key }' },
    /tls\.cert_file: .*belongs to another certificate/,
  ],
  [
    'a client CA without a certificate',
    { receiver: 'tls: { cert_file: server.pem, key_file: server.key, client_ca_file: text }' },
    /tls\.client_ca_file: .*text holds no certificate/,
  ],
  ['a users file that is not there', { receiver: 'auth: { basic: { users_file: gone } }' }, /auth\.basic\.users_file: .*gone: ENOENT/],
  [
    'a users file without a hash',
    { receiver: 'auth: { basic: { users_file: text } }' },
    /auth\.basic\.users_file: text:1: expected `user:bcrypt/,
  ],
  [
    'a tokens file without a token',
    { receiver: 'auth: { bearer: { tokens_file: nobody } }' },
    /auth\.bearer\.tokens_file: nobody is empty/,
  ],
  [
    'a file of targets that is not there',
    { processors: '{ enrich: { targets_file: gone } }' },
    /3:\d+ processors\.enrich\.targets_file: .*gone: ENOENT/,
  ],
  ['a file of targets that is no JSON', { processors: '{ enrich: { targets_file: text } }' }, /processors\.enrich\.targets_file: /],
] as const satisfies readonly (readonly [string, Parts, RegExp])[]) {
  test(`${what} is 78 with its place, from validate and from run in the same words`, async (t) => {
    const { validate, run } = await bothSay(t, yaml(parts));
    assert.equal(validate[0], 78, validate[1]);
    assert.match(validate[1], expected);
    assert.equal(validate[1].trim().split('\n').length, 1, validate[1]);
    assert.deepEqual(run, validate);
  });
}

test('an .alloy file whose secret cannot be read starts as in Alloy, with a warning', async (t) => {
  const alloy = 'pyroscope.write "w" {\n  endpoint {\n    url = "http://127.0.0.1:1"\n    bearer_token_file = "gone"\n  }\n}\n';
  const dir = directory(t, { 'c.alloy': alloy });
  const { io, printed } = memoryIo(dir);
  const options = { files: [join(dir, 'c.alloy')], sets: [], strict: false, secretsDir: undefined, queueDir: undefined };
  assert.equal(await runValidate({ ...options, json: false, online: false }, io), 0);
  assert.match(
    printed(),
    /c\.alloy:4:25 exporters\.pyroscope\/w\.endpoints\[0\]\.bearer_token_file: warning: unable to read file gone: ENOENT/,
  );
});
