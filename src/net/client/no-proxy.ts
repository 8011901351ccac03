import { BlockList, isIP } from 'node:net';

/** Decides which hosts are called directly, exactly as Go does (golang.org/x/net/http/httpproxy, proxy.go). */
export type Bypass = (host: string, port: string) => boolean;

/**
 * Reads a NO_PROXY list: names (they and all below), .suffixes (all below only), addresses, CIDRs, each but the last with an optional port; `*`
 * is everything. Loopback is never proxied, whatever the list says.
 */
export function parseNoProxy(list: string): Bypass {
  const rules = list
    .toLowerCase()
    .split(',')
    .map((entry) => entry.trim())
    .filter((entry) => entry !== '')
    .map(ruleOf);
  const loopback = loopbackList();
  return (host, port) => {
    const name = host.toLowerCase().replace(/^\[|\]$/g, '');
    return name === 'localhost' || contains(loopback, name) || rules.some((rule) => rule(name, port));
  };
}

function ruleOf(entry: string): Bypass {
  if (entry === '*') return () => true;
  const [network, prefix] = entry.split('/');
  if (network !== undefined && prefix !== undefined) return cidr(network, prefix);
  const { host, port } = splitPort(entry);
  if (host === '' || host === '.' || host === '*.') return () => false;
  const samePort: Bypass = (_, wanted) => port === '' || port === wanted;
  if (isIP(host) !== 0) return (name, wanted) => isIP(name) !== 0 && sameAddress(name, host) && samePort(name, wanted);
  const below = host.startsWith('*.') ? host.slice(1) : host;
  return (name, wanted) => {
    const matches = below.startsWith('.') ? name.endsWith(below) : name === below || name.endsWith(`.${below}`);
    return matches && samePort(name, wanted);
  };
}

function cidr(network: string, prefix: string): Bypass {
  const family = isIP(network);
  if (family === 0 || !/^\d{1,3}$/.test(prefix) || Number(prefix) > (family === 4 ? 32 : 128)) return () => false;
  const list = new BlockList();
  list.addSubnet(network, Number(prefix), family === 4 ? 'ipv4' : 'ipv6');
  return (name) => contains(list, name);
}

function loopbackList(): BlockList {
  const list = new BlockList();
  list.addSubnet('127.0.0.0', 8, 'ipv4');
  list.addAddress('::1', 'ipv6');
  return list;
}

function sameAddress(one: string, other: string): boolean {
  const list = new BlockList();
  list.addAddress(other, isIP(other) === 4 ? 'ipv4' : 'ipv6');
  return contains(list, one);
}

function contains(list: BlockList, name: string): boolean {
  const family = isIP(name);
  return family !== 0 && list.check(name, family === 4 ? 'ipv4' : 'ipv6');
}

/** "host:port", "[v6]:port" or a host alone, which may be a bare IPv6 address. */
function splitPort(entry: string): { host: string; port: string } {
  const parts = /^(?:\[([^\]]*)\]|([^:]*)):(\d*)$/.exec(entry);
  if (parts === null) return { host: entry.replace(/^\[|\]$/g, ''), port: '' };
  return { host: parts[1] ?? parts[2] ?? '', port: parts[3] ?? '' };
}
