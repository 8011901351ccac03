import type { BlockReader } from '../block-reader.ts';
import type { Component, World } from '../component.ts';
import { bool, choice, type Decoder, duration, integer, receivers, secret, text, unsigned } from '../decode.ts';
import { instead, type Keys, leaf, type Placed, record } from '../placed.ts';
import { placeOf } from '../source.ts';
import { readAttributes } from './http-client.ts';
import { bare, pipeline } from './pipeline.ts';
import { checkTlsFiles } from './tls-files.ts';

// As the component has them; its page says other things of conn_limit.
const defaultPort = 8080;
const defaultConnLimit = 16384;

/**
 * pyroscope.receive_http "x": the receiver pyroscope/x, and the pipeline receive_http/x that infers the service name and hands every profile
 * to all of forward_to.
 */
export const receiveHttp: Component = {
  type: 'pyroscope.receive_http',
  exports: [],
  root: true,
  read(block, self) {
    const at = placeOf(block.at);
    const forwardTo = block.required('forward_to', receivers);
    const http = readHttp(block, block.only('http'), self.world);
    readGrpc(block.only('grpc'), self.world);
    const shutdown = block.attribute('graceful_shutdown_timeout', duration);
    if (shutdown !== undefined)
      block.warn(
        block.whereIs('graceful_shutdown_timeout'),
        `not taken over: set service.shutdown.timeout (default 25s), which is for the whole gateway: --set service.shutdown.timeout=${shutdown.value}`,
      );
    if (block.attribute('debug_info_upload_timeout', duration) !== undefined)
      block.warn(
        block.whereIs('debug_info_upload_timeout'),
        'not taken over: the timeout of the endpoint that the upload is passed on to holds',
      );
    block.finish();
    const receiver = record<unknown>({ compatibility: leaf('alloy', at), ...http, tenant: record({ forward: leaf(false, at) }, at) }, at);
    return {
      parts: [
        { section: 'receivers', id: `pyroscope/${self.name}`, placed: receiver },
        bare('processors', 'service_name', block.at),
        pipeline(`receive_http/${self.name}`, block.at, {
          receivers: [`pyroscope/${self.name}`],
          processors: ['service_name'],
          pipelines: forwardTo,
        }),
      ],
    };
  },
};

function readHttp(parent: BlockReader, block: BlockReader | undefined, world: World): Keys {
  const address = block?.attribute('listen_address', text);
  const port = block?.attribute('listen_port', unsigned);
  const connLimit = block?.attribute('conn_limit', integer);
  const at = placeOf(parent.at);
  const written = port ?? address;
  const endpoint = `${hostOf(address?.value ?? '')}:${port?.value ?? defaultPort}`;
  const keys = {
    endpoint: written === undefined ? leaf(endpoint, at) : instead(written, endpoint),
    conn_limit: connLimit === undefined ? leaf(defaultConnLimit, at) : instead(connLimit, Math.max(0, connLimit.value)),
    timeouts: block && readTimeouts(block),
    limits: block && readHttp2(block.only('http2')),
    tls: block && readTls(block.only('tls'), world),
  };
  block?.finish();
  return keys;
}

function hostOf(address: string): string {
  if (address === '') return '[::]';
  return address.includes(':') ? `[${address}]` : address;
}

/** Alloy's read timeout bounds the head and the body; its write timeout has no counterpart, because an answer waits for the delivery. */
function readTimeouts(block: BlockReader): Placed<unknown> | undefined {
  const read = positive(block, 'server_read_timeout');
  const idle = positive(block, 'server_idle_timeout');
  if (block.attribute('server_write_timeout', duration) !== undefined)
    block.warn(block.whereIs('server_write_timeout'), 'not in force: an answer may wait as long as the delivery takes');
  return read === undefined && idle === undefined ? undefined : record({ header: read, request: read, idle }, placeOf(block.at));
}

function positive(block: BlockReader, name: string): Placed<string> | undefined {
  const found = block.attribute(name, duration);
  if (found?.value !== '0s') return found;
  block.warn(block.whereIs(name), 'not in force: a connection is never kept for ever, the default holds');
  return undefined;
}

