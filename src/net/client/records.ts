import { Resolver } from 'node:dns/promises';
import type { Clock } from '../../core/clock.ts';

/** The record types that targets are found by. */
export type RecordType = 'A' | 'AAAA' | 'SRV' | 'MX' | 'NS';

/** One record: a host or an address, and the port where the record has one. */
export interface DnsRecord {
  readonly host: string;
  /** Of SRV only. */
  readonly port: number | undefined;
}

const noSuchName: ReadonlySet<unknown> = new Set(['ENOTFOUND', 'ENODATA']);

/**
 * Asks DNS (not the hosts file) for the records of a name; none when the name has no such record or does not exist. Rejects with a sentence
 * when no server answers within `withinMs`, and with signal.reason when that aborts first: nothing of the question is left then.
 * `servers` are asked instead of those of resolv.conf.
 */
export async function resolveRecords(
  name: string,
  type: RecordType,
  clock: Clock,
  withinMs: number,
  signal: AbortSignal,
  servers: readonly string[] = [],
): Promise<readonly DnsRecord[]> {
  signal.throwIfAborted();
  // A resolver of its own: it reads resolv.conf as it stands now, and cancel() ends this question only.
  const resolver = new Resolver({ timeout: Math.max(100, Math.floor(withinMs / 4)), tries: 2 });
  if (servers.length > 0) resolver.setServers(servers);
  const end = (): void => resolver.cancel();
  const cancel = clock.after(withinMs, end);
  signal.addEventListener('abort', end, { once: true });
  try {
    return await ask(resolver, name, type);
  } catch (error) {
    if (signal.aborted) throw signal.reason;
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (noSuchName.has(code)) return [];
    const why = code === 'ETIMEOUT' || code === 'ECANCELLED' ? 'no DNS server answers' : String(code ?? error);
    throw new Error(`${name}: its ${type} records could not be looked up: ${why}`, { cause: error });
  } finally {
    cancel();
    signal.removeEventListener('abort', end);
  }
}

async function ask(resolver: Resolver, name: string, type: RecordType): Promise<readonly DnsRecord[]> {
  const plain = (hosts: readonly string[]): DnsRecord[] => hosts.map((host) => ({ host, port: undefined }));
  switch (type) {
    case 'A':
      return plain(await resolver.resolve4(name));
    case 'AAAA':
      return plain(await resolver.resolve6(name));
    case 'NS':
      return plain(await resolver.resolveNs(name));
    case 'MX':
      return plain((await resolver.resolveMx(name)).map(({ exchange }) => exchange));
    case 'SRV':
      return (await resolver.resolveSrv(name)).map(({ name: host, port }) => ({ host, port }));
    default:
      throw new Error(`unreachable: ${type satisfies never}`);
  }
}
