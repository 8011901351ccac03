import { createServer } from 'node:http';
import { goProfile, kinds } from './profiles.ts';

/*
 * So many applications in one process, each on a port of its own: `node targets.ts COUNT`. Prints "targets PORT,PORT,...". A profile that
 * takes time is answered after that time, as Go does it.
 */

const count = Number(process.argv[2] ?? 1000);
const ages = 12;
const profiles = new Map(kinds.map((kind) => [kind, Array.from({ length: ages }, (_, age) => goProfile(kind, age))]));

const ports = await Promise.all(
  Array.from({ length: count }, () => {
    const asked = new Map<string, number>();
    const server = createServer((request, response) => {
      const url = new URL(request.url ?? '', 'http://target');
      const kind = url.pathname.split('/').at(-1) ?? '';
      const age = asked.get(kind) ?? 0;
      asked.set(kind, age + 1);
      const body = profiles.get(kind)?.[age % ages] ?? new Uint8Array();
      setTimeout(
        () => response.writeHead(200, { 'Content-Type': 'application/octet-stream', 'Content-Length': body.length }).end(body),
        Number(url.searchParams.get('seconds') ?? 0) * 1000,
      );
    });
    server.keepAliveTimeout = 120_000;
    return new Promise<number>((resolve) => {
      server.listen(0, '127.0.0.1', () => {
        const address = server.address();
        resolve(typeof address === 'object' && address !== null ? address.port : 0);
      });
    });
  }),
);
process.stdout.write(`targets ${ports.join()}\n`);
