import { request } from 'node:http';
import type { Socket } from 'node:net';
import { userInfoAuthorization } from './basic.ts';
import type { ProxyConfig } from './schema.ts';

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
