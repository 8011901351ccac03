import { Secret } from '../core/secret.ts';
import { type ComponentKind, type Config, componentKinds } from './schema.ts';
import { formatPath, isMap, type Path } from './tree.ts';

/** What a new configuration changes: data for a reload and for its preview. */
export interface ConfigDiff extends Readonly<Record<ComponentKind | 'pipelines', Changes>> {
  /** Keys of `service` that changed, pipelines apart: "telemetry.logs.level". */
  readonly service: readonly string[];
}

/** What happens to the parts of one kind, by id; every id of either configuration is in exactly one list. */
export interface Changes {
  readonly keep: readonly string[];
  readonly replace: readonly string[];
  readonly add: readonly string[];
  readonly remove: readonly string[];
  /** Of each replaced one the keys that changed: never their values, which may be secrets. */
  readonly keys: ReadonlyMap<string, readonly string[]>;
}

/** Compares two configurations; pure. */
export function diffConfigs(old: Config, next: Config): ConfigDiff {
  return {
    receivers: diffMaps(old.receivers, next.receivers),
    processors: diffMaps(old.processors, next.processors),
    exporters: diffMaps(old.exporters, next.exporters),
    pipelines: diffMaps(old.pipelines, next.pipelines),
    service: changedKeys(old.service, next.service).map(formatPath),
  };
}

/** Whether the new configuration says the same. */
export function isUnchanged(diff: ConfigDiff): boolean {
  const parts = [...componentKinds.map((kind) => diff[kind]), diff.pipelines];
  return diff.service.length === 0 && parts.every((changes) => isEmpty(changes));
}

/** The diff as text, a line for each part that changes; keys only, no values. */
export function formatDiff(diff: ConfigDiff): string {
  const lines: string[] = [];
  for (const kind of [...componentKinds, 'pipelines'] as const) {
    const { add, remove, replace, keep, keys } = diff[kind];
    for (const id of add) lines.push(`+ ${kind}.${id}`);
    for (const id of remove) lines.push(`- ${kind}.${id}`);
    for (const id of replace) lines.push(`~ ${kind}.${id}: ${(keys.get(id) ?? []).join(', ')}`);
    for (const id of keep) lines.push(`  ${kind}.${id}`);
  }
  for (const key of diff.service) lines.push(`~ service.${key}`);
  return `${lines.join('\n')}\n`;
}

function isEmpty({ add, remove, replace }: Changes): boolean {
  return add.length + remove.length + replace.length === 0;
}

function diffMaps(old: ReadonlyMap<string, unknown>, next: ReadonlyMap<string, unknown>): Changes {
  const changes = { keep: [] as string[], replace: [] as string[], add: [] as string[], remove: [] as string[] };
  const keys = new Map<string, readonly string[]>();
  for (const [id, value] of next) {
    if (!old.has(id)) {
      changes.add.push(id);
      continue;
    }
    const changed = changedKeys(contentOf(old.get(id)), contentOf(value));
    changes[changed.length === 0 ? 'keep' : 'replace'].push(id);
    if (changed.length > 0) keys.set(id, changed.map(formatPath));
  }
  for (const id of old.keys()) if (!next.has(id)) changes.remove.push(id);
  return { ...changes, keys };
}

/** A component's settings; its type is in its id. A pipeline as it is. */
function contentOf(part: unknown): unknown {
  return isMap(part) && 'type' in part && 'config' in part ? part['config'] : part;
}

/** The paths below which two values differ. Values whose inside cannot be seen differ unless they are the same. */
function changedKeys(a: unknown, b: unknown, path: Path = []): Path[] {
  if (Object.is(a, b)) return [];
  if (a instanceof Secret && b instanceof Secret) return a.reveal() === b.reveal() ? [] : [path];
  if (isWritten(a) && isWritten(b)) return a.toJSON() === b.toJSON() ? [] : [path];
  if (Array.isArray(a) && Array.isArray(b)) {
    return indexes(Math.max(a.length, b.length)).flatMap((at) => changedKeys(a[at], b[at], [...path, at]));
  }
  if (isMap(a) && isMap(b)) {
    const names = new Set([...Object.keys(a), ...Object.keys(b)]);
    return [...names].flatMap((name) => changedKeys(a[name], b[name], [...path, name]));
  }
  return [path];
}

/** What a schema has made of a text, and can be told by that text: a matcher. */
function isWritten(value: unknown): value is { toJSON(): unknown } {
  return typeof value === 'object' && value !== null && !isMap(value) && 'toJSON' in value && typeof value.toJSON === 'function';
}

function indexes(length: number): number[] {
  return Array.from({ length }, (_, at) => at);
}
