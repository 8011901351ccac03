import { request } from 'node:http';
import { BlockList, isIP, isIPv4, type Socket } from 'node:net';
import { decodedUserInfo, userInfoAuthorization } from './credentials.ts';
import { isSet, type ProxyConfig } from './schema.ts';

/** Which proxy stands before a server; undefined: none. */
export type ProxyFor = (target: { readonly protocol: string; readonly hostname: string; readonly port: string }) => URL | undefined;

/** The variables that `proxy_from_environment` reads. */
export type ProxyEnvironment = Readonly<Record<string, string | undefined>>;

/**
 * Follows Alloy's rules (prometheus/common config/http_config.go): `proxy_url` alone is for every host, loopback too; with `no_proxy`, and from
 * the environment, loopback and what is listed is called directly. Upper-case variables come first, as in Go.
 */
export function proxyChooser(config: ProxyConfig, environment: ProxyEnvironment): ProxyFor {
  if (config.proxy_from_environment) {
    const read = (name: string): string => environment[name] || environment[name.toLowerCase()] || '';
    return choose(parseProxyUrl(read('HTTP_PROXY')), parseProxyUrl(read('HTTPS_PROXY')), read('NO_PROXY'));
  }
  const proxy = parseProxyUrl(config.proxy_url ?? '');
  return isSet(config.no_proxy) ? choose(proxy, proxy, config.no_proxy ?? '') : () => proxy;
}

function choose(forHttp: URL | undefined, forHttps: URL | undefined, noProxy: string): ProxyFor {
  const bypass = parseNoProxy(noProxy);
  return ({ protocol, hostname, port }) => {
    const secure = protocol === 'https:';
    return bypass(hostname, port === '' ? (secure ? '443' : '80') : port) ? undefined : secure ? forHttps : forHttp;
  };
}

/** "http://proxy:3128", or without the scheme, as people write it in the environment. */
function parseProxyUrl(text: string): URL | undefined {
  if (text === '') return undefined;
  const url = /^[a-z][a-z0-9+.-]*:\/\//i.test(text) ? text : `http://${text}`;
  return URL.canParse(url) ? new URL(url) : undefined;
}

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

/** A way through a proxy. */
export interface TunnelOptions {
  /** Connected to the proxy, by TLS where it wants that. Closed when there is no way through. */
  readonly socket: Socket;
  readonly proxy: URL;
  /** "host:port" behind the proxy. */
  readonly target: string;
  readonly headers: ProxyConfig['proxy_connect_header'];
}

/**
 * Asks a proxy for a way to the target (RFC 9110, section 9.3.6). Resolves to the socket, which from then on is the target's; rejects with what the
 * proxy answered, or with signal.reason.
 */
export function tunnel({ socket, proxy, target, headers }: TunnelOptions, signal: AbortSignal): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const asking = request({
      createConnection: () => socket,
      method: 'CONNECT',
      path: target,
      headers: { host: target, ...authorization(proxy), ...revealAll(headers) },
      signal,
    });
    const fail = (error: unknown): void => {
      socket.destroy();
      reject(signal.aborted ? signal.reason : error);
    };
    asking.once('error', (error) => fail(new Error(`the proxy ${proxy.host} does not answer: ${error.message}`, { cause: error })));
    asking.once('connect', (response, _socket, rest: Buffer) => {
      const { statusCode: status = 0, statusMessage } = response;
      if (status < 200 || status > 299) return fail(new Error(proxyRefusal(proxy, status, statusMessage)));
      // What came behind the answer is the target's first word.
      if (rest.length > 0) socket.unshift(rest);
      resolve(socket);
    });
    asking.end();
  });
}

/** What a proxy's answer means that it does not let us through. */
export function proxyRefusal(proxy: URL, status: number, words = ''): string {
  const hint = status === 407 ? ', see proxy_url (user and password in it) and proxy_connect_header' : '';
  return `the proxy ${proxy.host} refuses the connection with ${`${status} ${words}`.trim()}${hint}`;
}

function authorization(proxy: URL): Record<string, string> {
  const value = userInfoAuthorization(proxy);
  return value === undefined ? {} : { 'proxy-authorization': value };
}

function revealAll(headers: ProxyConfig['proxy_connect_header']): Record<string, string[]> {
  return Object.fromEntries(Object.entries(headers).map(([name, values]) => [name.toLowerCase(), values.map((value) => value.reveal())]));
}

/** A way through a SOCKS5 proxy (RFC 1928). */
export interface SocksOptions {
  /** Connected to the proxy, and nobody has read from it. Closed when there is no way through. */
  readonly socket: Socket;
  /** With user and password, where the proxy asks for them (RFC 1929). */
  readonly proxy: URL;
  /** Looked up by the proxy where it is a name, as Go does it for socks5:// and socks5h:// alike. */
  readonly target: { readonly host: string; readonly port: number };
}

