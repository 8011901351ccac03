import { spawnSync } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { realpathSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TestContext } from 'node:test';

/** An address of the loopback network that nobody else listens on. */
const address = '127.0.0.9';

/** A command that runs another one with a name server that takes every question and never answers. */
export interface DnsHole {
  /** A command and its first arguments. */
  readonly by: readonly string[];
}

/**
 * Lets a command see another /etc/resolv.conf, in a mount name space of its own; nobody else sees it, and names of /etc/hosts still resolve.
 * `directory` holds its file. A reason where this needs rights that are not there.
 */
export async function createDnsHole(t: TestContext, directory: string): Promise<DnsHole | string> {
  const file = join(directory, 'resolv.conf');
  writeFileSync(file, `nameserver ${address}\noptions timeout:5 attempts:2\n`);
  const script = 'mount --bind "$0" "$1" && shift && exec "$@"';
  const by = ['unshare', '--mount', 'sh', '-c', script, file, realpathSync('/etc/resolv.conf')];
  const { status, stderr, error } = spawnSync(by[0] ?? '', [...by.slice(1), 'true'], { encoding: 'utf8' });
  if (status !== 0) return `no mount name space of its own: ${error?.message ?? stderr.trim()}`;
  const silent = createSocket('udp4');
  t.after(() => silent.close());
  try {
    await new Promise<void>((resolve, reject) => {
      silent.once('error', reject);
      silent.bind(53, address, resolve);
    });
  } catch (why) {
    return `no name server of its own: ${String(why)}`;
  }
  return { by };
}
