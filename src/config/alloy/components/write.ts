import { join } from 'node:path';
import type { BlockReader } from '../block-reader.ts';
import type { Component, Outcome, Self, World } from '../component.ts';
import { bool, duration, integer, mapOf, text } from '../decode.ts';
import { type Keys, leaf, list, type Placed, record } from '../placed.ts';
import { placeOf } from '../source.ts';
import { readAttributes, readHttpClient } from './http-client.ts';
import { bare, pipeline } from './pipeline.ts';

/**
 * pyroscope.write "x": the exporter pyroscope/x, and the pipeline write/x that does to labels what the component does before it sends
 * (alloy-behaviour 1.6 and 1.6b, in this order): the name of an /ingest profile from service_name, the check, the reserved labels of a push
 * dropped, the external labels set and no longer checked.
 */
export const write: Component = {
  type: 'pyroscope.write',
  pipeline: 'write',
  exports: ['receiver'],
  root: true,
  read(block, self) {
    const external = block.attribute('external_labels', mapOf(text));
    const written = block.blocks('endpoint');
    const endpoints = written.map((endpoint) => readEndpoint(endpoint, self.world));
    const tracing = readTracing(block.only('tracing'));
    block.finish(hints);
    if (self.world.queueDir !== undefined) written.forEach(warnOfAttempts);
    const exporter = record<unknown>(
      {
        compatibility: leaf('alloy', placeOf(block.at)),
        ...deliveryOf(self, block),
        endpoints: list(endpoints, placeOf(block.at)),
        tracing,
      },
      placeOf(block.at),
    );
    return { parts: [{ section: 'exporters', id: `pyroscope/${self.name}`, placed: exporter }, ...labelSteps(block, self, external)] };
  },
};

/** What people write beside the endpoint instead of inside of it. */
const hints = Object.fromEntries(
  ['url', 'headers', 'remote_timeout', 'basic_auth', 'authorization', 'oauth2', 'tls_config', 'bearer_token'].map((name) => [
    name,
    'it belongs inside of an endpoint block',
  ]),
);

function labelSteps(block: BlockReader, self: Self, external: Placed<Readonly<Record<string, string>>> | undefined): Outcome['parts'] {
  const at = placeOf(block.at);
  const externalId = `external_labels/${self.name}`;
  const setsLabels = external !== undefined && Object.keys(external.value).length > 0;
  const processors = ['app_name', 'check_labels', 'label_drop', ...(setsLabels ? [externalId] : [])];
  return [
    bare('processors', 'app_name', block.at),
    { section: 'processors', id: 'check_labels', placed: record({ rules: leaf('alloy', at) }, at) },
    { section: 'processors', id: 'label_drop', placed: record({ ingest: leaf('keep', at) }, at) },
    ...(setsLabels ? [{ section: 'processors' as const, id: externalId, placed: record({ labels: external }, at) }] : []),
    pipeline(`write/${self.name}`, block.at, { processors, exporters: [`pyroscope/${self.name}`] }),
  ];
}

/** As in Alloy a push is answered when it has been delivered; with --queue-dir when it is on disk. */
function deliveryOf(self: Self, block: BlockReader): Keys {
  const at = placeOf(block.at);
  const { queueDir } = self.world;
  if (queueDir === undefined) return { ack: leaf('delivered', at), queue: record({ type: leaf('memory', at) }, at) };
  const dir = leaf(join(queueDir, 'pyroscope', self.name), at);
  return { ack: leaf('durable', at), queue: record({ type: leaf('disk', at), dir }, at) };
}

function warnOfAttempts(endpoint: BlockReader): void {
  if (!endpoint.has('max_backoff_retries')) return;
  endpoint.warn(
    endpoint.whereIs('max_backoff_retries'),
    'with a disk queue a profile is tried until it is too old; with this line it becomes a dead letter after so many attempts: remove it, or set 0',
  );
}

const headers = mapOf(text);

function readEndpoint(block: BlockReader, world: World): Placed<unknown> {
  const keys: Keys = {
    url: block.required('url', text),
    ...readAttributes(block, { name: text, remote_timeout: duration, debug_info_upload_timeout: duration, headers }),
    ...readAttributes(block, {
      min_backoff_period: duration,
      max_backoff_period: duration,
      max_backoff_retries: integer,
      retry_on_http_429: bool,
    }),
    ...readHttpClient(block, world),
  };
  block.finish();
  return record(keys, placeOf(block.at));
}

function readTracing(block: BlockReader | undefined): Placed<unknown> | undefined {
  if (block === undefined) return undefined;
  const keys = readAttributes(block, { trace_context_propagator: bool, jaeger_propagator: bool });
  block.finish();
  return record(keys, placeOf(block.at));
}