const noAuthentication = 0;
const byPassword = 2;
const byName = 3;
const addressBytes: Readonly<Record<number, number>> = { 1: 4, 4: 16 };

/** Whether a proxy is spoken to by SOCKS5. */
export function isSocks({ protocol }: { readonly protocol: string }): boolean {
  return protocol === 'socks5:' || protocol === 'socks5h:';
}

/** Resolves to the socket, which from then on is the target's; rejects with what the proxy answered, or with signal.reason. */
export async function throughSocks({ socket, proxy, target }: SocksOptions, signal: AbortSignal): Promise<Socket> {
  try {
    await authenticate(socket, proxy, signal);
    socket.write(Buffer.concat([Buffer.from([5, 1, 0]), addressOf(target.host), Buffer.from([target.port >> 8, target.port & 255])]));
    const [, reply = 1, , kind = 0] = await read(socket, 4, signal);
    if (reply !== 0) throw new Error(replies[reply] ?? `it answers ${reply}`);
    // Where it is bound is of no use to us.
    const size = kind === byName ? (await read(socket, 1, signal))[0] : addressBytes[kind];
    if (size === undefined) throw new Error(`it names an address of the unknown kind ${kind}`);
    await read(socket, size + 2, signal);
    return socket;
  } catch (why) {
    socket.destroy();
    if (signal.aborted) throw signal.reason;
    throw new Error(`the proxy ${proxy.host} refuses the connection: ${why instanceof Error ? why.message : why}`, { cause: why });
  }
}

async function authenticate(socket: Socket, proxy: URL, signal: AbortSignal): Promise<void> {
  const userInfo = decodedUserInfo(proxy);
  const methods = userInfo === undefined ? [noAuthentication] : [noAuthentication, byPassword];
  socket.write(Buffer.from([5, methods.length, ...methods]));
  const [version, method] = await read(socket, 2, signal);
  if (version !== 5) throw new Error('what it answers is not SOCKS5');
  if (method === noAuthentication) return;
  if (method !== byPassword || userInfo === undefined)
    throw new Error('it wants another authentication, see proxy_url (user and password in it)');
  socket.write(Buffer.concat([Buffer.from([1]), sized(userInfo.username, 'user'), sized(userInfo.password, 'password')]));
  const [, verdict] = await read(socket, 2, signal);
  if (verdict !== 0) throw new Error('it does not take the user and password of proxy_url');
}

function addressOf(host: string): Buffer {
  if (isIP(host) === 0) return Buffer.concat([Buffer.from([byName]), sized(host, 'name of the server')]);
  if (isIPv4(host)) return Buffer.from([1, ...host.split('.').map(Number)]);
  return Buffer.concat([Buffer.from([4]), bytesOfIPv6(host)]);
}

/** A URL has checked and shortened it: groups of hexadecimal digits, with one gap at most. */
function bytesOfIPv6(address: string): Buffer {
  const [before = '', after = ''] = address.split('::');
  const groups = (text: string): string[] => text.split(':').filter((group) => group !== '');
  const gap = Array.from({ length: 8 - groups(before).length - groups(after).length }, () => '0');
  const words = [...groups(before), ...(address.includes('::') ? gap : []), ...groups(after)];
  return Buffer.from(words.map((word) => word.padStart(4, '0')).join(''), 'hex');
}

/** A text behind its length, which is one byte. */
function sized(text: string, what: string): Buffer {
  const bytes = Buffer.from(text);
  if (bytes.length > 255) throw new Error(`the ${what} is longer than the 255 bytes that SOCKS5 has room for`);
  return Buffer.concat([Buffer.from([bytes.length]), bytes]);
}

/** So many bytes; what follows them stays in the socket. */
function read(socket: Socket, size: number, signal: AbortSignal): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const tryAgain = (): void => {
      const bytes: Buffer | null = socket.read(size);
      if (bytes !== null && bytes.length === size) end(() => resolve(bytes));
    };
    const onEnd = (): void => end(() => reject(new Error('it closes the connection')));
    const onError = (error: Error): void => end(() => reject(error));
    const onAbort = (): void => end(() => reject(signal.reason));
    const end = (tell: () => void): void => {
      socket.off('readable', tryAgain).off('end', onEnd).off('close', onEnd).off('error', onError);
      signal.removeEventListener('abort', onAbort);
      tell();
    };
    socket.on('readable', tryAgain).on('end', onEnd).on('close', onEnd).on('error', onError);
    signal.addEventListener('abort', onAbort, { once: true });
    if (signal.aborted) onAbort();
    else tryAgain();
  });
}

const replies: Readonly<Record<number, string>> = {
  1: 'it fails for a reason of its own',
  2: 'its rules do not allow this server',
  3: 'it has no route to the network of the server',
  4: 'it has no route to the server',
  5: 'the server refuses it',
  6: 'the server does not answer it',
  7: 'it does not open connections',
  8: 'it does not know this kind of address',
};
