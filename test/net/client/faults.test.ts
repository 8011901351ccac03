import assert from 'node:assert/strict';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { test } from 'node:test';
import { createHttpClient, type HttpOutcome } from '../../../src/net/client/client.ts';
import { createTestHost } from '../../support/host.ts';
import { config, createUpstream, inWords, never, push } from './upstream.ts';

const host = createTestHost();

/** A server that does whatever a socket can. */
async function createRawUpstream(
  talk: (socket: Socket, request: Buffer) => void,
): Promise<{ url: string; connections: () => number } & AsyncDisposable> {
  const sockets = new Set<Socket>();
  let connections = 0;
  const server = createServer((socket) => {
    connections++;
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.once('data', (request) => talk(socket, request));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo; // listening on TCP
  return {
    url: `http://127.0.0.1:${port}`,
    connections: () => connections,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function attempt(url: string, more: object = {}): Promise<HttpOutcome> {
  const client = createHttpClient(config(url, { remote_timeout: '10s', ...more }), host);
  try {
    return await client.request(push(), never);
  } finally {
    await client.close();
  }
}

const head = 'HTTP/1.1 200 OK\r\nContent-Type: application/proto\r\n';

/** What the server does, and the one outcome; `:0` stands for its port. */
const faults: readonly [string, (socket: Socket) => void, RegExp][] = [
  ['resets before it answers', (socket) => socket.resetAndDestroy(), /^network: 127.0.0.1:0: the connection was reset$/],
  [
    'closes before it answers',
    (socket) => socket.end(),
    /^network: 127.0.0.1:0: the connection was lost before an answer came \(other side closed\)$/,
  ],
  ['never answers', () => undefined, /^timeout: 127.0.0.1:0: no answer within 300ms$/],
  ['stalls in the head', (socket) => socket.write('HTTP/1.1 200 OK\r\nContent-'), /^timeout: 127.0.0.1:0: no answer within 300ms$/],
  [
    'closes in the head',
    (socket) => socket.end('HTTP/1.1 200 OK\r\nContent-'),
    /^network: 127.0.0.1:0: the connection was lost before an answer came/,
  ],
  ['answers garbage', (socket) => socket.end('SSH-2.0-OpenSSH_9.6\r\n'), /^network: 127.0.0.1:0: what it answers is not HTTP \(.+\)$/],
  [
    'sends headers without end',
    (socket) => pour(socket, 'HTTP/1.1 200 OK\r\n', 'X-Pad: yes\r\n'.repeat(500)),
    /^network: 127.0.0.1:0: the headers of its answer are larger than 16KiB$/,
  ],
  ['stalls in the body of a 200', (socket) => socket.write(`${head}Content-Length: 5\r\n\r\nab`), /^200 ab$/],
  ['stalls in the body of an error', (socket) => socket.write('HTTP/1.1 503 Later\r\nContent-Length: 5\r\n\r\nab'), /^503 ab$/],
  ['says a wrong length and closes', (socket) => socket.end(`${head}Content-Length: 500\r\n\r\nab`), /^200 ab$/],
  ['resets in the body', (socket) => socket.write(`${head}Content-Length: 500\r\n\r\nab`, () => socket.resetAndDestroy()), /^200( ab)?$/],
  ['sends a 200 without end', (socket) => pour(socket, `${head}\r\n`, 'x'.repeat(65_536)), /^200 x{2048}$/],
  ['sends an error without end', (socket) => pour(socket, 'HTTP/1.1 400 Bad Request\r\n\r\n', 'x'.repeat(65_536)), /^400 x{2048}$/],
  ['breaks the chunks of a body', (socket) => socket.end(`${head}Transfer-Encoding: chunked\r\n\r\n2\r\nab\r\nzz\r\n`), /^200 ab$/],
  [
    'answers 100 and others before its answer, in pieces',
    (socket) => {
      const bytes = Buffer.from(
        `${'HTTP/1.1 100 Continue\r\n\r\n'.repeat(3)}HTTP/1.1 102 Processing\r\nX: y\r\n\r\n${head}Content-Length: 2\r\n\r\nab`,
      );
      const next = (at: number): void => {
        if (at < bytes.length) socket.write(bytes.subarray(at, at + 1), () => setImmediate(next, at + 1));
      };
      next(0);
    },
    /^200 ab$/,
  ],
  [
    'answers 100 a thousand times first',
    (socket) => socket.write(`${'HTTP/1.1 100 Continue\r\n\r\n'.repeat(1000)}${head}Content-Length: 2\r\n\r\nab`),
    /^200 ab$/,
  ],
  [
    'answers 101 with an upgrade',
    (socket) => socket.write('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n'),
    /^network: 127.0.0.1:0: /,
  ],
  ['answers 101 alone', (socket) => socket.write('HTTP/1.1 101 Switching Protocols\r\n\r\n'), /^network: 127.0.0.1:0: it answers 101/],
  ['answers 103 first', (socket) => socket.end('HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\nHTTP/1.1 204 No Content\r\n\r\n'), /^204$/],
];

/** Writes for as long as somebody reads. */
function pour(socket: Socket, first: string, again: string): void {
  socket.write(first);
  const more = (): void => {
    while (!socket.destroyed && socket.write(again));
  };
  socket.on('drain', more);
  more();
}

for (const [what, talk, expected] of faults) {
  test(`an upstream that ${what} is one attempt with one outcome`, async () => {
    await using upstream = await createRawUpstream(talk);
    const remote_timeout = /stalls|never/.test(what) ? '300ms' : '10s';
    const outcome = inWords(await attempt(upstream.url, { remote_timeout })).replace(/:\d+(?=:)/, ':0');
    assert.match(outcome, expected);
    assert.equal(upstream.connections(), 1);
  });
}

test('a request that is cut while it is being sent is a network failure', async () => {
  await using upstream = await createRawUpstream((socket) => socket.resetAndDestroy());
  const client = createHttpClient(config(upstream.url), host);
  const outcome = await client.request(push({ body: Buffer.alloc(32 * 1024 * 1024) }), never);
  await client.close();
  assert.match(
    inWords(outcome),
    /^network: .*: (the connection was (reset|closed while the request was being sent)|the connection was lost)/,
  );
});

test('a server that is not there refuses', async () => {
  const upstream = await createUpstream();
  await upstream[Symbol.asyncDispose]();
  assert.equal(inWords(await attempt(upstream.url)), `network: 127.0.0.1:${upstream.port}: the connection was refused`);
});

test('a name that does not exist is said to not resolve', async () => {
  assert.match(
    inWords(await attempt('http://nothing-here.invalid:4040', { remote_timeout: '5s' })),
    /^network: nothing-here.invalid:4040: its name (does not resolve|could not be looked up)/,
  );
});

test('a body that drips after a 200 holds the attempt for one second at most', async () => {
  await using upstream = await createRawUpstream((socket) => {
    socket.write(`${head}Content-Length: 1000\r\n\r\n`);
    const timer = setInterval(() => socket.write('x'), 50);
    socket.on('close', () => clearInterval(timer));
  });
  const started = performance.now();
  const outcome = await attempt(upstream.url, { remote_timeout: '30s' });
  assert.match(inWords(outcome), /^200 x+$/);
  assert.ok(performance.now() - started < 2000);
});

test('a body of 100 MB costs 64 KiB', async () => {
  let sent = 0;
  await using upstream = await createUpstream((response) => {
    const piece = Buffer.alloc(1024 * 1024, 'x');
    const more = (): void => {
      while (sent < 100 && !response.destroyed) {
        sent++;
        if (!response.write(piece)) return void response.once('drain', more);
      }
      response.end();
    };
    more();
  });
  assert.match(inWords(await attempt(upstream.url)), /^200 x+$/);
  assert.ok(sent < 50, `${sent} MB were taken`);
});

test('a request that cannot be put on the wire is a failure, not a throw', async () => {
  await using upstream = await createUpstream();
  const client = createHttpClient(config(upstream.url), host);
  const outcome = await client.request(push({ headers: { 'x-bad': 'a\r\nb: c' } }), never);
  await client.close();
  assert.equal(inWords(outcome), `unsendable: 127.0.0.1:${upstream.port}: invalid x-bad header`);
});

test('a connection with informational answers is used again', async (t) => {
  let requests = 0;
  await using upstream = await createRawUpstream((socket) => {
    const answer = (): void => {
      requests++;
      socket.write('HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n');
    };
    answer();
    socket.on('data', answer);
  });
  const client = createHttpClient(config(upstream.url), host);
  t.after(() => client.close());
  for (let i = 0; i < 3; i++) assert.equal(inWords(await client.request(push(), never)), '200');
  assert.deepEqual([requests, upstream.connections()], [3, 1]);
});
