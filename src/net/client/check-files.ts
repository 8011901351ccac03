import type { ConfigFault } from '../../core/component.ts';
import { messageOf } from '../../core/errors.ts';
import { FollowedFile } from './followed-file.ts';
import { type HttpClientConfig, isSet, type TlsConfig } from './schema.ts';
import { TlsMaterial } from './tls-material.ts';
import { plainTls } from './tls-words.ts';

type Path = ConfigFault['path'];
/** What of a client names files. */
type Client = Pick<HttpClientConfig, 'basic_auth' | 'authorization' | 'bearer_token_file' | 'oauth2' | 'tls_config'>;

/** What is wrong with the files of credentials that a client names: each is read. */
export function credentialFaults(client: Client): ConfigFault[] {
  return [
    ...fileFaults(['basic_auth', 'password_file'], client.basic_auth?.password_file),
    ...fileFaults(['authorization', 'credentials_file'], client.authorization?.credentials_file),
    ...fileFaults(['bearer_token_file'], client.bearer_token_file),
    ...fileFaults(['oauth2', 'client_secret_file'], client.oauth2?.client_secret_file),
  ];
}

/** What is wrong with the certificates and keys that a client names or holds: each is parsed, and a key must belong to its certificate. */
export function tlsFaults(client: Client): ConfigFault[] {
  return [...faultsOfTls(['tls_config'], client.tls_config), ...faultsOfTls(['oauth2', 'tls_config'], client.oauth2?.tls_config)];
}

/** Why a file cannot be read, if it cannot. */
export function fileFaults(path: Path, name: string | undefined): ConfigFault[] {
  if (!isSet(name)) return [];
  return faultsOfTrying(path, () => new FollowedFile(name ?? '').readNow());
}

/** What an attempt throws, in words. */
export function faultsOfTrying(path: Path, attempt: () => unknown): ConfigFault[] {
  try {
    attempt();
    return [];
  } catch (why) {
    return [{ path, message: plainTls(messageOf(why)) }];
  }
}

function faultsOfTls(at: Path, tls: TlsConfig | undefined): ConfigFault[] {
  if (tls === undefined) return [];
  const unreadable = (['ca_file', 'cert_file', 'key_file'] as const).flatMap((key) => fileFaults([...at, key], tls[key]));
  if (unreadable.length > 0) return unreadable;
  const { cert_file, cert_pem, key_file: _file, key_pem: _pem, ...authorities } = tls;
  const ofAuthorities = faultsOfTrying([...at, isSet(tls.ca_file) ? 'ca_file' : 'ca_pem'], () => new TlsMaterial(authorities));
  if (ofAuthorities.length > 0 || !(isSet(cert_file) || isSet(cert_pem))) return ofAuthorities;
  return faultsOfTrying([...at, isSet(cert_file) ? 'cert_file' : 'cert_pem'], () => new TlsMaterial(tls));
}
