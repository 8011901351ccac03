import type { Socket } from 'node:net';
import tls, { type TLSSocket } from 'node:tls';
import type { Clock } from '../../core/clock.ts';
import type { Logger } from '../../core/component.ts';
import { Notices } from '../../core/notices.ts';
import type { ListenerTls } from '../tls.ts';
import { addressOf } from './connection.ts';
import type { Peer } from './exchange.ts';
import { Renewal } from './renewal.ts';

/** A connection on which the handshake is over. */
export interface Secured {
  readonly socket: TLSSocket;
  readonly peer: Peer;
  readonly protocol: 'http1' | 'http2';
}

const tellEveryMs = 60_000;

/** TLS on sockets that somebody else has accepted, by a server that never listens itself. */
export class Secure {
  readonly #material: ListenerTls;
  readonly #renewal: Renewal;
  readonly #tls: tls.Server;
  readonly #failed: Notices<{ readonly address: string; readonly error: string }>;

  constructor(material: ListenerTls, timeoutMs: number, then: (secured: Secured) => void, host: { clock: Clock; log: Logger }) {
    this.#material = material;
    this.#renewal = new Renewal(material, host);
    const { client_auth } = material.config;
    this.#failed = new Notices({
      clock: host.clock,
      everyMs: tellEveryMs,
      mostKeys: 200,
      tell: (facts, connections) => host.log.warn('TLS handshakes fail', { ...facts, connections }),
    });
    this.#tls = tls.createServer({
      ...material.options,
      ALPNProtocols: ['h2', 'http/1.1'],
      handshakeTimeout: timeoutMs,
      requestCert: client_auth !== 'none',
      rejectUnauthorized: client_auth === 'require_and_verify',
      allowHalfOpen: true,
    });
    // It only reports a handshake that fails or takes too long; the socket would stay open for ever.
    this.#tls.on('tlsClientError', (why, socket) => {
      this.#failed.note(addressOf(socket), { address: addressOf(socket), error: why.message.trim() });
      socket.destroy();
    });
    this.#tls.on('secureConnection', (socket) => {
      socket.on('error', () => {}); // 'close' follows, and that is what counts
      if (isWelcome(socket, client_auth))
        then({ socket, peer: peerOf(socket, material.verifies), protocol: socket.alpnProtocol === 'h2' ? 'http2' : 'http1' });
      else {
        const error =
          socket.getPeerX509Certificate() === undefined ? 'no client certificate' : 'a client certificate of no authority of ours';
        this.#failed.note(addressOf(socket), { address: addressOf(socket), error });
        socket.destroy();
      }
    });
  }

  /** Handshakes with the certificate as its files have it now. */
  async accept(socket: Socket): Promise<void> {
    await this.#renewal.follow(() => this.#tls.setSecureContext(this.#material.options));
    if (!socket.destroyed) this.#tls.emit('connection', socket);
  }
}

/** What node does not ask by itself: without rejectUnauthorized it lets every client in. */
function isWelcome(socket: TLSSocket, clientAuth: ListenerTls['config']['client_auth']): boolean {
  const hasCertificate = socket.getPeerX509Certificate() !== undefined;
  if (clientAuth === 'require') return hasCertificate;
  if (clientAuth === 'verify_if_given') return !hasCertificate || socket.authorized;
  return true;
}

/** Without authorities of the listener's own node asks everybody's: a certificate of theirs says nothing here. */
function peerOf(socket: TLSSocket, verifies: boolean): Peer {
  const certificate = verifies && socket.authorized ? socket.getPeerX509Certificate()?.subject : undefined;
  return { address: addressOf(socket), secure: true, certificate };
}
