import { isIP, isIPv4, type Socket } from 'node:net';
import { decodedUserInfo } from './basic.ts';

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
