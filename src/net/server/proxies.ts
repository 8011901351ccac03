import { BlockList, isIP } from 'node:net';
import { z } from 'zod';
import type { Peer } from './exchange.ts';
import { valuesOf } from './raw-headers.ts';

// More proxies in a row than anybody has: a header that names thousands costs no more than this.
const mostHops = 32;

/** Proxies whose X-Forwarded-For is believed. */
export class TrustedProxies {
  /** As configured; two with the same are alike. */
  readonly cidrs: readonly string[];
  readonly #list = new BlockList();

  /** CIDRs and single addresses, as ProxiesSchema has checked them. */
  constructor(cidrs: readonly string[]) {
    this.cidrs = cidrs;
    for (const cidr of cidrs) {
      const { address, bits, family } = parseCidr(cidr) ?? { address: '', bits: 0, family: 'ipv4' };
      if (address === '') throw new Error(`no CIDR: ${cidr}`);
      this.#list.addSubnet(address, bits, family);
    }
  }

  /**
   * The other end as the nearest proxy that is not trusted saw it: the header is read from right to left, for what stands on the left anybody
   * may have written. Whoever connects by a unix socket is a proxy of this machine, or the list would not be there.
   */
  see(peer: Peer, rawHeaders: readonly string[]): Peer {
    if (peer.address !== '' && !this.trusts(peer.address)) return peer;
    const hops = valuesOf(rawHeaders, 'x-forwarded-for').join(',').split(',').slice(-mostHops);
    let { address } = peer;
    for (const hop of hops.reverse()) {
      const next = parseHop(hop.trim());
      if (next === undefined) break;
      address = next;
      if (!this.trusts(address)) break;
    }
    return address === peer.address ? peer : { ...peer, address };
  }

  /** Whether this address is one of theirs. */
  trusts(address: string): boolean {
    // The kernel names the interface of a link-local sender behind it.
    return this.#list.check(address.split('%')[0] ?? '', familyOf(address));
  }
}

/** `trusted_proxies` of a listener. */
export const ProxiesSchema = z.array(
  z.string().superRefine((text, context) => {
    if (parseCidr(text) !== undefined) return;
    context.addIssue({ code: 'custom', message: `expected an address or a CIDR such as 10.0.0.0/8, found ${JSON.stringify(text)}` });
  }),
);

type Family = 'ipv4' | 'ipv6';

function familyOf(address: string): Family {
  return address.includes(':') ? 'ipv6' : 'ipv4';
}

function parseCidr(text: string): { address: string; bits: number; family: Family } | undefined {
  const [address = '', bitsText, ...more] = text.split('/');
  const family = familyOf(address);
  const most = family === 'ipv4' ? 32 : 128;
  const bits = bitsText === undefined ? most : /^\d{1,3}$/.test(bitsText) ? Number(bitsText) : Number.NaN;
  return more.length === 0 && isIP(address) !== 0 && bits <= most ? { address, bits, family } : undefined;
}

/** "192.0.2.1", "192.0.2.1:4711", "2001:db8::1", "[2001:db8::1]:4711": what proxies write. undefined for "unknown" and whatever else. */
function parseHop(text: string): string | undefined {
  const bare = /^\[(.*)\](?::\d+)?$/.exec(text)?.[1] ?? /^([\d.]+):\d+$/.exec(text)?.[1] ?? text;
  const address = bare.replace(/^::ffff:(?=\d+\.)/i, '');
  return isIP(address) === 0 || address.includes('%') ? undefined : address;
}
