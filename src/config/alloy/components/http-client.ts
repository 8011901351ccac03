import type { BlockReader } from '../block-reader.ts';
import type { World } from '../component.ts';
import { bool, type Decoder, listOf, mapOf, secret, text } from '../decode.ts';
import { type Keys, type Placed, record } from '../placed.ts';
import { placeOf } from '../source.ts';
import { checkTlsFiles } from './tls-files.ts';

const proxyAttributes: Readonly<Record<string, Decoder<unknown>>> = {
  proxy_url: text,
  no_proxy: text,
  proxy_from_environment: bool,
  proxy_connect_header: mapOf(listOf(secret)),
};
const clientAttributes: Readonly<Record<string, Decoder<unknown>>> = {
  bearer_token: secret,
  bearer_token_file: text,
  follow_redirects: bool,
  enable_http2: bool,
  http_headers: mapOf(listOf(secret)),
};
const tlsAttributes: Readonly<Record<string, Decoder<unknown>>> = {
  ca_pem: text,
  ca_file: text,
  cert_pem: text,
  cert_file: text,
  key_pem: secret,
  key_file: text,
  server_name: text,
  insecure_skip_verify: bool,
  min_version: text,
};

/** The attributes and blocks of Alloy's HTTP client, which stand among those of an endpoint and of a scrape. What excludes or demands what of
 *  them the schema of the client knows. */
export function readHttpClient(block: BlockReader, world: World): Keys {
  return {
    ...readAttributes(block, clientAttributes),
    ...readAttributes(block, proxyAttributes),
    basic_auth: readBlock(block.only('basic_auth'), { username: text, password: secret, password_file: text }),
    authorization: readBlock(block.only('authorization'), { type: text, credentials: secret, credentials_file: text }),
    oauth2: readOAuth2(block.only('oauth2'), world),
    tls_config: readTls(block.only('tls_config'), world),
  };
}

/** The attributes of a table. An empty text counts as not written: so it does in Alloy's rules of what excludes what. */
export function readAttributes(block: BlockReader, table: Readonly<Record<string, Decoder<unknown>>>): Keys {
  return Object.fromEntries(
    Object.entries(table).map(([name, decode]) => {
      const placed = block.attribute(name, decode);
      return [name, placed?.value === '' ? undefined : placed];
    }),
  );
}

function readBlock(block: BlockReader | undefined, table: Readonly<Record<string, Decoder<unknown>>>): Placed<unknown> | undefined {
  if (block === undefined) return undefined;
  const keys = readAttributes(block, table);
  block.finish();
  return record(keys, placeOf(block.at));
}

function readOAuth2(block: BlockReader | undefined, world: World): Placed<unknown> | undefined {
  if (block === undefined) return undefined;
  const keys = {
    ...readAttributes(block, { client_id: text, client_secret: secret, client_secret_file: text, token_url: text }),
    ...readAttributes(block, { scopes: listOf(text), endpoint_params: mapOf(text) }),
    ...readAttributes(block, proxyAttributes),
    tls_config: readTls(block.only('tls_config'), world),
  };
  block.finish();
  return record<unknown>(keys, placeOf(block.at));
}

function readTls(block: BlockReader | undefined, world: World): Placed<unknown> | undefined {
  if (block === undefined) return undefined;
  const keys = readAttributes(block, tlsAttributes);
  block.finish();
  checkTlsFiles(block, keys, world);
  return record(keys, placeOf(block.at));
}
