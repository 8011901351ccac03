import { readdirSync, readFileSync, statSync } from 'node:fs';
import { arch, hostname, platform } from 'node:os';
import type { z } from 'zod';
import type { Reference } from '../env.ts';
import { treeOf } from '../nodes.ts';
import { problemAt } from '../problems.ts';
import type { Problem, Tree } from '../tree.ts';
import type { Part, World } from './component.ts';
import { ForeignValues } from './foreign-values.ts';
import { loadModule } from './module.ts';
import { Needs } from './need.ts';
import { parseFile } from './parser.ts';
import { type Placed, record } from './placed.ts';
import { Session } from './session.ts';
import type { Source } from './source.ts';
import { createStdlib } from './stdlib.ts';
import type { Body } from './syntax.ts';

/** What a configuration in Alloy's language is read with. */
export interface AlloyOptions {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** What is not in force here is an error instead of a warning. */
  readonly strict?: boolean;
  /** Where the keys of remote.kubernetes.* lie: DIR/NAMESPACE/NAME/KEY. */
  readonly secretsDir?: string | undefined;
  /** Puts the queues on disk, DIR/<exporter id>, and answers pushes when they are there. */
  readonly queueDir?: string | undefined;
  /** constants.version. */
  readonly version?: string;
  /** Whether this build has a component type; nothing that came later is assumed to be there. */
  readonly builds?: (kind: 'receivers' | 'processors', type: string) => boolean;
  /** Checks the HTTP client of components that this build has no schema of: the client's own schema, without a URL. */
  readonly httpClient?: z.ZodType;
  /** Of the machine, unless a test says otherwise. */
  readonly hostname?: string;
  readonly readFile?: World['readFile'];
  readonly listFiles?: World['listFiles'];
}

/** What became of the files. */
export interface AlloyResult {
  /** The keys that a YAML file would have; undefined when something is wrong. */
  readonly tree: Tree | undefined;
  readonly problems: readonly Problem[];
  /** Components of the file that are right, and that this build does not have: errors of what runs it, not of the file. */
  readonly unavailable: readonly Problem[];
  /** What came from the environment and from files: nothing may print it. */
  readonly foreign: readonly Reference[];
  /** Files and directories whose contents are values: local.file, secrets of Kubernetes. */
  readonly followed: readonly string[];
}

/** Reads files of Grafana Alloy's language as one configuration. Never throws for what is in them. */
export function parseAlloy(files: readonly Source[], options: AlloyOptions): AlloyResult {
  const foreign = new ForeignValues();
  const followed = new Set<string>();
  const world: World = {
    readFile: options.readFile ?? ((path) => readFileSync(path, 'utf8')),
    listFiles: options.listFiles ?? listFiles,
    follow: (path) => void followed.add(path),
    secretsDir: options.secretsDir,
    queueDir: options.queueDir,
    httpClient: options.httpClient,
    foreign,
  };
  const surroundings = {
    env: options.env,
    hostname: options.hostname ?? hostname(),
    os: goPlatform(),
    arch: goArch(),
    version: options.version ?? '',
  };
  const stdlib = createStdlib(surroundings, (name, value) => foreign.addVariable(name, value));
  const session = new Session(world, stdlib, options.strict ?? false);
  const sources = files.map(({ name }) => name);
  const body: Body = files.flatMap((source) => parseFile(source, (at, message) => session.error(at, '', message)));
  const failed = (): AlloyResult => ({
    tree: undefined,
    problems: session.problems(sources),
    unavailable: [],
    foreign: foreign.all(),
    followed: [...followed],
  });
  if (session.failed) return failed();
  const { parts } = loadModule(body, { session, needs: new Needs(session), library: undefined, instance: undefined });
  if (session.failed) return failed();
  const tree = treeOf(assemble(parts, sources[0] ?? '').node);
  return {
    tree,
    problems: session.problems(sources),
    unavailable: unavailable(parts, tree, options),
    foreign: foreign.all(),
    followed: [...followed],
  };
}

/** The tree of a YAML file with these parts. Several components may share a processor: it stands there once. */
function assemble(parts: readonly Part[], source: string): Placed<unknown> {
  const top = { source, line: 1, column: 1, through: undefined };
  const section = (name: Part['section']): Placed<unknown> | undefined => {
    const found = parts.filter((part) => part.section === name);
    return found.length === 0 ? undefined : record(Object.fromEntries(found.map(({ id, placed }) => [id, placed])), top);
  };
  const service = record({ pipelines: section('pipelines'), telemetry: section('telemetry') }, top);
  const sections = { receivers: section('receivers'), processors: section('processors'), exporters: section('exporters') };
  return record({ ...sections, service: Object.keys(service.value).length === 0 ? undefined : service }, top);
}

/** What comes with a later build. */
const later: Readonly<Record<string, 'receivers' | 'processors'>> = { scrape: 'receivers', relabel: 'processors', enrich: 'processors' };

function unavailable(parts: readonly Part[], tree: Tree, { builds }: AlloyOptions): Problem[] {
  return parts.flatMap(({ section, id }): Problem[] => {
    const type = id.split('/')[0] ?? '';
    const kind = later[type];
    if (kind !== section || builds?.(kind, type) === true) return [];
    return [problemAt(tree, [section, id], `pyroscope.${type} is not in this build: the block is right, and this Flamegate cannot run it`)];
  });
}

function listFiles(path: string): readonly string[] | undefined {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true ? readdirSync(path).sort() : undefined;
}

function goPlatform(): string {
  const name = platform();
  return name === 'win32' ? 'windows' : name;
}

function goArch(): string {
  const name = arch();
  return name === 'x64' ? 'amd64' : name === 'ia32' ? '386' : name;
}
