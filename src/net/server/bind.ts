import type { ListenOptions, Server } from 'node:net';
import type { Address } from '../../core/address.ts';
import type { Clock } from '../../core/clock.ts';
import { messageOf } from '../../core/errors.ts';
import { occupantOf } from './occupant.ts';
import { openToGroup, removeStale } from './unix-socket.ts';

/** Binds and listens. Rejects with a sentence that says who is there already, where that can be found out. */
export async function bind(server: Server, address: Address, clock: Clock): Promise<void> {
  try {
    await listen(server, listenOptions(address));
  } catch (why) {
    if (!isTaken(why)) throw why;
    if (address.kind === 'tcp') throw await describeTaken(address.host, address.port, why, clock);
    const obstacle = await removeStale(address.path);
    if (obstacle !== undefined) throw new Error(obstacle, { cause: why });
    await listen(server, listenOptions(address));
  }
  if (address.kind === 'unix') await openToGroup(address.path);
}

function listen(server: Server, options: ListenOptions): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(options, () => {
      server.off('error', reject);
      resolve();
    });
  });
}

/** For [::] node is told no host: it takes 0.0.0.0 by itself where there is no IPv6. */
function listenOptions(address: Address): ListenOptions {
  if (address.kind === 'unix') return { path: address.path };
  return address.host === '::' ? { port: address.port } : { host: address.host, port: address.port };
}

function isTaken(why: unknown): boolean {
  return why instanceof Error && 'code' in why && why.code === 'EADDRINUSE';
}

async function describeTaken(host: string, port: number, why: unknown, clock: Clock): Promise<Error> {
  const occupant = await occupantOf(host, port, clock);
  const hint = occupant === undefined ? '' : `; ${occupant} answers there: give one of the two another address`;
  return new Error(`${messageOf(why)}${hint}`, { cause: why });
}
