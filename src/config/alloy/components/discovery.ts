import type { BlockReader } from '../block-reader.ts';
import type { Component, World } from '../component.ts';
import { bool, choice, duration, integer, listOf, text } from '../decode.ts';
import { type Keys, leaf, list, type Placed, record } from '../placed.ts';
import { placeOf } from '../source.ts';
import type { Value } from '../value.ts';
import { readAttributes, readHttpClient } from './http-client.ts';
import { TargetSet } from './targets.ts';

/** A component that finds targets: an item of `discovery` of the receivers that use it. */
function discovery(from: string, read: (block: BlockReader, world: World) => Keys): Component {
  const type = `discovery.${from}`;
  return {
    type,
    exports: ['targets'],
    root: false,
    read(block, self) {
      const place = placeOf(block.at);
      const keys = { from: leaf(from, place), ...read(block, self.world) };
      block.finish();
      const set = new TargetSet(`${type}.${self.name}`, undefined, [{ keys, rules: [], place }]);
      return { parts: [], exports: new Map<string, Value>([['targets', [set]]]) };
    },
  };
}

const refresh = { refresh_interval: duration };

const file = discovery('file', (block) => ({
  files: block.required('files', listOf(text)),
  ...readAttributes(block, refresh),
}));

const http = discovery('http', (block, world) => ({
  url: block.required('url', text),
  ...readAttributes(block, refresh),
  ...readHttpClient(block, world),
}));

const recordTypes = ['SRV', 'A', 'AAAA', 'MX', 'NS'] as const;

const dns = discovery('dns', (block) => ({
  names: block.required('names', listOf(text)),
  type: block.attribute(
    'type',
    choice(recordTypes, (found) => `unknown type ${JSON.stringify(found)}; known: ${recordTypes.join(', ')}`),
  ),
  ...readAttributes(block, { port: integer, ...refresh }),
}));

const kubernetes = discovery('kubernetes', (block, world) => {
  const role = block.required('role', text);
  if (role !== undefined && role.value !== 'pod')
    block.error(
      block.whereIs('role'),
      `role ${JSON.stringify(role.value)} is not in Flamegate, which finds pods: set role = "pod" and pick them by labels and rules`,
    );
  const keys = {
    role,
    ...readAttributes(block, { api_server: text, kubeconfig_file: text }),
    namespaces: readNamespaces(block.only('namespaces')),
    selectors: readSelectors(block),
    ...readHttpClient(block, world),
  };
  const attach = block.only('attach_metadata');
  const attached = attach && readAttributes(attach, { node: bool, namespace: bool });
  attach?.finish();
  for (const [name, placed] of Object.entries(attached ?? {}))
    if (placed?.value === true) attach?.warn(attach.whereIs(name), `not in force: targets have no labels of their ${name}`);
  return keys;
});

function readNamespaces(block: BlockReader | undefined): Placed<unknown> | undefined {
  if (block === undefined) return undefined;
  const keys = readAttributes(block, { own_namespace: bool, names: listOf(text) });
  block.finish();
  return record(keys, placeOf(block.at));
}

/** Those of other roles do nothing, in Alloy too. */
function readSelectors(block: BlockReader): Placed<unknown> | undefined {
  const selectors = block.blocks('selectors').flatMap((one) => {
    const role = one.required('role', text);
    const keys = { role, ...readAttributes(one, { label: text, field: text }) };
    one.finish();
    return role?.value === 'pod' ? [record<unknown>(keys, placeOf(one.at))] : [];
  });
  return selectors.length === 0 ? undefined : list(selectors, placeOf(block.at));
}

/** discovery.file, .http, .dns and .kubernetes. */
export const discoveries: readonly Component[] = [file, http, dns, kubernetes];
