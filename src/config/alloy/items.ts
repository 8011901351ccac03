import { hintFor } from '../suggest.ts';
import type { Component } from './component.ts';
import { componentNames, specialBlocks } from './component-names.ts';
import { serviceBlocks } from './components/service-blocks.ts';
import { components } from './components.ts';
import type { Definition, Library } from './library.ts';
import type { Session } from './session.ts';
import { formatPosition } from './source.ts';
import type { Block, Body } from './syntax.ts';

/** A block of a module that may be referred to, or refers to others. */
export type Item = { readonly id: string; readonly block: Block } & (
  | { readonly kind: 'component'; readonly component: Component }
  | { readonly kind: 'custom'; readonly definition: Definition }
  /** Of Alloy's other families. */
  | { readonly kind: 'foreign' }
  /** Of pyroscope.*, and not here. */
  | { readonly kind: 'unsupported' }
  /** logging, tracing, … */
  | { readonly kind: 'service' }
  | { readonly kind: 'argument' | 'export' }
);

/** Sorts the blocks of a module, in their order. Reports what is no block of Alloy, what has no label, what stands there twice. */
export function itemsOf(body: Body, library: Library, isRoot: boolean, session: Session): Item[] {
  const items = new Map<string, Item>();
  for (const statement of body) {
    if (statement.kind === 'attribute') {
      session.error(statement.at, statement.name, `unrecognized attribute ${statement.name}: only blocks may stand here`);
      continue;
    }
    const item = itemOf(statement, library, isRoot, session);
    if (item === undefined || !session.admit(statement.at)) continue;
    const first = items.get(item.id);
    if (first === undefined) items.set(item.id, item);
    else session.error(statement.at, item.id, `block ${item.id} already declared at ${formatPosition(first.block.at)}`);
  }
  return [...items.values()];
}

function itemOf(block: Block, library: Library, isRoot: boolean, session: Session): Item | undefined {
  const { name, label } = block;
  const id = label === '' ? name : `${name}.${label}`;
  if (specialBlocks.has(name)) return specialItem(block, id, isRoot, session);
  const component = components.get(name);
  const definition = library.find(name);
  if (component === undefined && definition === undefined && !componentNames.has(name)) {
    session.error(block.at, id, unknownName(name, library));
    return undefined;
  }
  if (label === '') {
    session.error(block.at, id, `component ${JSON.stringify(name)} must have a label`);
    return undefined;
  }
  if (definition !== undefined) return { id, block, kind: 'custom', definition };
  if (component !== undefined) return { id, block, kind: 'component', component };
  return { id, block, kind: name.startsWith('pyroscope.') ? 'unsupported' : 'foreign' };
}

function specialItem(block: Block, id: string, isRoot: boolean, session: Session): Item | undefined {
  const { name, label } = block;
  if (name === 'declare' || name === 'import.file') return undefined; // the library has them
  if (name === 'argument' || name === 'export') {
    if (isRoot) session.error(block.at, id, `${name} blocks may only stand in a declare block`);
    else if (label === '') session.error(block.at, id, `block ${JSON.stringify(name)} requires non-empty label`);
    else return { id, block, kind: name };
    return undefined;
  }
  if (serviceBlocks[name] === undefined) {
    session.error(
      block.at,
      id,
      `${name} is not in Flamegate: ${name === 'foreach' ? 'write the components out' : 'write the module to a file and use import.file'}`,
    );
    return undefined;
  }
  if (!isRoot) session.error(block.at, id, `${name} may only stand at the top of a file`);
  else if (label !== '') session.error(block.at, id, `block ${JSON.stringify(name)} does not support specifying labels`);
  else return { id, block, kind: 'service' };
  return undefined;
}

/** Before Grafana bought Pyroscope the components of Grafana Agent for it were called after Phlare. */
function unknownName(name: string, library: Library): string {
  const successor = name.replace(/^phlare\./, 'pyroscope.');
  if (successor !== name && componentNames.has(successor))
    return `${name} is called ${successor} now: rename the block and what refers to it`;
  return `cannot find the definition of component name ${JSON.stringify(name)}${hintFor(name, knownNames(library))}`;
}

function knownNames(library: Library): string[] {
  return [...componentNames, ...specialBlocks, ...library.names()];
}
