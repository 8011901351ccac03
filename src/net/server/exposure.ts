import { isLoopback } from '../../core/address.ts';
import type { Logger } from '../../core/component.ts';

/** How a listener is protected. */
export interface Protection {
  /** As bound. */
  readonly address: string;
  /** Where its keys stand: "receivers.pyroscope". */
  readonly section: string;
  /** Senders have to say who they are. */
  readonly asks: boolean;
  readonly tls: boolean;
  /** Nobody comes in without a certificate of a known authority. */
  readonly verifies: boolean;
  /** Something in front of it may do what it does not. */
  readonly behindProxy: boolean;
}

/** One line when others than this machine reach a listener that does not ask who they are, or that hears their passwords in clear text. */
export function warnOfExposure({ address, section, asks, tls, verifies, behindProxy }: Protection, log: Logger): void {
  if (isLoopback(address)) return;
  if (!asks && !verifies) {
    log.warn('whoever reaches this address may send profiles for any tenant: set auth, or tls with client_ca_file', {
      address,
      key: `${section}.auth`,
    });
  } else if (asks && !tls && !behindProxy) {
    log.warn('credentials arrive in clear text: set tls, or trusted_proxies when a proxy terminates TLS', {
      address,
      key: `${section}.tls`,
    });
  }
}
