import { createServer } from 'node:net';

// Below the ephemeral ports, so that no outgoing connection takes one before the gateway binds; apart from other processes of the tests by their id.
const first = 20_000;
const count = 9_000;
let next = (process.pid * 97) % count;

/** A port that nobody listens on. */
export async function freePort(): Promise<number> {
  for (;;) {
    next = (next + 1) % count;
    const port = first + next;
    const free = await new Promise<boolean>((resolve) => {
      const probe = createServer();
      probe.once('error', () => resolve(false));
      probe.listen(port, '127.0.0.1', () => probe.close(() => resolve(true)));
    });
    if (free) return port;
  }
}
