import type { Component } from '../component.ts';
import { listOf, receivers, text } from '../decode.ts';
import { list, record } from '../placed.ts';
import { placeOf } from '../source.ts';
import { pipeline } from './pipeline.ts';
import { anyTargets, discoveryItem, staticOrigin } from './targets.ts';

/** pyroscope.enrich "x": a pipeline of one processor, enrich/x. */
export const enrich: Component = {
  type: 'pyroscope.enrich',
  pipeline: 'enrich',
  exports: ['receiver'],
  root: true,
  read(block, self) {
    const at = placeOf(block.at);
    const { decode, found } = anyTargets();
    const written = block.required('targets', decode);
    const place = written?.node.place ?? at;
    // Of two targets with one value the last counts: where some are found, those count before written ones.
    const discovered = found.content === undefined ? [...staticOrigin(found.written, place), ...found.origins].map(discoveryItem) : [];
    const discovery = discovered.length === 0 ? undefined : list(discovered, place);
    const target = block.required('target_match_label', text);
    const profile = block.attribute('profiles_match_label', text);
    const copy = block.attribute('labels_to_copy', listOf(text));
    const forwardTo = block.required('forward_to', receivers);
    block.finish();
    // An empty name of the profile's label means the target's.
    const match = record({ profile: profile?.value ? profile : target, target }, at);
    const id = `enrich/${self.name}`;
    return {
      parts: [
        { section: 'processors', id, placed: record<unknown>({ targets: found.content, discovery, match, copy }, at) },
        pipeline(id, block.at, { processors: [id], pipelines: forwardTo }),
      ],
    };
  },
};
