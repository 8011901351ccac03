import { z } from 'zod';
import { Secret, SecretSchema } from '../../core/secret.ts';
import { DurationSchema } from '../../core/units.ts';
import { urlFault } from './url.ts';

/*
 * Options of an HTTP client under the names, defaults and rules that Alloy gives them, so that an `endpoint` block moves here key by key.
 * The wording of the rules between keys is Alloy's own (grafana/alloy internal/component/common/config/types.go): people search for it.
 */

// Headers that the client sets itself; the list is that of prometheus/common config/headers.go.
const reservedHeaders = [
  'Authorization',
  'Host',
  'Content-Encoding',
  'Content-Length',
  'Content-Type',
  'User-Agent',
  'Connection',
  'Keep-Alive',
  'Proxy-Authenticate',
  'Proxy-Authorization',
  'Www-Authenticate',
  'Accept-Encoding',
  'X-Prometheus-Remote-Write-Version',
  'X-Prometheus-Remote-Read-Version',
  'X-Prometheus-Scrape-Timeout-Seconds',
  'X-Amz-Date',
  'X-Amz-Security-Token',
  'X-Amz-Content-Sha256',
];
const reservedByKey = new Map(reservedHeaders.map((name) => [name.toLowerCase(), name]));
const headerNamePattern = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;

function checkHeaderNames(headers: Readonly<Record<string, unknown>>, context: z.core.$RefinementCtx): void {
  for (const name of Object.keys(headers)) {
    if (headerNamePattern.test(name)) continue;
    context.addIssue({ code: 'custom', path: [name], message: 'expected a header name, which has no blanks or separators' });
  }
}

/** Why a text cannot be the value of a header, without the text; undefined when it can: printable ASCII, or nothing (RFC 9110, 5.5). */
export function headerValueFault(text: string): string | undefined {
  const found = /[^\x20-\x7e]/.exec(text)?.[0];
  if (found === undefined) return undefined;
  const name = { '\n': 'a line end', '\r': 'a line end', '\t': 'a tab', '\0': 'a NUL' }[found];
  const what = name ?? (/\p{Cc}/u.test(found) ? 'a control character' : 'a character that is not ASCII');
  return `expected the value of a header, which is printable ASCII, found ${what} in it`;
}

/** Without the white space around it, which no header has (RFC 9110, 5.5): files and variables often end in a line end. */
function trimmed<T extends string | Secret>(value: T): string | Secret {
  return typeof value === 'string' ? value.trim() : new Secret(value.reveal().trim());
}

/** What no header can carry is found here, whatever it was read through: later it would look like the backend's fault. */
function checkHeaderValue(value: string | Secret, context: z.core.$RefinementCtx): void {
  const message = headerValueFault(typeof value === 'string' ? value : value.reveal());
  if (message !== undefined) context.addIssue({ code: 'custom', message });
}

const HeaderSecretSchema = z
  .union([z.string(), z.instanceof(Secret)])
  .transform((value) => new Secret((typeof value === 'string' ? value : value.reveal()).trim()))
  .superRefine(checkHeaderValue)
  .meta({ secret: true });

const UrlSchema = z.string().superRefine((value, context) => {
  const message = urlFault(value);
  if (message !== undefined) context.addIssue({ code: 'custom', message });
});

const ProxyUrlSchema = z
  .string()
  .refine((value) => value === '' || URL.canParse(value), 'expected a URL such as http://proxy:3128')
  .refine(
    (value) => !URL.canParse(value) || /^(https?|socks5h?):$/.test(new URL(value).protocol),
    'expected a proxy that is spoken to by http://, https://, socks5:// or socks5h://',
  );

// Some send credentials under names of their own: what looks like one must not be printed with the configuration.
const credentialHeaderPattern = /auth|cookie|key|password|secret|token/i;

const HeadersSchema = z
  .record(
    z.string(),
    z
      .union([z.string(), z.instanceof(Secret)])
      .transform(trimmed)
      .superRefine(checkHeaderValue)
      .meta({ secretFromOutside: true }),
  )
  .superRefine(checkHeaderNames)
  .transform((headers) =>
    Object.fromEntries(
      Object.entries(headers).map(([name, value]) => [
        name,
        typeof value === 'string' && credentialHeaderPattern.test(name) ? new Secret(value) : value,
      ]),
    ),
  )
  .default({})
  .describe('headers of every request; Authorization here beats every other way to authenticate but oauth2');

const HttpHeadersSchema = z
  .record(z.string(), z.array(HeaderSecretSchema))
  .superRefine((headers, context) => {
    checkHeaderNames(headers, context);
    for (const name of Object.keys(headers)) {
      const reserved = reservedByKey.get(name.toLowerCase());
      if (reserved !== undefined) {
        context.addIssue({ code: 'custom', path: [name], message: `setting header "${reserved}" is not allowed` });
      }
    }
  })
  .default({})
  .describe('headers added to those of `headers`: a name in both goes out with both values');

