import { realpathSync } from 'node:fs';
import { basename, dirname, resolve } from 'node:path';
import { z } from 'zod';
import type { AnyFactory, Registry } from '../core/component.ts';
import { Secret } from '../core/secret.ts';
import { problemAt } from './problems.ts';
import type { Reading } from './read.ts';
import { type Config, componentKinds } from './schema.ts';
import { formatPlace, type Path, type Problem, type Tree, valueAt } from './tree.ts';

/** What two components must not share, and what is legal in one but worth a word. Knows the keys of the contract, not the components. */
export function checkComponents(tree: Tree, components: Reading['components'], config: Config | undefined): Problem[] {
  return [...sharedDirectories(tree, components), ...sharedAddresses(tree, components, config), ...advice(tree, components)];
}

const WithQueue = z.object({ queue: z.object({ type: z.string(), dir: z.string().optional() }) });
const WithDirectory = z.object({ dir: z.string() });
const WithEndpoint = z.object({ endpoint: z.string() });
/** What each component says of the files that it names. */
export function checkFiles(tree: Tree, components: Reading['components'], registry: Registry): Problem[] {
  return componentKinds.flatMap((kind) =>
    [...components[kind]].flatMap(([id, { type, config }]) => {
      const factory: AnyFactory | undefined = registry[kind].find((candidate) => candidate.type === type);
      const faults = factory?.check?.(config) ?? [];
      return faults.map(({ path, message, severity = 'error' }) => problemAt(tree, [kind, id, ...path], message, { severity }));
    }),
  );
}

const Headers = z.record(z.string(), z.unknown()).optional();
const WithEndpoints = z.object({ endpoints: z.array(z.object({ url: z.unknown(), headers: Headers, http_headers: Headers })) });
const WithAck = z.object({ ack: z.string() });

/** Two exporters in one directory would take each other's files for their own, by whatever name they get there. */
function sharedDirectories(tree: Tree, { exporters }: Reading['components']): Problem[] {
  const uses = [...exporters].flatMap(([id, { config }]) => {
    const queue = WithQueue.safeParse(config).data?.queue;
    const ofQueue = queue?.type === 'disk' ? queue.dir : undefined;
    const own = WithDirectory.safeParse(config).data?.dir;
    return [
      ...(ofQueue === undefined ? [] : [{ what: realPath(ofQueue), path: ['exporters', id, 'queue', 'dir'] }]),
      ...(own === undefined ? [] : [{ what: realPath(own), path: ['exporters', id, 'dir'] }]),
    ];
  });
  return clashes(
    tree,
    uses,
    (first) => `what stands at ${formatPlace(tree.place(first))} has this directory already: each exporter needs its own`,
  );
}

function sharedAddresses(tree: Tree, { receivers }: Reading['components'], config: Config | undefined): Problem[] {
  const uses = [...receivers].flatMap(([id, { config: settings }]) => {
    const parsed = WithEndpoint.safeParse(settings);
    return parsed.success ? [{ what: parsed.data.endpoint, path: ['receivers', id, 'endpoint'] }] : [];
  });
  if (config !== undefined) uses.push({ what: config.service.admin.endpoint, path: ['service', 'admin', 'endpoint'] });
  const fixed = uses.filter(({ what }) => !what.endsWith(':0')); // port 0 is a free one, another each time
  return clashes(tree, fixed, (first) => `${first.slice(0, -1).join('.')} listens on this address already`);
}

interface Use {
  readonly what: string;
  readonly path: Path;
}

function clashes(tree: Tree, uses: readonly Use[], message: (first: Path) => string): Problem[] {
  return uses.flatMap(({ what, path }, at) => {
    const first = uses.findIndex((other) => other.what === what);
    const earlier = uses[first];
    return earlier === undefined || first === at ? [] : [problemAt(tree, path, message(earlier.path), { about: 'key' })];
  });
}

function advice(tree: Tree, { exporters }: Reading['components']): Problem[] {
  return [...exporters].flatMap(([id, { config }]) => {
    const path: Path = ['exporters', id];
    const warn = (below: Path, message: string): Problem =>
      problemAt(tree, [...path, ...below], message, { about: 'key', severity: 'warning' });
    const endpoints = WithEndpoints.safeParse(config).data?.endpoints;
    const onDisk = WithQueue.safeParse(config).data?.queue.type === 'disk';
    const nameless = (endpoints ?? []).flatMap((_, at) => (nameWritten(tree, [...path, 'endpoints', at]) ? [] : [at]));
    const delivered = WithAck.safeParse(config).data?.ack === 'delivered';
    return [
      ...(endpoints ?? []).flatMap(({ headers, http_headers }, at) => [
        ...emptyTenants(headers).map((name) => warn(['endpoints', at, 'headers', name], emptyTenant)),
        ...emptyTenants(http_headers).map((name) => warn(['endpoints', at, 'http_headers', name], emptyTenant)),
      ]),
      ...(endpoints ?? []).flatMap(({ url }, at) => {
        const base = baseBelowProcedure(url);
        const message = `the gateway adds the path of the request itself, and profiles would go below this one: write ${base}`;
        return base === undefined ? [] : [warn(['endpoints', at, 'url'], message)];
      }),
      ...(endpoints?.length === 0 ? [warn(['endpoints'], 'no endpoints: profiles are accepted and sent nowhere')] : []),
      ...(onDisk
        ? nameless.map((at) => warn(['endpoints', at], 'without a name the backlog on disk is found by the URL: give it a `name`'))
        : []),
      ...(delivered && valueAt(tree.value, [...path, 'queue', 'max_size']) !== undefined
        ? [warn(['queue', 'max_size'], 'not in force with ack: delivered, where max_in_flight of the receiver is the bound')]
        : []),
    ];
  });
}

/** The base of a URL that names the procedure too, as SDKs and other agents want it; undefined for any other. Without user-info and query. */
function baseBelowProcedure(text: unknown): string | undefined {
  if (typeof text !== 'string' || !URL.canParse(text)) return undefined;
  const { origin, pathname } = new URL(text);
  const path = /^(.*?)\/+(?:ingest|push\.v1\.PusherService(?:\/+Push)?)\/*$/.exec(pathname)?.[1];
  return path === undefined ? undefined : `${origin}${path}`;
}

const emptyTenant =
  "empty tenant: the header goes out without a value, and no sender's tenant in its place; a Pyroscope with several tenants refuses that. Name one, or leave the header out";

/** Names of headers that set the tenant to nothing: a variable that is not set, more often than not. */
function emptyTenants(headers: Readonly<Record<string, unknown>> = {}): string[] {
  return Object.entries(headers).flatMap(([name, value]) => {
    const values = (Array.isArray(value) ? value : [value]).map((one) => (one instanceof Secret ? one.reveal() : one));
    return name.toLowerCase() === 'x-scope-orgid' && values.every((one) => one === '') ? [name] : [];
  });
}

function nameWritten(tree: Tree, endpoint: Path): boolean {
  return valueAt(tree.value, [...endpoint, 'name']) !== undefined;
}

/** Of a path whose last parts may not exist yet. */
function realPath(path: string): string {
  const absolute = resolve(path);
  try {
    return realpathSync(absolute);
  } catch {
    // Not there yet, so nothing but its parents can be a link.
    return dirname(absolute) === absolute ? absolute : resolve(realPath(dirname(absolute)), basename(absolute));
  }
}
