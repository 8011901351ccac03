import { type AddressInfo, createServer, type Socket } from 'node:net';
import type { TestContext } from 'node:test';
import { numberIn } from './field.ts';

/** An upstream that answers byte by byte what it is told to, for answers that no HTTP library writes. */
export interface RawUpstream {
  readonly url: string;
  /** The number of each record, as often as it came. */
  readonly came: number[];
}

/** Answers each request with the same bytes. */
export async function startRawUpstream(t: TestContext, answer: Buffer): Promise<RawUpstream> {
  const came: number[] = [];
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    let rest = Buffer.alloc(0);
    socket.on('error', () => undefined);
    socket.on('data', (piece) => {
      rest = Buffer.concat([rest, piece]);
      for (;;) {
        const end = rest.indexOf('\r\n\r\n');
        const head = rest.toString('latin1', 0, Math.max(end, 0));
        const size = Number(/content-length: *(\d+)/i.exec(head)?.[1] ?? 0);
        if (end < 0 || rest.length < end + 4 + size) return;
        const { searchParams: query } = new URL(head.split(' ', 2)[1] ?? '', 'http://raw');
        came.push(numberIn({ body: rest.subarray(end + 4, end + 4 + size), query }));
        rest = rest.subarray(end + 4 + size);
        socket.write(answer);
      }
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, came }; // listening on TCP
}
