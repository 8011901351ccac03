import { isIP, type Socket } from 'node:net';
import { connect, type PeerCertificate, type TLSSocket } from 'node:tls';
import type { TlsMaterial } from './tls-material.ts';
import { plainTls } from './tls-words.ts';

/** How a client speaks TLS. */
export interface TlsClientOptions {
  readonly material: TlsMaterial;
  /** Awaited before each handshake of a client that has no CA of its own. */
  readonly trust: () => Promise<unknown>;
  readonly alpn: readonly string[];
  /** Whom the server has to be, where that is not the host that was connected to. */
  readonly serverName: string | undefined;
}

/** Speaks TLS over connected sockets, and resumes its sessions. */
export class TlsClient {
  readonly #options: TlsClientOptions;
  readonly #sessions = new Map<string, Buffer>();

  constructor(options: TlsClientOptions) {
    this.#options = options;
  }

  /**
   * Resolves when `host` has proved who it is; rejects with a sentence that says what is wrong with its certificate and which key helps, or
   * with signal.reason. Closes the socket then.
   */
  async secure(socket: Socket, host: string, signal: AbortSignal): Promise<TLSSocket> {
    const { material, trust, serverName } = this.#options;
    if (!material.hasCa) await trust();
    // A final dot is DNS's business: neither SNI nor certificates have it (RFC 6066, section 3).
    return this.#handshake(socket, (serverName || host).replace(/\.$/, ''), signal);
  }

  #handshake(socket: Socket, name: string, signal: AbortSignal): Promise<TLSSocket> {
    const { material, alpn } = this.#options;
    return new Promise((resolve, reject) => {
      if (signal.aborted) return reject(signal.reason);
      let certificate: PeerCertificate | undefined;
      const session = this.#sessions.get(name);
      const secured = connect({
        socket,
        host: name,
        // SNI has no addresses (RFC 6066); the certificate is compared with `host` all the same.
        ...(isIP(name) === 0 ? { servername: name } : {}),
        secureContext: material.context,
        rejectUnauthorized: material.verifies,
        ALPNProtocols: [...alpn],
        ...(session === undefined ? {} : { session }),
      });
      const onAbort = (): void => end(() => reject(signal.reason));
      const end = (tell: () => void): void => {
        signal.removeEventListener('abort', onAbort);
        secured.destroy();
        tell();
      };
      signal.addEventListener('abort', onAbort, { once: true });
      // Node closes a connection whose certificate it refuses before it says so: the certificate has to be looked at first.
      secured.prependOnceListener('secure', () => {
        certificate = secured.getPeerCertificate();
      });
      secured.on('session', (ticket: Buffer) => this.#keep(name, ticket));
      secured.on('error', (error) => end(() => reject(explain(error, certificate, name))));
      secured.once('close', () => end(() => reject(new Error('the connection was closed during the TLS handshake'))));
      secured.once('secureConnect', () => {
        signal.removeEventListener('abort', onAbort);
        secured.removeAllListeners('close');
        resolve(secured);
      });
    });
  }

  #keep(name: string, ticket: Buffer): void {
    // Redirects choose names; nobody needs more than a few.
    if (this.#sessions.size > 16) this.#sessions.clear();
    this.#sessions.set(name, ticket);
  }
}

/** OpenSSL's verdict in words that help: who issued the certificate, and which key changes the verdict. */
function explain(error: Error, certificate: PeerCertificate | undefined, name: string): Error {
  const code = 'code' in error ? error.code : undefined;
  const issued = certificate?.issuer === undefined ? '' : ` (issuer ${distinguishedName(certificate.issuer)})`;
  const say = (text: string): Error => new Error(text, { cause: error });
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID') {
    const names = certificate?.subjectaltname ?? distinguishedName(certificate?.subject);
    return say(`its certificate${issued} is for ${names}, not for ${name}: see tls_config.server_name`);
  }
  if (code === 'CERT_HAS_EXPIRED') {
    return say(`its certificate${issued} has expired on ${certificate?.valid_to}: it has to be renewed; tls_config says what is accepted`);
  }
  if (typeof code === 'string' && untrusted.test(code)) {
    // Node adds advice about its own command line.
    return say(`its certificate${issued} is not trusted, ${error.message.split(';', 1)}: tls_config.ca_file or ca_pem says whom to trust`);
  }
  if (typeof code === 'string' && /CERTIFICATE_REQUIRED|BAD_CERTIFICATE|HANDSHAKE_FAILURE/.test(code)) {
    return say(`it refuses the TLS handshake, ${error.message}: it may ask for a client certificate, see tls_config.cert_file`);
  }
  return say(`the TLS handshake failed: ${plainTls(error.message)}`);
}

const untrusted = /^(CERT_|DEPTH_ZERO_SELF_SIGNED_CERT|ERR_TLS_CERT|INVALID_CA|SELF_SIGNED_CERT_IN_CHAIN|UNABLE_TO_)/;

function distinguishedName(fields: PeerCertificate['issuer'] | undefined): string {
  return Object.entries(fields ?? {})
    .map(([key, value]) => `${key}=${String(value)}`)
    .join(', ');
}
