import type { AnyFactory, ProcessorFactory, Registry, RouterFactory } from '../core/component.ts';
import { problemAt } from './problems.ts';
import type { Reading } from './read.ts';
import { componentKinds } from './schema.ts';
import { hintFor } from './suggest.ts';
import { isMap, type Path, type Problem, type Tree, valueAt } from './tree.ts';

type Components = Reading['components'];

/** What components say of their own settings, and what is wrong or of no use in the order of a pipeline. */
export function checkProcessors(tree: Tree, components: Components, registry: Registry): Problem[] {
  const pipelines = valueAt(tree.value, ['service', 'pipelines']);
  const names = isMap(pipelines) ? Object.keys(pipelines) : [];
  const placed = names.map((name) => placedIn(tree, ['service', 'pipelines', name], components, registry));
  return [
    ...ownAdvice(tree, components, registry),
    ...placed.flatMap((pipeline) => wrongOutputs(tree, pipeline)),
    ...placed.flatMap((pipeline) => readTooLate(tree, pipeline)),
  ];
}

function ownAdvice(tree: Tree, components: Components, registry: Registry): Problem[] {
  return componentKinds.flatMap((kind) => {
    const factories: readonly AnyFactory[] = registry[kind];
    return [...components[kind]].flatMap(([id, { type, config }]) => {
      const advice = factories.find((factory) => factory.type === type)?.advise?.(config) ?? [];
      return advice.map(({ path, message }) => problemAt(tree, [kind, id, ...path], message, { about: 'key', severity: 'warning' }));
    });
  });
}

/** A pipeline with its processors: those whose settings are right. */
interface Placed {
  readonly path: Path;
  readonly processors: readonly {
    readonly id: string;
    readonly path: Path;
    readonly factory: ProcessorFactory | RouterFactory;
    readonly config: unknown;
  }[];
  readonly outputs: readonly { readonly id: string; readonly path: Path }[];
}

function placedIn(tree: Tree, path: Path, components: Components, registry: Registry): Placed {
  const idsIn = (list: string): { id: string; path: Path }[] => {
    const ids = valueAt(tree.value, [...path, list]);
    return Array.isArray(ids) ? ids.flatMap((id: unknown, at) => (typeof id === 'string' ? [{ id, path: [...path, list, at] }] : [])) : [];
  };
  const processors = idsIn('processors').flatMap((mention) => {
    const component = components.processors.get(mention.id);
    const factory = registry.processors.find(({ type }) => type === component?.type);
    return component === undefined || factory === undefined ? [] : [{ ...mention, factory, config: component.config }];
  });
  return { path, processors, outputs: [...idsIn('exporters'), ...idsIn('pipelines')] };
}

/** A router names outputs of the pipeline that it stands in, and each of them is there to be named. */
function wrongOutputs(tree: Tree, { path, processors, outputs }: Placed): Problem[] {
  const [name] = path.slice(-1);
  return processors.flatMap(({ id, factory, config }) => {
    if (factory.kind !== 'router' || factory.outputs === undefined) return [];
    const known = outputs.map((output) => output.id);
    const named = factory.outputs(config);
    const unknown = named.filter(({ output }) => !known.includes(output));
    const unused = outputs.filter((output) => !named.some((one) => one.output === output.id));
    return [
      ...unknown.map(({ path: below, output }) =>
        problemAt(
          tree,
          ['processors', id, ...below],
          `"${output}" is no output of pipeline ${String(name)}, which uses this router${hintFor(output, known)}`,
        ),
      ),
      ...unused.map((output) =>
        problemAt(tree, output.path, `"${output.id}" gets nothing: no route of "${id}" leads there`, { severity: 'warning' }),
      ),
    ];
  });
}

/** A label that an earlier processor always removes is not there to decide by. */
function readTooLate(tree: Tree, { processors }: Placed): Problem[] {
  const problems: Problem[] = [];
  let removing: { readonly id: string; readonly removes: (name: string) => boolean } | undefined;
  for (const { id, path, factory, config } of processors) {
    const gone = [...new Set(factory.reads?.(config) ?? [])].filter((name) => removing?.removes(name));
    for (const name of gone) {
      const message = `"${id}" asks for the label ${name}, which "${removing?.id}" has removed by then: put it before`;
      problems.push(problemAt(tree, path, message, { severity: 'warning' }));
    }
    if (factory.kind !== 'processor') continue;
    if (factory.sets === true) removing = undefined;
    const removes = factory.removes?.(config);
    if (removes !== undefined) removing = { id, removes };
  }
  return problems;
}
