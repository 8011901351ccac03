import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inspect } from 'node:util';
import { HttpClientSchema } from '../../../src/net/client/schema.ts';

function complaints(keys: object): string[] {
  const result = HttpClientSchema.safeParse({ url: 'http://pyroscope:4040', ...keys });
  return result.success ? [] : result.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`);
}

test("fills in Alloy's defaults", () => {
  const parsed = HttpClientSchema.parse({ url: 'http://pyroscope:4040' });
  assert.equal(parsed.remote_timeout, 10_000);
  assert.equal(parsed.follow_redirects, true);
  assert.equal(parsed.enable_http2, true);
  assert.equal(parsed.proxy_from_environment, false);
  assert.equal(parsed.dns.refresh, 30_000);
  assert.equal(parsed.max_connection_age, 300_000);
  assert.equal(HttpClientSchema.parse({ url: 'http://a', authorization: {} }).authorization?.type, 'Bearer');
});

const oneAuth = ': at most one of basic_auth, authorization, oauth2, bearer_token & bearer_token_file must be configured';
const oauth2 = { client_id: '1', client_secret: '2', token_url: 'http://127.0.0.1:1/' };
const bothSecrets = { client_secret_file: 'f', client_secret: '2' };

const rules: readonly [string, object, readonly string[]][] = [
  ['two ways to authenticate', { basic_auth: {}, bearer_token: 't' }, [oneAuth]],
  ['an empty block beside another', { basic_auth: {}, authorization: {} }, [oneAuth]],
  ['a token and its file', { bearer_token: 't', bearer_token_file: 'f' }, [oneAuth]],
  ['an empty string, which does not count', { basic_auth: {}, bearer_token: '', bearer_token_file: '' }, []],
  [
    'a password and its file',
    { basic_auth: { password: 'p', password_file: 'f' } },
    ['basic_auth.password_file: at most one of basic_auth password & password_file must be configured'],
  ],
  [
    'credentials and their file',
    { authorization: { credentials: 'p', credentials_file: 'f' } },
    ['authorization.credentials_file: at most one of authorization credentials & credentials_file must be configured'],
  ],
  [
    'basic as a type of authorization',
    { authorization: { type: ' bAsIc ' } },
    ['authorization.type: authorization type cannot be set to "basic", use "basic_auth" block instead'],
  ],
  ['another type of authorization', { authorization: { type: '  APIKEY ' } }, []],
  ['oauth2 that is complete', { oauth2 }, []],
  ['oauth2 without client_id', { oauth2: { ...oauth2, client_id: '' } }, ['oauth2.client_id: oauth2 client_id must be configured']],
  [
    'oauth2 without a secret',
    { oauth2: { ...oauth2, client_secret: '' } },
    ['oauth2.client_secret: either oauth2 client_secret or client_secret_file must be configured'],
  ],
  [
    'oauth2 with two secrets',
    { oauth2: { ...oauth2, ...bothSecrets } },
    ['oauth2.client_secret_file: at most one of oauth2 client_secret & client_secret_file must be configured'],
  ],
  ['oauth2 without token_url', { oauth2: { ...oauth2, token_url: '' } }, ['oauth2.token_url: oauth2 token_url must be configured']],
  [
    'oauth2 with a proxy twice',
    { oauth2: { ...oauth2, proxy_url: 'http://p:1', proxy_from_environment: true } },
    ['oauth2.proxy_from_environment: if proxy_from_environment is configured, proxy_url must not be configured'],
  ],
  [
    'a client certificate without a key',
    { tls_config: { cert_file: 'c' } },
    ['tls_config: exactly one of key_pem or key_file must be configured when a client certificate is configured'],
  ],
  [
    'a key without a client certificate',
    { tls_config: { key_pem: 'k' } },
    ['tls_config: exactly one of cert_pem or cert_file must be configured when a client key is configured'],
  ],
  [
    'a CA and its file',
    { tls_config: { ca_pem: 'x', ca_file: 'y' } },
    ['tls_config.ca_file: at most one of ca_pem and ca_file must be configured'],
  ],
  [
    'an unknown TLS version',
    { tls_config: { min_version: 'tls12' } },
    ['tls_config.min_version: unknown TLS version: "tls12", expected TLS10, TLS11, TLS12 or TLS13'],
  ],
  [
    'headers for a proxy that is not there',
    { proxy_connect_header: { X: ['y'] } },
    ['proxy_connect_header: if proxy_connect_header is configured, proxy_url or proxy_from_environment must also be configured'],
  ],
  [
    'a proxy of the environment with exceptions of our own',
    { proxy_from_environment: true, no_proxy: 'a' },
    ['proxy_from_environment: if proxy_from_environment is configured, no_proxy must not be configured'],
  ],
  ['exceptions without a proxy', { no_proxy: 'a' }, ['no_proxy: if no_proxy is configured, proxy_url must also be configured']],
  [
    'a reserved header, whatever its case',
    { http_headers: { 'user-Agent': ['x'] } },
    ['http_headers.user-Agent: setting header "User-Agent" is not allowed'],
  ],
  ['an unreserved header', { http_headers: { 'X-Scope-OrgID': ['x'], Cookie: ['y'] } }, []],
  [
    'a URL of another kind',
    { url: 'ftp://127.0.0.1:4040' },
    ['url: expected a URL that starts with http:// or https://, found "ftp://127.0.0.1:4040"'],
  ],
  [
    'a password in a bad URL',
    { url: 'ftp://bob:s3cret@h' },
    ['url: expected a URL that starts with http:// or https://, found something else'],
  ],
  ['a header name with a blank', { headers: { 'X Y': 'v' } }, ['headers.X Y: expected a header name, which has no blanks or separators']],
];

for (const [what, keys, expected] of rules) {
  test(`${expected.length === 0 ? 'takes' : 'refuses'} ${what}`, () => assert.deepEqual(complaints(keys), expected));
}

test('prints no secret', () => {
  const parsed = HttpClientSchema.parse({
    url: 'http://a',
    headers: { Authorization: 'hunter2', 'X-Api-Key': 'hunter2', 'X-Scope-OrgID': 'squad-1' },
    http_headers: { 'X-A': ['hunter2'] },
    oauth2: { ...oauth2, client_secret: 'hunter2', tls_config: { cert_pem: 'c', key_pem: 'hunter2' } },
  });
  for (const text of [inspect(parsed, { depth: 9 }), JSON.stringify(parsed)]) {
    assert.doesNotMatch(text, /hunter2/);
    assert.match(text, /squad-1/);
  }
});

const carriers: readonly [string, (value: string) => object][] = [
  ['headers.X', (value) => ({ headers: { X: value } })],
  ['http_headers.X[0]', (value) => ({ http_headers: { X: [value] } })],
  ['proxy_connect_header.X[0]', (value) => ({ proxy_url: 'http://p:1', proxy_connect_header: { X: [value] } })],
  ['bearer_token', (value) => ({ bearer_token: value })],
  ['authorization.credentials', (value) => ({ authorization: { credentials: value } })],
  ['authorization.type', (value) => ({ authorization: { type: value } })],
];

for (const [key, keys] of carriers) {
  test(`${key}: white space around it is cut, what no header can carry is refused without being repeated`, () => {
    assert.deepEqual(complaints(keys(' hunter2\r\n')), []);
    for (const [value, found] of [
      ['hunter2\r\nX-Evil: 1', 'a line end'],
      ['hunter2\tx', 'a tab'],
      ['hunter2\0x', 'a NUL'],
      ['hunter2\u001bx', 'a control character'],
      ['hunter2\u00e9', 'a character that is not ASCII'],
    ] as const) {
      const place = key.replace('[0]', '.0');
      assert.deepEqual(complaints(keys(value)), [
        `${place}: expected the value of a header, which is printable ASCII, found ${found} in it`,
      ]);
    }
  });
}