const http2Tuning: Readonly<Record<string, Decoder<unknown>>> = {
  max_handlers: integer,
  max_decoder_header_table_size: integer,
  max_encoder_header_table_size: integer,
  max_read_frame_size: integer,
  permit_prohibited_ciphers: bool,
  idle_timeout: duration,
  read_idle_timeout: duration,
  ping_timeout: duration,
  write_byte_timeout: duration,
  max_upload_buffer_per_connection: integer,
  max_upload_buffer_per_stream: integer,
};

/** HTTP/2 in clear text is always served, so `enabled` has nothing to switch. */
function readHttp2(block: BlockReader | undefined): Placed<unknown> | undefined {
  if (block === undefined) return undefined;
  block.attribute('enabled', bool);
  const streams = block.attribute('max_concurrent_streams', unsigned);
  for (const [name, placed] of Object.entries(readAttributes(block, http2Tuning)))
    if (placed !== undefined) block.warn(block.whereIs(name), 'not in force: HTTP/2 is tuned by Flamegate itself');
  block.finish();
  return streams && record({ max_streams_per_connection: streams }, placeOf(block.at));
}

const clientAuth = {
  NoClientCert: 'none',
  RequestClientCert: 'request',
  RequireAnyClientCert: 'require',
  VerifyClientCertIfGiven: 'verify_if_given',
  RequireAndVerifyClientCert: 'require_and_verify',
} as const;
const clientAuthNames = Object.keys(clientAuth) as (keyof typeof clientAuth)[]; // as: Object.keys forgets the names
const tlsVersions = ['VersionTLS10', 'VersionTLS11', 'VersionTLS12', 'VersionTLS13'] as const;

/** Half a TLS configuration, which Alloy serves in clear text, is refused. */
function readTls(block: BlockReader | undefined, world: World): Placed<unknown> | undefined {
  if (block === undefined) return undefined;
  const files = readAttributes(block, { cert_file: text, key_file: text, client_ca_file: text });
  const auth = block.attribute(
    'client_auth_type',
    choice(clientAuthNames, (found) => `unknown client_auth_type ${JSON.stringify(found)}; known: ${clientAuthNames.join(', ')}`),
  );
  const version = block.attribute(
    'min_version',
    choice(tlsVersions, (found) => `unknown TLS version: ${found}; known: ${tlsVersions.join(', ')}`),
  );
  const inline = readAttributes(block, { cert_pem: text, key_pem: secret, client_ca: text, client_ca_pem: text });
  for (const [name, placed] of Object.entries(inline))
    if (placed !== undefined)
      block.error(
        block.whereIs(name),
        `${name} has no counterpart: write it to a file and name that in ${name.replace(/(_pem)?$/, '_file')}`,
      );
  if (readAttributes(block, { cipher_suites: text })['cipher_suites'] !== undefined)
    block.error(block.whereIs('cipher_suites'), 'cipher_suites has no counterpart: remove it; min_version is there');
  block.finish();
  checkTlsFiles(block, files, world);
  if (block.block.body.length === 0) return undefined;
  for (const name of ['cert', 'key'])
    if (files[`${name}_file`] === undefined && inline[`${name}_pem`] === undefined)
      block.error(block.at, `tls needs a certificate and a key: ${name}_file is missing`);
  return record<unknown>(
    {
      ...files,
      client_auth: auth && instead(auth, clientAuth[auth.value]),
      min_version: version && instead(version, version.value.replace('Version', '')),
    },
    placeOf(block.at),
  );
}

const grpcAttributes: Readonly<Record<string, Decoder<unknown>>> = {
  listen_address: text,
  listen_port: integer,
  conn_limit: integer,
  max_connection_age: duration,
  max_connection_age_grace: duration,
  max_connection_idle: duration,
  server_max_recv_msg_size: integer,
  server_max_send_msg_size: integer,
  server_max_concurrent_streams: integer,
};

/** Alloy opens a second listener that no profile comes in by. */
function readGrpc(block: BlockReader | undefined, world: World): void {
  if (block === undefined) return;
  readAttributes(block, grpcAttributes);
  readTls(block.only('tls'), world);
  block.finish();
  block.warn(block.at, 'not opened: gRPC is served on the port of the http block');
}
