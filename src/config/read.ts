import type { z } from 'zod';
import type { AnyFactory, Registry } from '../core/component.ts';
import { Secret } from '../core/secret.ts';
import { checkValue } from './issues.ts';
import { laterTypes } from './later.ts';
import { problemAt, problemsOf } from './problems.ts';
import { type ComponentConfig, type ComponentKind, type Config, componentKinds, type ServiceSections, serviceSchema } from './schema.ts';
import { schemaAt, shapeOf } from './shape.ts';
import { hintFor } from './suggest.ts';
import { testsSchema } from './tests-schema.ts';
import { formatPath, isMap, type Path, type Problem, type Tree, valueAt } from './tree.ts';

/** What a configuration may be made of. */
export interface Vocabulary extends ServiceSections {
  readonly registry: Registry;
}

/** What the schemas made of a tree. */
export interface Reading {
  /** Undefined when a schema found an error. */
  readonly config: Config | undefined;
  /** The components that are right by themselves. */
  readonly components: Readonly<Record<ComponentKind, ReadonlyMap<string, ComponentConfig>>>;
}

/**
 * Checks every section of a tree by its schema; goes on after a mistake, so that all of them come at once. Components at the paths of
 * `unavailable` have been complained of already.
 */
export function readConfig(tree: Tree, vocabulary: Vocabulary, problems: Problem[], unavailable: ReadonlySet<string>): Reading {
  const before = problems.length;
  const top = isMap(tree.value) ? tree.value : {};
  if (!isMap(tree.value)) problems.push(problemAt(tree, [], 'expected a map with receivers, processors, exporters and service'));
  for (const section of Object.keys(top)) {
    if (sections.includes(section)) continue;
    problems.push(problemAt(tree, [section], `unknown key "${section}"${hintFor(section, sections)}`, { about: 'key' }));
  }
  const components = Object.fromEntries(
    componentKinds.map((kind) => {
      const { registry } = vocabulary;
      return [kind, readComponents({ tree, kind, factories: registry[kind], problems, unavailable })];
    }),
  ) as Record<ComponentKind, Map<string, ComponentConfig>>; // fromEntries forgets which keys
  const service = readSection(tree, ['service'], serviceSchema(vocabulary), top['service'] ?? {}, problems);
  const tests = readSection(tree, ['tests'], testsSchema, top['tests'] ?? undefined, problems);
  if (service === undefined || tests === undefined || problems.length > before) return { config: undefined, components };
  const { pipelines, ...rest } = service;
  const config = { ...components, pipelines: new Map(Object.entries(pipelines)), service: rest, tests };
  return { config, components };
}

const sections: readonly string[] = [...componentKinds, 'service', 'tests'];

/** "pyroscope/staging" -> "pyroscope". */
export function typeOf(id: string): string {
  return id.split('/', 1)[0] ?? '';
}

interface ComponentSection {
  readonly tree: Tree;
  readonly kind: ComponentKind;
  readonly factories: readonly AnyFactory[];
  readonly problems: Problem[];
  readonly unavailable: ReadonlySet<string>;
}

function readComponents({ tree, kind, factories, problems, unavailable }: ComponentSection): Map<string, ComponentConfig> {
  const components = new Map<string, ComponentConfig>();
  const section = valueAt(tree.value, [kind]);
  if (section === undefined || section === null) return components;
  if (!isMap(section)) {
    problems.push(problemAt(tree, [kind], `expected a map from ids to settings, found ${Array.isArray(section) ? 'a list' : 'a value'}`));
    return components;
  }
  for (const [id, value] of Object.entries(section)) {
    if (unavailable.has(formatPath([kind, id]))) continue;
    const fault = idFault(id) ?? typeFault(kind, typeOf(id), factories);
    if (fault !== undefined) problems.push(problemAt(tree, [kind, id], fault, { about: 'key' }));
    const factory = factories.find(({ type }) => type === typeOf(id));
    if (fault !== undefined || factory === undefined) continue;
    // `label_drop:` with nothing behind it is the component with its defaults.
    const config = readSection(tree, [kind, id], factory.schema, value ?? {}, problems);
    if (config !== undefined) components.set(id, { type: factory.type, config });
  }
  return components;
}

function readSection<S extends z.ZodType>(tree: Tree, path: Path, schema: S, value: unknown, problems: Problem[]): z.output<S> | undefined {
  const checked = checkValue(schema, withSecrets(tree, path, schema, value), (below) => tree.text?.([...path, ...below]));
  if (checked.kind === 'valid') return checked.value;
  const faults = checked.faults.map((fault) => ({ ...fault, message: `${fault.message}${readThrough(tree, path, schema, fault.path)}` }));
  problems.push(...problemsOf(faults, tree, path));
  return undefined;
}

/** The reference that a secret was read through: the message says nothing else of what was found. */
function readThrough(tree: Tree, around: Path, schema: z.ZodType, path: Path): string {
  const at = schemaAt(schema, path);
  const { through } = tree.place([...around, ...path]);
  if (at === undefined || through === undefined) return '';
  const { secret, secretFromOutside } = shapeOf(at);
  return secret || secretFromOutside ? `, read through ${through.replaceAll(/\s+/g, ' ')}` : '';
}

/** The value with each text in it as a Secret that the schema takes for one because it was read through a reference. */
function withSecrets(tree: Tree, path: Path, schema: z.core.$ZodType | undefined, value: unknown): unknown {
  if (schema === undefined || value === undefined || value === null) return value;
  const inside = (item: unknown, step: string | number): unknown =>
    withSecrets(tree, [...path, step], schemaAt(schema, [step], value), item);
  if (Array.isArray(value)) return value.map(inside);
  if (isMap(value)) return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, inside(item, key)]));
  if (!shapeOf(schema).secretFromOutside || tree.place(path).through === undefined) return value;
  const text = typeof value === 'string' ? value : tree.text?.(path);
  return text === undefined ? value : new Secret(text);
}

function idFault(id: string): string | undefined {
  if (id.endsWith('/')) return `expected an id such as ${typeOf(id)}/name, found no name after the slash`;
  return /[\s\p{Cc}]/u.test(id) ? 'an id cannot hold blanks or control characters' : undefined;
}

function typeFault(kind: ComponentKind, type: string, factories: readonly AnyFactory[]): string | undefined {
  const known = factories.map((factory) => factory.type);
  if (known.includes(type)) return undefined;
  const singular = kind.slice(0, -1);
  if (laterTypes[kind].includes(type)) return `the ${singular} ${type} is not in this build`;
  return `unknown ${singular} type "${type}"${hintFor(type, known)}`;
}