const proxyShape = {
  proxy_url: ProxyUrlSchema.optional().describe('proxy for every request: http, https, socks5 or socks5h (it looks names up in both)'),
  no_proxy: z
    .string()
    .optional()
    .describe('hosts that are called directly: names, .suffixes, addresses, CIDRs, each with an optional port, or *'),
  proxy_from_environment: z.boolean().default(false).describe('use HTTP_PROXY, HTTPS_PROXY and NO_PROXY'),
  proxy_connect_header: z
    .record(z.string(), z.array(HeaderSecretSchema))
    .superRefine(checkHeaderNames)
    .default({})
    .describe('headers of the CONNECT request to the proxy'),
};

const TlsSchema = z
  .strictObject({
    ca_pem: z.string().optional().describe("certificates to trust instead of the system's and Node's"),
    ca_file: z.string().optional().describe('file of such certificates, read again when it changes'),
    cert_pem: z.string().optional().describe('client certificate'),
    cert_file: z.string().optional().describe('file of the client certificate, read again when it changes'),
    key_pem: SecretSchema.optional().describe('key of the client certificate'),
    key_file: z.string().optional().describe('file of that key, read again when it changes'),
    server_name: z.string().optional().describe('name that the server has to prove, instead of the host in the URL'),
    insecure_skip_verify: z.boolean().default(false).describe('accept any certificate'),
    min_version: z
      .enum(['TLS10', 'TLS11', 'TLS12', 'TLS13'], {
        error: (issue) => `unknown TLS version: ${JSON.stringify(issue.input)}, expected TLS10, TLS11, TLS12 or TLS13`,
      })
      .optional()
      .describe('oldest TLS version spoken; TLS12 when not set'),
  })
  .superRefine((tls, context) => {
    atMostOne(context, tls, 'ca_pem', 'ca_file', 'at most one of ca_pem and ca_file must be configured');
    atMostOne(context, tls, 'cert_pem', 'cert_file', 'at most one of cert_pem and cert_file must be configured');
    atMostOne(context, tls, 'key_pem', 'key_file', 'at most one of key_pem and key_file must be configured');
    const hasCert = isSet(tls.cert_pem) || isSet(tls.cert_file);
    const hasKey = isSet(tls.key_pem) || isSet(tls.key_file);
    if (hasCert && !hasKey) {
      context.addIssue({
        code: 'custom',
        message: 'exactly one of key_pem or key_file must be configured when a client certificate is configured',
      });
    }
    if (hasKey && !hasCert) {
      context.addIssue({
        code: 'custom',
        message: 'exactly one of cert_pem or cert_file must be configured when a client key is configured',
      });
    }
  });

const BasicAuthSchema = z
  .strictObject({
    username: z.string().default(''),
    password: SecretSchema.optional(),
    password_file: z.string().optional().describe('read again when it changes'),
  })
  .superRefine((basic, context) =>
    atMostOne(context, basic, 'password', 'password_file', 'at most one of basic_auth password & password_file must be configured'),
  );

const AuthorizationSchema = z
  .strictObject({
    type: z.string().trim().superRefine(checkHeaderValue).default('Bearer').describe('first word of the header'),
    credentials: HeaderSecretSchema.optional(),
    credentials_file: z.string().optional().describe('read again when it changes'),
  })
  .superRefine((authorization, context) => {
    atMostOne(
      context,
      authorization,
      'credentials',
      'credentials_file',
      'at most one of authorization credentials & credentials_file must be configured',
    );
    if (authorization.type.toLowerCase() === 'basic') {
      context.addIssue({
        code: 'custom',
        path: ['type'],
        message: 'authorization type cannot be set to "basic", use "basic_auth" block instead',
      });
    }
  });

const OAuth2Schema = z
  .strictObject({
    client_id: z.string().default(''),
    client_secret: SecretSchema.optional(),
    client_secret_file: z.string().optional().describe('read again when it changes, and then a new token is asked for'),
    token_url: z.string().default(''),
    scopes: z.array(z.string()).default([]),
    endpoint_params: z.record(z.string(), z.string()).default({}).describe('more form fields of the token request'),
    ...proxyShape,
    tls_config: TlsSchema.optional(),
  })
  .superRefine((oauth2, context) => {
    const issue = (key: string, message: string): void => void context.addIssue({ code: 'custom', path: [key], message });
    if (oauth2.client_id === '') issue('client_id', 'oauth2 client_id must be configured');
    if (!isSet(oauth2.client_secret) && !isSet(oauth2.client_secret_file)) {
      issue('client_secret', 'either oauth2 client_secret or client_secret_file must be configured');
    }
    if (oauth2.token_url === '') issue('token_url', 'oauth2 token_url must be configured');
    else if (!URL.canParse(oauth2.token_url)) issue('token_url', 'expected a URL such as https://login.example.org/token');
    atMostOne(
      context,
      oauth2,
      'client_secret',
      'client_secret_file',
      'at most one of oauth2 client_secret & client_secret_file must be configured',
    );
    refineProxy(oauth2, context);
  });

