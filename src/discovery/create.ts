import type { Host } from '../core/component.ts';
import { DnsSource } from './dns.ts';
import { FileSource } from './file.ts';
import { HttpSource } from './http.ts';
import { KubernetesSource } from './kubernetes/source.ts';
import type { SourceConfig } from './schema.ts';
import type { TargetSource } from './source.ts';

/** Makes a source of targets. Opens nothing. */
export function createSource(config: SourceConfig, host: Host): TargetSource {
  switch (config.from) {
    case 'static':
      return {
        async run(found) {
          found(config.targets);
        },
      };
    case 'file':
      return new FileSource(config, host);
    case 'http':
      return new HttpSource(config, host);
    case 'dns':
      return new DnsSource(config, host);
    case 'kubernetes':
      return new KubernetesSource(config, host);
    default:
      throw new Error(`unreachable: ${config satisfies never}`);
  }
}
