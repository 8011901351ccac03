import type { Host } from '../core/component.ts';
import { type DnsRecord, resolveRecords } from '../net/client/records.ts';
import type { DnsSourceConfig } from './schema.ts';
import { PolledSource, type TargetLabels } from './source.ts';

// A server that is silent costs this source so long, and nobody else anything.
const answerWithinMs = 10_000;

/** Targets that are records of DNS, with the labels of Prometheus's dns_sd. A name whose look-up fails keeps the targets it had. */
export class DnsSource extends PolledSource {
  readonly #config: DnsSourceConfig;
  readonly #servers: readonly string[];
  readonly #known = new Map<string, readonly TargetLabels[]>();

  /** `servers` are asked instead of those of resolv.conf. */
  constructor(config: DnsSourceConfig, host: Host, servers: readonly string[] = []) {
    super(host, { discovery: 'dns', names: config.names.join(', ') });
    this.#config = config;
    this.#servers = servers;
  }

  protected override async look(signal: AbortSignal): Promise<readonly TargetLabels[]> {
    const { names, type } = this.#config;
    const outcomes = await Promise.allSettled(
      names.map(async (name) => {
        const records = await resolveRecords(name, type, this.host.clock, answerWithinMs, signal, this.#servers);
        this.#known.set(
          name,
          records.map((record) => this.#targetOf(name, record)),
        );
      }),
    );
    signal.throwIfAborted();
    const targets = [...this.#known.values()].flat();
    const failed = outcomes.find((outcome) => outcome.status === 'rejected');
    if (failed === undefined) return targets;
    if (this.#known.size > 0) this.found?.(targets);
    throw failed.reason;
  }

  protected override intervalMs(): number {
    return this.#config.refresh_interval;
  }

  #targetOf(name: string, { host, port }: DnsRecord): TargetLabels {
    const { type } = this.#config;
    const bare = host.replace(/\.$/, '');
    const rooted = `${bare}.`;
    return {
      __meta_dns_name: name,
      __meta_dns_srv_record_target: type === 'SRV' ? rooted : '',
      __meta_dns_srv_record_port: type === 'SRV' ? String(port) : '',
      __meta_dns_mx_record_target: type === 'MX' ? rooted : '',
      __meta_dns_ns_record_target: type === 'NS' ? rooted : '',
      __address__: `${bare.includes(':') ? `[${bare}]` : bare}:${port ?? this.#config.port}`,
    };
  }
}
