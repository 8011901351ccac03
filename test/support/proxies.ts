import { createServer, type IncomingMessage, request as sendRequest } from 'node:http';
import { type AddressInfo, connect, createServer as createTcpServer, type Server, type Socket } from 'node:net';

/** An HTTP proxy that forwards cleartext requests and opens tunnels. */
export interface ForwardProxy extends AsyncDisposable {
  readonly url: string;
  readonly port: number;
  /** First lines, as they came: "CONNECT h:443", "POST http://h/ingest". */
  readonly seen: string[];
  /** Heads of the requests above. */
  readonly heads: IncomingMessage[];
}

export interface ForwardProxyOptions {
  /** Wants this Proxy-Authorization, and answers 407 without it. */
  readonly authorization?: string;
  /** Sends every target there, whatever its name: names need not resolve. */
  readonly targetPort?: number;
  /** Takes CONNECT and never answers. */
  readonly stalls?: boolean;
}

export async function createForwardProxy(options: ForwardProxyOptions = {}): Promise<ForwardProxy> {
  const seen: string[] = [];
  const heads: IncomingMessage[] = [];
  const sockets = new Set<Socket>();
  const refused = (head: IncomingMessage): boolean =>
    options.authorization !== undefined && head.headers['proxy-authorization'] !== options.authorization;
  const server = createServer((request, response) => {
    seen.push(`${request.method} ${request.url}`);
    heads.push(request);
    if (refused(request)) return void response.writeHead(407).end('who are you?');
    const url = new URL(request.url ?? '');
    const onward = sendRequest(
      {
        host: '127.0.0.1',
        port: options.targetPort ?? url.port,
        method: request.method,
        path: url.pathname + url.search,
        headers: request.headers,
      },
      (answer) => {
        response.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(response);
      },
    );
    onward.on('error', () => response.writeHead(502).end());
    request.pipe(onward);
  });
  server.on('connect', (request: IncomingMessage, client: Socket) => {
    seen.push(`${request.method} ${request.url}`);
    heads.push(request);
    sockets.add(client);
    client.on('error', () => undefined);
    if (options.stalls) return;
    if (refused(request)) return void client.end('HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n');
    const port = options.targetPort ?? Number(request.url?.split(':').at(-1));
    const target = connect(port, '127.0.0.1', () => {
      client.write('HTTP/1.1 200 Connection Established\r\n\r\n');
      target.pipe(client);
      client.pipe(target);
    });
    sockets.add(target);
    target.on('error', () => client.destroy());
    target.on('close', () => client.destroy());
    client.on('close', () => target.destroy());
  });
  const port = await listen(server);
  return {
    url: `http://127.0.0.1:${port}`,
    port,
    seen,
    heads,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** A SOCKS5 proxy (RFC 1928) that sends every target to one port. */
export interface SocksProxy extends AsyncDisposable {
  readonly url: string;
  readonly port: number;
  /** "pyroscope.test:443", as it was asked for. */
  readonly seen: string[];
}

export interface SocksProxyOptions {
  readonly targetPort?: number;
  /** "user:password" that it wants. */
  readonly user?: string;
  /** Answers the request with this instead of connecting. */
  readonly reply?: number;
}

export async function createSocksProxy({ targetPort = 0, user, reply }: SocksProxyOptions): Promise<SocksProxy> {
  const seen: string[] = [];
  const sockets = new Set<Socket>();
  const server = createTcpServer(async (client) => {
    sockets.add(client);
    client.on('error', () => undefined);
    const next = (): Promise<Buffer> => new Promise((resolve) => client.once('data', resolve));
    const methods = await next();
    const wanted = user === undefined ? 0 : 2;
    client.write(Buffer.from([5, methods.subarray(2).includes(wanted) ? wanted : 255]));
    if (user !== undefined) {
      const said = await next();
      const nameEnd = 2 + Number(said[1]);
      const right = `${said.subarray(2, nameEnd)}:${said.subarray(nameEnd + 1)}` === user;
      client.write(Buffer.from([1, right ? 0 : 1]));
      if (!right) return;
    }
    const asked = await next();
    const kind = Number(asked[3]);
    const host = kind === 3 ? asked.subarray(5, 5 + Number(asked[4])).toString() : asked.subarray(4, -2).toString('hex');
    seen.push(`${host}:${asked.readUInt16BE(asked.length - 2)}`);
    if (reply !== undefined) return void client.write(Buffer.from([5, reply, 0, 1, 0, 0, 0, 0, 0, 0]));
    const target = connect(targetPort, '127.0.0.1', () => {
      client.write(Buffer.from([5, 0, 0, 3, 1, 0x61, 0, 80]));
      target.pipe(client).pipe(target);
    });
    sockets.add(target);
    target.on('error', () => client.destroy());
    target.on('close', () => client.destroy());
    client.on('close', () => target.destroy());
  });
  const port = await listen(server);
  return {
    url: `socks5://127.0.0.1:${port}`,
    port,
    seen,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** A TCP proxy that loses bytes without closing anything, as NAT tables, dead nodes and paused machines do. */
export interface Hole extends AsyncDisposable {
  readonly port: number;
  /** Connections accepted so far. */
  readonly accepted: () => number;
  /** From now on every open connection stays open and carries nothing; new ones pass. */
  deafen(): void;
}

/** `silentFirst`: so many first connections are accepted and never carried on. */
export async function createHole(targetPort: number, silentFirst = 0): Promise<Hole> {
  const links = new Set<{ deaf: boolean }>();
  const sockets = new Set<Socket>();
  let accepted = 0;
  const server = createTcpServer((client) => {
    accepted++;
    sockets.add(client);
    client.on('error', () => undefined);
    client.on('close', () => sockets.delete(client));
    if (accepted <= silentFirst) return void client.resume();
    const link = { deaf: false };
    links.add(link);
    const target = connect(targetPort, '127.0.0.1');
    sockets.add(target);
    target.on('error', () => undefined);
    client.on('data', (piece) => link.deaf || target.write(piece));
    target.on('data', (piece) => link.deaf || client.write(piece));
    client.on('close', () => target.destroy());
    target.on('close', () => {
      sockets.delete(target);
      if (!link.deaf) client.destroy();
    });
  });
  const port = await listen(server);
  return {
    port,
    accepted: () => accepted,
    deafen() {
      for (const link of links) link.deaf = true;
    },
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function listen(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port; // listening on TCP
}
