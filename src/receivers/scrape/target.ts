import { createHash } from 'node:crypto';
import { type Label, Labels } from '../../core/labels.ts';
import type { TargetLabels } from '../../discovery/source.ts';
import type { ProfileKind } from './profiles.ts';

/** One profile of one target: what one loop asks for. */
export interface ScrapeTarget {
  /** The same for what is scraped and labelled the same, whatever `__meta_*` says. */
  readonly key: string;
  /** 0 <= x < 1, from the key: when in its interval it is asked. */
  readonly phase: number;
  readonly url: URL;
  /** What goes to the pipelines, reserved labels included. */
  readonly labels: Labels;
  /** The label `instance`. */
  readonly instance: string;
  /** `__name__`. */
  readonly name: string;
  /** It is asked for with `seconds`: the request takes that much longer. */
  readonly takesTime: boolean;
  /** The application subtracts by itself. */
  readonly subtracted: boolean;
}

/** What makes loops of targets. */
export interface TargetRules {
  readonly kinds: readonly ProfileKind[];
  readonly jobName: string;
  readonly scheme: string;
  readonly params: Readonly<Record<string, readonly string[]>>;
  readonly pathPrefix: string;
  readonly intervalMs: number;
  readonly deltaMs: number;
}

/** Alloy takes the default for not written, so that the profile lasts nearly the whole interval (alloy-behaviour 5.3). */
const usualDeltaMs = 14_000;

/**
 * The profiles of one target, labelled as Alloy's pyroscope.scrape does it (alloy-behaviour 5.3), or a sentence that says what is wrong with
 * the target.
 */
export function profilesOf(found: TargetLabels, rules: TargetRules): readonly ScrapeTarget[] | string {
  const targets: ScrapeTarget[] = [];
  for (const kind of rules.kinds) {
    const target = profileOf(found, kind, rules);
    if (typeof target === 'string') return target;
    targets.push(target);
  }
  return targets;
}

function profileOf(found: TargetLabels, kind: ProfileKind, rules: TargetRules): ScrapeTarget | string {
  const labels = new Map(Object.entries(found).filter(([, value]) => value !== ''));
  const preset = (name: string, value: string): void => {
    if (value !== '' && !labels.has(name)) labels.set(name, value);
  };
  preset('__profile_path__', kind.path);
  preset('__name__', kind.name);
  preset('__profile_path_prefix__', rules.pathPrefix);
  preset('job', rules.jobName);
  preset('__scheme__', rules.scheme);
  for (const [name, [first]] of Object.entries(rules.params)) if (first !== undefined) labels.set(`__param_${name}`, first);
  const scheme = labels.get('__scheme__') ?? '';
  const address = addressOf(labels.get('__address__') ?? '', scheme);
  if (typeof address === 'object') return address.fault;
  labels.set('__address__', address);
  preset('instance', address);
  preset('service_name', inferredService(labels));
  for (const [name, value] of labels) if (!value.isWellFormed()) return `invalid label value of ${name}: it is not valid UTF-8`;
  const seconds = kind.delta ? secondsOf(rules) : undefined;
  const plain = urlOf(address, labels, rules.params, undefined);
  const url = urlOf(address, labels, rules.params, seconds);
  if (plain === undefined || url === undefined) return `${JSON.stringify(`${scheme}://${address}`)} is no address of a server`;
  const key = keyOf(plain, seconds !== undefined, labels);
  return {
    key,
    phase: hashOf(key),
    url,
    labels: Labels.from([...labels].map(([name, value]): Label => ({ name, value }))),
    instance: labels.get('instance') ?? address,
    name: labels.get('__name__') ?? kind.name,
    takesTime: url.searchParams.has('seconds'),
    subtracted: kind.subtracted,
  };
}

/** The address with the port of its scheme when it has none. */
function addressOf(written: string, scheme: string): string | { readonly fault: string } {
  if (written === '') return { fault: 'no address: __address__ is missing' };
  if (written.includes('/')) return { fault: `${JSON.stringify(written)} is no valid address: expected host:port, without a path` };
  if (scheme !== 'http' && scheme !== 'https' && scheme !== '')
    return { fault: `invalid scheme: ${JSON.stringify(scheme)}, expected http or https` };
  if (!/^(\[[^\]]*\]|[^:[\]]+)$/.test(written)) return written;
  return `${written}:${scheme === 'https' ? 443 : 80}`;
}

// In this order; of the two that stand together both are needed.
const serviceSources: readonly (readonly string[])[] = [
  ['__meta_kubernetes_pod_annotation_pyroscope_io_service_name'],
  ['__meta_kubernetes_namespace', '__meta_kubernetes_pod_container_name'],
  ['__meta_docker_container_name'],
  ['__meta_dockerswarm_container_label_service_name'],
  ['__meta_dockerswarm_service_name'],
];

function inferredService(labels: ReadonlyMap<string, string>): string {
  for (const names of serviceSources) {
    const values = names.map((name) => labels.get(name) ?? '');
    if (!values.includes('')) return values.join('/');
  }
  return 'unspecified';
}

function secondsOf({ intervalMs, deltaMs }: TargetRules): number {
  return deltaMs === usualDeltaMs ? Math.floor(intervalMs / 1000) - 1 : Math.floor(deltaMs / 1000);
}

function urlOf(
  address: string,
  labels: ReadonlyMap<string, string>,
  params: TargetRules['params'],
  seconds: number | undefined,
): URL | undefined {
  const base = `${labels.get('__scheme__') || 'http'}://${address}`;
  const path = `/${labels.get('__profile_path_prefix__') ?? ''}/${labels.get('__profile_path__') ?? ''}`.replace(/\/{2,}/g, '/');
  if (!URL.canParse(base)) return undefined;
  const url = new URL(base);
  if (url.username !== '' || url.password !== '') return undefined; // credentials have keys of their own, and would stand in a label here
  url.pathname = path;
  const query = new Map(Object.entries(params).map(([name, values]) => [name, [...values]]));
  for (const [name, value] of labels) {
    if (!name.startsWith('__param_')) continue;
    const key = name.slice('__param_'.length);
    query.set(key, [value, ...(query.get(key) ?? []).slice(1)]);
  }
  if (seconds !== undefined) query.set('seconds', [String(seconds)]);
  for (const name of [...query.keys()].sort()) for (const value of query.get(name) ?? []) url.searchParams.append(name, value);
  return url;
}

/**
 * By what Alloy tells targets apart: labels that are not reserved, and the URL. Here an inferred service_name counts among them, and for how
 * long a profile is taken does not: a new interval is no other target.
 */
function keyOf(url: URL, takesTime: boolean, labels: ReadonlyMap<string, string>): string {
  const open = [...labels].filter(([name]) => !name.startsWith('__')).sort(([a], [b]) => (a < b ? -1 : 1));
  return JSON.stringify([url.href, takesTime, open]);
}

/** 0 <= x < 1, spread evenly and the same everywhere. */
export function hashOf(text: string): number {
  return createHash('sha256').update(text).digest().readUIntBE(0, 6) / 2 ** 48;
}

/** Which of `total` gateways has the target: all of its profiles go to one. */
export function shardOf(found: TargetLabels, total: number): number {
  const open = Object.entries(found).filter(([name]) => !name.startsWith('__') || name === '__address__');
  return Math.floor(hashOf(JSON.stringify(open.sort(([a], [b]) => (a < b ? -1 : 1)))) * total);
}
