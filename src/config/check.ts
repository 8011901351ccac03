import type { AnyFactory, Registry } from '../core/component.ts';
import type { Language } from './files.ts';
import { problemAt } from './problems.ts';
import { typeOf } from './read.ts';
import { type ComponentKind, componentKinds } from './schema.ts';
import { hintFor } from './suggest.ts';
import { formatPlace, isMap, type Path, type Problem, type Tree, valueAt } from './tree.ts';

/**
 * What no single section can see: references to nothing, parts that nothing uses, ways that lead back to where they began. Reads the tree, not
 * what the schemas made of it, so that it finds its mistakes beside theirs.
 */
export function checkReferences(tree: Tree, registry: Registry): Problem[] {
  const pipelines = pipelinesOf(tree);
  return [
    ...pipelines.flatMap((pipeline) => unknownIds(tree, pipeline, pipelines)),
    ...pipelines.flatMap((pipeline) => doubles(tree, pipeline)),
    ...pipelines.flatMap((pipeline) => routersNotLast(tree, pipeline, registry)),
    ...cycles(tree, pipelines),
    ...deadEnds(tree, pipelines),
    ...componentKinds.flatMap((kind) => unusedIds(tree, kind, pipelines, registry)),
  ];
}

/** A pipeline as it is written: only what is text in its lists. */
interface Written {
  readonly name: string;
  readonly path: Path;
  readonly lists: Readonly<Record<ComponentKind | 'pipelines', readonly Mention[]>>;
}

interface Mention {
  readonly id: string;
  readonly path: Path;
}

function pipelinesOf(tree: Tree): Written[] {
  const written = valueAt(tree.value, ['service', 'pipelines']);
  if (!isMap(written)) return [];
  return Object.keys(written).map((name) => {
    const path = ['service', 'pipelines', name];
    const mentions = (list: string): Mention[] => {
      const items = valueAt(tree.value, [...path, list]);
      if (!Array.isArray(items)) return [];
      return items.flatMap((id: unknown, at) => (typeof id === 'string' ? [{ id, path: [...path, list, at] }] : []));
    };
    const lists = {
      receivers: mentions('receivers'),
      processors: mentions('processors'),
      exporters: mentions('exporters'),
      pipelines: mentions('pipelines'),
    };
    return { name, path, lists };
  });
}

function idsOf(tree: Tree, kind: ComponentKind): string[] {
  const section = valueAt(tree.value, [kind]);
  return isMap(section) ? Object.keys(section) : [];
}

function unknownIds(tree: Tree, pipeline: Written, all: readonly Written[]): Problem[] {
  const unknown = (list: ComponentKind | 'pipelines', known: readonly string[]): Problem[] =>
    pipeline.lists[list]
      .filter(({ id }) => !known.includes(id))
      .map(({ id, path }) => problemAt(tree, path, `there is no ${list.slice(0, -1)} "${id}"${hintFor(id, known)}`));
  return [
    ...componentKinds.flatMap((kind) => unknown(kind, idsOf(tree, kind))),
    ...unknown(
      'pipelines',
      all.map(({ name }) => name),
    ),
  ];
}

/** A receiver that enters twice sends everything twice; an output that is named twice gets everything twice, which Alloy's forward_to does too. */
function doubles(tree: Tree, { lists }: Written): Problem[] {
  const twice = (mentions: readonly Mention[], severity: Problem['severity']): Problem[] =>
    mentions.flatMap(({ id, path }, at) => {
      const first = mentions.findIndex((other) => other.id === id);
      if (first === at) return [];
      const place = formatPlace(tree.place(mentions[first]?.path ?? path));
      return [problemAt(tree, path, `"${id}" stands at ${place} already: every profile would go this way twice`, { severity })];
    });
  return [...twice(lists.receivers, 'error'), ...twice(lists.exporters, 'warning'), ...twice(lists.pipelines, 'warning')];
}

function routersNotLast(tree: Tree, { lists: { processors } }: Written, registry: Registry): Problem[] {
  const routers = registry.processors.filter(({ kind }) => kind === 'router').map(({ type }) => type);
  return processors
    .slice(0, -1)
    .filter(({ id }) => routers.includes(typeOf(id)))
    .map(({ id, path }) => problemAt(tree, path, `"${id}" picks among the outputs of its pipeline: it must stand last`));
}

function cycles(tree: Tree, pipelines: readonly Written[]): Problem[] {
  const byName = new Map(pipelines.map((pipeline) => [pipeline.name, pipeline]));
  const finished = new Set<string>();
  const problems: Problem[] = [];
  for (const { name } of pipelines) visit(name, []);
  return problems;

  function visit(name: string, way: readonly string[]): void {
    for (const { id, path } of finished.has(name) ? [] : (byName.get(name)?.lists.pipelines ?? [])) {
      const from = [...way, name];
      if (!from.includes(id)) visit(id, from);
      else problems.push(problemAt(tree, path, `profiles would go round: ${[...from.slice(from.indexOf(id)), id].join(' -> ')}`));
    }
    finished.add(name);
  }
}

/** What to say when there is no pipeline. An Alloy that profiles nothing is one all the same, and so is a YAML file that says so: `pipelines: {}`. */
export function checkPipelines(tree: Tree, language: Language): Problem[] {
  if (pipelinesOf(tree).length > 0) return [];
  const path = ['service', 'pipelines'];
  const severity = language === 'alloy' || isMap(valueAt(tree.value, path)) ? 'warning' : 'error';
  const isEmpty = isMap(tree.value) && Object.keys(tree.value).length === 0;
  const found = isEmpty ? 'nothing is configured' : 'there is no pipeline';
  const expected =
    language === 'yaml' ? `; expected service.pipelines such as { profiles: { receivers: [pyroscope], exporters: [pyroscope] } }` : '';
  return [problemAt(tree, path, `${found}, so no profile is taken${expected}`, { about: 'key', severity })];
}

function deadEnds(tree: Tree, pipelines: readonly Written[]): Problem[] {
  const entered = new Set(pipelines.flatMap(({ lists }) => lists.pipelines.map(({ id }) => id)));
  const warn = (path: Path, message: string): Problem => problemAt(tree, path, message, { about: 'key', severity: 'warning' });
  return pipelines.flatMap(({ name, path, lists }) => [
    ...(lists.receivers.length === 0 && !entered.has(name)
      ? [warn(path, 'nothing enters this pipeline: no receiver, no other pipeline')]
      : []),
    ...(lists.exporters.length + lists.pipelines.length === 0
      ? [warn(path, 'this pipeline has no outputs: what enters it is accepted and kept nowhere')]
      : []),
  ]);
}

/** Of types that exist: an id that means nothing has been complained of already. */
function unusedIds(tree: Tree, kind: ComponentKind, pipelines: readonly Written[], registry: Registry): Problem[] {
  const types: readonly AnyFactory[] = registry[kind];
  const used = new Set(pipelines.flatMap(({ lists }) => lists[kind].map(({ id }) => id)));
  const message = `no pipeline uses this ${kind.slice(0, -1)}, so it is not started`;
  return idsOf(tree, kind)
    .filter((id) => !used.has(id) && types.some(({ type }) => type === typeOf(id)))
    .map((id) => problemAt(tree, [kind, id], message, { about: 'key', severity: 'warning' }));
}
