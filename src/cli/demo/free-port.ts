import { createServer } from 'node:net';

/** A port of the loopback that nobody has: the wanted one, or the next above it. Rejects when a hundred in a row are taken. */
export async function freePort(wanted: number): Promise<number> {
  for (let port = wanted; port < wanted + 100; port++) if (await isFree(port)) return port;
  throw new Error(`the ports ${wanted} to ${wanted + 99} of 127.0.0.1 are all taken`);
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once('error', () => resolve(false));
    probe.listen({ host: '127.0.0.1', port, exclusive: true }, () => probe.close(() => resolve(true)));
  });
}
