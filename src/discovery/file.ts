import type { Host } from '../core/component.ts';
import { messageOf } from '../core/errors.ts';
import { FollowedFile } from '../net/client/followed-file.ts';
import { fileStamp, matchingFiles } from './files.ts';
import { parseGroups } from './groups.ts';
import type { FileSourceConfig } from './schema.ts';
import { PolledSource, type TargetLabels } from './source.ts';

// A file is looked at that often: by its stamp, which works on every volume (inotify does not on NFS, nor through the links of a ConfigMap).
const lookMs = 2000;

/** Targets of files that are followed. A file that cannot be read, or not as it stands, keeps the targets it had; one that is gone has none. */
export class FileSource extends PolledSource {
  readonly #config: FileSourceConfig;
  readonly #known = new Map<string, { stamp: string; targets: readonly TargetLabels[] }>();
  #first = true;

  constructor(config: FileSourceConfig, host: Host) {
    super(host, { discovery: 'file', files: config.files.join(', ') });
    this.#config = config;
  }

  protected override async look(): Promise<readonly TargetLabels[] | undefined> {
    const paths = new Set((await Promise.all(this.#config.files.map(matchingFiles))).flat());
    let changed = this.#first;
    this.#first = false;
    const faults: string[] = [];
    for (const path of this.#known.keys()) if (!paths.has(path)) changed = this.#known.delete(path) || changed;
    for (const path of paths) {
      const stamp = await fileStamp(path);
      if (stamp === undefined) {
        changed = this.#known.delete(path) || changed;
        if (!path.includes('*')) faults.push(`${path}: there is no such file`);
        continue;
      }
      const known = this.#known.get(path);
      if (known?.stamp === stamp) continue;
      try {
        const format = /\.json$/i.test(path) ? 'json' : 'yaml';
        const targets = parseGroups(await new FollowedFile(path).read(), format, { __meta_filepath: path });
        this.#known.set(path, { stamp, targets });
        changed = true;
      } catch (error) {
        faults.push(`${path}: ${messageOf(error)}`);
      }
    }
    const targets = [...this.#known.values()].flatMap((one) => one.targets);
    if (faults.length === 0) return changed ? targets : undefined;
    if (changed) this.found?.(targets);
    throw new Error(faults.join('; '));
  }

  protected override intervalMs(): number {
    return Math.min(lookMs, this.#config.refresh_interval);
  }
}
