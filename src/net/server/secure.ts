import type { Socket } from 'node:net';
import tls, { type TLSSocket } from 'node:tls';
import type { Clock } from '../../core/clock.ts';
import type { Logger } from '../../core/component.ts';
import { messageOf } from '../../core/errors.ts';
import type { ListenerTls } from '../tls.ts';
import { addressOf } from './connection.ts';
import type { Peer } from './exchange.ts';

/** A connection on which the handshake is over. */
export interface Secured {
  readonly socket: TLSSocket;
  readonly peer: Peer;
  readonly protocol: 'http1' | 'http2';
}

// A burst of connections looks at the files once.
const lookEveryMs = 1000;

/** TLS on sockets that somebody else has accepted, by a server that never listens itself. */
export class Secure {
  readonly #material: ListenerTls;
  readonly #clock: Clock;
  readonly #log: Logger;
  readonly #tls: tls.Server;
  #lookedAt = Number.NEGATIVE_INFINITY;
  #complaint: string | undefined;

  constructor(material: ListenerTls, timeoutMs: number, then: (secured: Secured) => void, { clock, log }: { clock: Clock; log: Logger }) {
    this.#material = material;
    this.#clock = clock;
    this.#log = log;
    const { client_auth } = material.config;
    this.#tls = tls.createServer({
      ...material.options,
      ALPNProtocols: ['h2', 'http/1.1'],
      handshakeTimeout: timeoutMs,
      requestCert: client_auth !== 'none',
      rejectUnauthorized: client_auth === 'require_and_verify',
      allowHalfOpen: true,
    });
    // It only reports a handshake that fails or takes too long; the socket would stay open for ever.
    this.#tls.on('tlsClientError', (_, socket) => void socket.destroy());
    this.#tls.on('secureConnection', (socket) => {
      socket.on('error', () => {}); // 'close' follows, and that is what counts
      if (isWelcome(socket, client_auth))
        then({ socket, peer: peerOf(socket), protocol: socket.alpnProtocol === 'h2' ? 'http2' : 'http1' });
      else socket.destroy();
    });
  }

  /** Handshakes with the certificate as its files have it now. */
  async accept(socket: Socket): Promise<void> {
    await this.#follow();
    if (!socket.destroyed) this.#tls.emit('connection', socket);
  }

  async #follow(): Promise<void> {
    const now = this.#clock.monotonic();
    if (now - this.#lookedAt < lookEveryMs) return;
    this.#lookedAt = now;
    try {
      if (await this.#material.changed()) {
        this.#tls.setSecureContext(this.#material.options);
        this.#log.info('serving a new certificate', { cert_file: this.#material.config.cert_file });
      }
      this.#complaint = undefined;
    } catch (why) {
      if (this.#complaint !== messageOf(why))
        this.#log.warn('the certificate cannot be renewed, the last good one goes on', { error: messageOf(why) });
      this.#complaint = messageOf(why);
    }
  }
}

/** What node does not ask by itself: without rejectUnauthorized it lets every client in. */
function isWelcome(socket: TLSSocket, clientAuth: ListenerTls['config']['client_auth']): boolean {
  const hasCertificate = socket.getPeerX509Certificate() !== undefined;
  if (clientAuth === 'require') return hasCertificate;
  if (clientAuth === 'verify_if_given') return !hasCertificate || socket.authorized;
  return true;
}

function peerOf(socket: TLSSocket): Peer {
  const certificate = socket.authorized ? socket.getPeerX509Certificate()?.subject : undefined;
  return { address: addressOf(socket), secure: true, certificate };
}