/** Keys of one HTTP client, to be spread into the schema of whatever owns one (an endpoint). Refine the whole with refineHttpClient. */
export const httpClientShape = {
  url: UrlSchema.describe('where to send; user-info in it becomes basic auth'),
  remote_timeout: DurationSchema.default(10_000).describe(
    'duration: one attempt as a whole, from connecting to the last byte of the answer',
  ),
  headers: HeadersSchema,
  http_headers: HttpHeadersSchema,
  basic_auth: BasicAuthSchema.optional(),
  authorization: AuthorizationSchema.optional(),
  bearer_token: HeaderSecretSchema.optional(),
  bearer_token_file: z.string().optional().describe('read again when it changes'),
  oauth2: OAuth2Schema.optional().describe('client credentials grant; the token replaces any Authorization header'),
  tls_config: TlsSchema.optional(),
  ...proxyShape,
  follow_redirects: z
    .boolean()
    .default(true)
    .describe('follow 301, 302, 307 and 308 with method and body, at most ten times; secrets never reach another host name'),
  enable_http2: z.boolean().default(true).describe('offer HTTP/2 to TLS servers; cleartext is always HTTP/1.1'),
  dns: z
    .strictObject({
      refresh: DurationSchema.default(30_000).describe('duration: how long an address is used before its name is looked up again'),
    })
    .prefault({}),
  max_connection_age: DurationSchema.default(300_000).describe(
    'duration: a connection older than that takes no new request; finds new addresses',
  ),
};

/** One HTTP client on its own. */
export const HttpClientSchema = z.strictObject(httpClientShape).superRefine(refineHttpClient);

/** What createHttpClient and createGrpcClient are given. */
export type HttpClientConfig = z.output<typeof HttpClientSchema>;

/** A `tls_config` block. */
export type TlsConfig = z.output<typeof TlsSchema>;

/** An `oauth2` block. */
export type OAuth2Config = z.output<typeof OAuth2Schema>;

/** The proxy keys that a client and its `oauth2` block have alike. */
export type ProxyConfig = Pick<HttpClientConfig, keyof typeof proxyShape>;

type Context = z.core.$RefinementCtx;

/** Rules between the keys of httpClientShape; those inside one block are the block's own. */
export function refineHttpClient(value: Omit<HttpClientConfig, 'url'>, context: Context): void {
  // An empty block counts, an empty string does not.
  const ways = [
    value.basic_auth !== undefined,
    value.authorization !== undefined,
    value.oauth2 !== undefined,
    isSet(value.bearer_token),
    isSet(value.bearer_token_file),
  ].filter(Boolean).length;
  if (ways > 1) {
    context.addIssue({
      code: 'custom',
      message: 'at most one of basic_auth, authorization, oauth2, bearer_token & bearer_token_file must be configured',
    });
  }
  refineProxy(value, context);
}

function refineProxy(value: ProxyConfig, context: Context): void {
  const issue = (key: string, message: string): void => void context.addIssue({ code: 'custom', path: [key], message });
  if (Object.keys(value.proxy_connect_header).length > 0 && !isSet(value.proxy_url) && !value.proxy_from_environment) {
    issue('proxy_connect_header', 'if proxy_connect_header is configured, proxy_url or proxy_from_environment must also be configured');
  }
  if (value.proxy_from_environment && isSet(value.proxy_url)) {
    issue('proxy_from_environment', 'if proxy_from_environment is configured, proxy_url must not be configured');
  }
  if (value.proxy_from_environment && isSet(value.no_proxy)) {
    issue('proxy_from_environment', 'if proxy_from_environment is configured, no_proxy must not be configured');
  }
  if (isSet(value.no_proxy) && !isSet(value.proxy_url) && !value.proxy_from_environment) {
    issue('no_proxy', 'if no_proxy is configured, proxy_url must also be configured');
  }
}

/** Whether a key has a value that counts: Alloy takes an empty string for none. */
export function isSet(value: string | Secret | undefined): boolean {
  return value !== undefined && (value instanceof Secret ? value.reveal() : value) !== '';
}

function atMostOne<K extends string>(
  context: Context,
  value: Partial<Record<K, string | Secret | undefined>>,
  first: K,
  second: K,
  message: string,
): void {
  if (isSet(value[first]) && isSet(value[second])) context.addIssue({ code: 'custom', path: [second], message });
}
